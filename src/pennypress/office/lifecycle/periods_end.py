"""What happens by itself when the time of a subscription is over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from pennypress.office import clock, rights
from pennypress.office.installation import installation
from pennypress.office.lifecycle.cancelling import end
from pennypress.office.lifecycle.ends import EndWhy
from pennypress.office.lifecycle.holding import hold
from pennypress.office.models import Method, Status, Subscription

_BY_HAND = (Method.TRANSFER, Method.STANDING_ORDER, Method.CHEQUE, Method.CASH, Method.TELEPHONE)


def end_due() -> int:
    """End, or trust for a while, every subscription whose time is over and that no till renews; how many."""
    over = Subscription.objects.filter(period_end__lte=clock.now())
    ours = Q(stripe=None, status__in=(Status.TRIALING, Status.ACTIVE, Status.PROMISED, Status.PENDING))
    cancelled = Q(cancelled__isnull=False) & ~Q(status=Status.ENDED)
    due = list(over.filter(ours | cancelled).select_related("account"))
    return sum(_over(subscription) for subscription in due)


def _over(subscription: Subscription) -> bool:
    with transaction.atomic():
        held = hold(subscription)
        at = held.period_end
        if at is None or at > clock.now() or held.status == Status.ENDED or _is_waited_for(held, at):
            return False
        if _is_trusted(held):
            _trust(held, at)
        else:
            end(held, _why(held), at)
    return True


def _is_waited_for(held: Subscription, at: datetime) -> bool:
    """Whether it is a promise on which nobody reads before the money is here, and there is time for it yet."""
    is_untrusted = held.status == Status.PROMISED and held.cancelled is None and at <= held.started
    return is_untrusted and clock.now() < held.started + installation().config.office.trust


def _is_trusted(held: Subscription) -> bool:
    """Whether the next payment is sent by the reader, and may be on its way: nobody who pays is stopped for a bank
    that takes its time."""
    return held.status in (Status.ACTIVE, Status.TRIALING) and held.cancelled is None and held.method in _BY_HAND


def _trust(held: Subscription, since: datetime) -> None:
    held.status = Status.PROMISED
    held.period_end = since + installation().config.office.trust
    held.save(update_fields=["status", "period_end"])
    rights.project(held.account)


def _why(held: Subscription) -> EndWhy:
    if held.cancelled is not None:
        return EndWhy.CANCELLED
    if held.status == Status.PROMISED:
        return EndWhy.NOT_RECEIVED
    return EndWhy.TRIAL if held.status == Status.TRIALING else EndWhy.NOT_RENEWED
