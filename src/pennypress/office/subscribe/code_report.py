"""What became of the codes that were handed out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from pennypress.office.models import Code, Redemption


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of the codes that were handed out for one thing.

    ``allowed`` is how often they may be used together, ``used`` how often they were, ``subscribed`` how many of those
    who used one subscribed with it or after it.
    """

    why: str
    made: int
    allowed: int
    used: int
    subscribed: int
    until: datetime


def report() -> tuple[Batch, ...]:
    """What became of the codes, by what they were handed out for; those that end last come first."""
    batches = Code.objects.values("why").annotate(made=Count("pk"), last=Max("until")).order_by("-last", "why")
    return tuple(_batch(batch["why"], batch["made"], batch["last"]) for batch in batches)


def _batch(why: str, made: int, until: datetime) -> Batch:
    codes = list(Code.objects.filter(why=why))
    redemptions = Redemption.objects.filter(code__why=why).select_related("code")
    return Batch(
        why=why,
        made=made,
        allowed=sum(code.uses for code in codes),
        used=redemptions.count(),
        subscribed=sum(_subscribed(redemption) for redemption in redemptions),
        until=until,
    )


def _subscribed(redemption: Redemption) -> bool:
    by_it = Q(code=redemption.code)
    after_it = Q(started__gte=redemption.when) if redemption.code.days else Q(pk=None)
    return redemption.account.subscriptions.filter(by_it | after_it).exists()
