"""What a till has learned of a subscription."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from django.db import transaction

from pennypress.office import clock, rights
from pennypress.office.lifecycle import writing
from pennypress.office.lifecycle.cancelling import end
from pennypress.office.lifecycle.ends import REVIVED_BY_MONEY, EndWhy
from pennypress.office.lifecycle.holding import hold
from pennypress.office.models import OrderState, Status, Subscription


class Unchanged(Enum):
    """Stands for what stays as it is."""

    UNCHANGED = "unchanged"


_SAME = Unchanged.UNCHANGED


def set_status(
    subscription: Subscription,
    status: Status,
    *,
    period_end: datetime | Unchanged | None = _SAME,
    failing: datetime | Unchanged | None = _SAME,
) -> None:
    """Take over a status that a till knows; the reader is told of failures, once each.

    A pause is ours: a till that still calls it active does not end it. What ended by the reader's will stays ended.
    """
    with transaction.atomic():
        held = hold(subscription)
        if held.status == Status.ENDED and held.end_why not in REVIVED_BY_MONEY:
            pass
        elif status is Status.ENDED:
            _note(held, period_end, failing)
            held.save()
            end(held, _why(held), clock.now())
        else:
            _change(held, status, period_end, failing)
    subscription.refresh_from_db()


def _change(
    held: Subscription, status: Status, period_end: datetime | Unchanged | None, failing: datetime | Unchanged | None
) -> None:
    before = Status(held.status)
    _note(held, period_end, failing)
    if not (before is Status.PAUSED and status is Status.ACTIVE):
        held.status = status
    if before is Status.ENDED:
        held.ended, held.end_why = None, ""
    if status is Status.ACTIVE and failing is _SAME:
        held.failing = None
    if status in (Status.PAST_DUE, Status.UNPAID) and held.failing is None:
        held.failing = clock.now()
    held.save()
    if before is Status.INCOMPLETE and status is not Status.INCOMPLETE:
        for order in held.orders.filter(state=OrderState.DONE):
            writing.confirm(order)
    if status is not before and status in _LETTERS and held.failing is not None:
        writing.write_about(_LETTERS[status], held, f"{held.failing:%Y%m%d}", reads=rights.reads(status))
    rights.project(held.account)


def _note(held: Subscription, period_end: datetime | Unchanged | None, failing: datetime | Unchanged | None) -> None:
    if not isinstance(period_end, Unchanged):
        held.period_end = period_end
    if not isinstance(failing, Unchanged):
        held.failing = failing


def _why(held: Subscription) -> EndWhy:
    if held.failing is not None:
        return EndWhy.UNPAID
    return EndWhy.CANCELLED if held.cancelled is not None else EndWhy.NOT_RENEWED


_LETTERS = {Status.PAST_DUE: "payment-failed", Status.UNPAID: "payment-stopped"}
