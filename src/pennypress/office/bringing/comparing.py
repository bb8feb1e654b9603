"""What would happen: each row against what is known here, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pennypress.office.bringing.rows import Reading, Row, RowFault, Source
from pennypress.office.models import Account, Method, Payment, Plan, Right, Status, Subscription


class Change(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "the same"
    OURS = "subscribed here already, left alone"


@dataclass(frozen=True, slots=True)
class Planned:
    """A row, and what becomes of it; ``plan`` None where it has none."""

    row: Row
    change: Change
    plan: Plan | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a run would do. ``unmapped`` are the source's plans that are none of ours, with how many have them."""

    source: Source
    planned: tuple[Planned, ...]
    twice: tuple[Row, ...]
    faults: tuple[RowFault, ...]
    mapping: Mapping[str, Plan]
    unmapped: Mapping[str, int] = field(default_factory=dict)

    def count(self, change: Change) -> int:
        """How many rows this becomes of."""
        return sum(planned.change is change for planned in self.planned)

    @property
    def without_mail(self) -> tuple[Row, ...]:
        """Those who have no mail address, and get no letter."""
        return tuple(planned.row for planned in self.planned if planned.row.mail is None)


def mapping_of(rows: tuple[Row, ...], said: Mapping[str, str]) -> tuple[dict[str, Plan], dict[str, int]]:
    """Which plan of ours each of the source's is: as was said (name or slug), else the one of the same name, slug or
    Stripe price; and those that are none, with how many have them."""
    plans = list(Plan.objects.all())
    ours: dict[str, Plan] = {}
    for plan in plans:
        for name in (plan.name, plan.slug, plan.stripe_price):
            if name:
                ours.setdefault(name.casefold(), plan)
    mapping: dict[str, Plan] = {}
    unmapped: Counter[str] = Counter()
    for row in rows:
        if row.status is None:
            continue
        found = ours.get(said.get(row.plan, row.plan).casefold())
        if found is None:
            unmapped[row.plan] += 1
        else:
            mapping[row.plan] = found
    return mapping, dict(unmapped)


def compare(reading: Reading, said: Mapping[str, str], now: datetime) -> Comparison:
    """What bringing these rows over would do; ``said`` maps plans of the source to ours by name or slug."""
    once, twice = _once(reading.rows)
    mapping, unmapped = mapping_of(once, said)
    known = _Known(once)
    planned = tuple(
        Planned(row, known.change(row, mapping.get(row.plan), now), mapping.get(row.plan))
        for row in once
        if row.status is None or row.plan in mapping
    )
    return Comparison(reading.source, planned, twice, reading.faults, mapping, unmapped)


def _once(rows: tuple[Row, ...]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Each key once, the last of each counts; and those that are left out for it."""
    last = {row.key: row for row in rows}
    return tuple(last.values()), tuple(row for row in rows if last[row.key] is not row)


class _Known:
    """What is known here of the rows, read in a few questions for all."""

    def __init__(self, rows: tuple[Row, ...]) -> None:
        mails = [row.mail for row in rows if row.mail]
        self._accounts = {account.email: account for account in _among(Account, "email", mails)}
        subscriptions = Subscription.objects.select_related("account")
        self._brought = {
            subscription.imported: subscription for subscription in subscriptions.exclude(imported="").iterator()
        }
        self._at_stripe = {
            subscription.stripe: subscription for subscription in subscriptions.exclude(stripe=None).iterator()
        }
        self._paid_here = set(Payment.objects.exclude(subscription=None).values_list("subscription", flat=True))
        self._rights = set(Right.objects.exclude(external="").values_list("external", flat=True))
        live = subscriptions.exclude(status=Status.ENDED).filter(imported="", stripe=None)
        self._ours = set(live.values_list("account__email", flat=True))

    def change(self, row: Row, plan: Plan | None, now: datetime) -> Change:
        """What becomes of a row."""
        if row.complimentary:
            return Change.SAME if row.key in self._rights else Change.NEW
        if row.status is None or plan is None:
            return Change.SAME if row.mail in self._accounts else Change.NEW
        held = self._brought.get(row.key) or self._at_stripe.get(row.stripe_subscription or "")
        if held is not None and held.pk in self._paid_here and row.source is not Source.STRIPE:
            return Change.OURS
        if held is not None and row.source is Source.STRIPE:
            return Change.SAME  # what becomes of it at Stripe is heard from there
        if held is not None:
            return Change.SAME if values(row, plan, now) == _values_of(held) else Change.CHANGED
        return Change.OURS if row.mail in self._ours else Change.NEW


@dataclass(frozen=True, slots=True)
class Values:
    """What of a subscription a row decides."""

    plan: int
    status: str
    method: str
    price: int
    currency: str
    period: str
    period_end: datetime | None
    trial_end: datetime | None
    is_cancelled: bool
    stripe: str | None


def values(row: Row, plan: Plan, now: datetime) -> Values:
    """What a subscription is after its row was brought over; one that was paid until a day behind has ended."""
    assert row.status is not None
    runs_out = row.stripe_subscription is None and row.paid_until is not None and row.paid_until <= now
    status = Status.ENDED if runs_out and row.status is not Status.PAST_DUE else row.status
    return Values(
        plan=plan.pk,
        status=status.value,
        method=(Method.CARD if row.stripe_subscription else Method.TRANSFER).value,
        price=plan.price if row.price is None else row.price,
        currency=row.currency or plan.currency,
        period=(row.period or plan.period),
        period_end=row.paid_until,
        trial_end=row.trial_end,
        is_cancelled=row.cancelled and status is not Status.ENDED,
        stripe=row.stripe_subscription,
    )


def _values_of(held: Subscription) -> Values:
    return Values(
        plan=held.plan_id,
        status=held.status,
        method=held.method,
        price=held.price,
        currency=held.currency,
        period=held.period,
        period_end=held.period_end,
        trial_end=held.trial_end,
        is_cancelled=held.cancelled is not None and held.status != Status.ENDED,
        stripe=held.stripe,
    )


def _among(model: type[Account], field_name: str, values: list[str]) -> list[Account]:
    """The objects whose field has one of these values, asked in portions that every database takes."""
    found: list[Account] = []
    for start in range(0, len(values), 500):
        found += model.objects.filter(**{f"{field_name}__in": values[start : start + 500]})
    return found
