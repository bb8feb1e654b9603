"""Asking for what is due: letters before a promise runs out, and before a period that nobody takes money for."""

from __future__ import annotations

from datetime import timedelta

from pennypress.office import clock
from pennypress.office.bank.recording import Wanted
from pennypress.office.installation import installation
from pennypress.office.lifecycle import writing
from pennypress.office.models import Status, Subscription
from pennypress.office.till.promise import PromiseTill, reads_on_trust

BEFORE_TRUST_ENDS = timedelta(days=4)
BEFORE_RENEWAL = timedelta(days=10)


def due() -> list[Subscription]:
    """The subscriptions of which a payment is due: promised, or with a period that ends soon, the earliest first."""
    now = clock.now()
    held = Subscription.objects.select_related("account", "plan").filter(
        method__in=PromiseTill.methods, reference__isnull=False, cancelled=None, period_end__lte=now + BEFORE_RENEWAL
    )
    promised = Subscription.objects.select_related("account", "plan").filter(
        method__in=PromiseTill.methods, status=Status.PROMISED
    )
    found = {each.pk: each for each in (*held.filter(status=Status.ACTIVE), *promised)}
    return sorted(found.values(), key=lambda each: each.period_end or now)


def remind_due() -> int:
    """Write the letters whose time has come, once for each period; how many were looked at."""
    now = clock.now()
    asked = [each for each in due() if each.period_end is not None and _is_time(each, each.period_end - now)]
    for each in asked:
        writing.write_about(
            "payment-due",
            each,
            f"{each.period_end:%Y%m%d}",
            due=Wanted(each, None).due,
            bank=installation().config.office.bank,
            promised=each.status == Status.PROMISED,
        )
    return len(asked)


def _is_time(subscription: Subscription, left: timedelta) -> bool:
    if subscription.status != Status.PROMISED:
        return left <= BEFORE_RENEWAL
    return reads_on_trust(subscription) and left <= BEFORE_TRUST_ENDS
