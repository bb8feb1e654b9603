"""Pausing for a holiday: nothing is read and nothing paid for the time of the pause."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from pennypress.office import clock, rights
from pennypress.office.lifecycle import writing
from pennypress.office.lifecycle.holding import hold, till_for
from pennypress.office.models import Status, Subscription

_log = logging.getLogger("pennypress")


class CannotPause(Exception):
    """The subscription is in no state to pause; nothing has changed."""


def can_pause(subscription: Subscription) -> bool:
    """Whether it is paid for, runs on, and has no pause yet."""
    return (
        subscription.status == Status.ACTIVE
        and subscription.cancelled is None
        and subscription.pause_from is None
        and subscription.period_end is not None
    )


def pause(subscription: Subscription, start: datetime, until: datetime) -> Subscription:
    """Pause from ``start``, at once where that is over, until ``until``. Raises CannotPause.

    Where the till cannot be asked it begins as soon as it can.
    """
    now = clock.now()
    if until <= max(start, now):
        raise CannotPause
    with transaction.atomic():
        held = hold(subscription)
        if not can_pause(held):
            raise CannotPause
        held.pause_from, held.pause_until = max(start, now), until
        held.save(update_fields=["pause_from", "pause_until"])
        writing.write_about("paused", held, f"{held.pause_from:%Y%m%d%H%M%S}")
    if start <= now:
        transaction.on_commit(lambda: _begin(held))
    subscription.refresh_from_db()
    return subscription


def unpause(subscription: Subscription) -> Subscription:
    """End a pause now, or take back one that has not begun. Raises TillDown: then nothing has changed."""
    fresh = Subscription.objects.get(pk=subscription.pk)
    if fresh.status == Status.PAUSED:
        till_for(fresh.method).unpause(fresh)
    with transaction.atomic():
        held = hold(subscription)
        if held.pause_from is not None:
            _resume(held, _moved(fresh, -1))
    subscription.refresh_from_db()
    return subscription


def _moved(before: Subscription, direction: int) -> datetime | None:
    """The end of the time that is paid for, moved by what is left of the pause.

    Counted from what was there before the till was asked: word from the till of the same move may be here first.
    """
    if before.period_end is None or before.pause_until is None:
        return before.period_end
    return before.period_end + direction * max(before.pause_until - clock.now(), timedelta(0))


def _resume(held: Subscription, period_end: datetime | None) -> None:
    """What is left of the pause moves the end of the time that is paid for back again."""
    key = f"{held.pause_from:%Y%m%d%H%M%S}"
    if held.status == Status.PAUSED:
        held.status = Status.ACTIVE
        held.period_end = period_end
    held.pause_from = held.pause_until = None
    held.save()
    writing.write_about("unpaused", held, key)
    rights.project(held.account)


def begin_due() -> int:
    """Begin the pauses whose day has come; how many."""
    due = Subscription.objects.filter(status=Status.ACTIVE, pause_from__lte=clock.now(), cancelled=None)
    return sum(_begin(subscription) for subscription in due)


def end_due() -> int:
    """End the pauses whose time is over; how many."""
    due = list(Subscription.objects.filter(status=Status.PAUSED, pause_until__lte=clock.now()))
    return sum(_end(subscription) for subscription in due)


def _begin(subscription: Subscription) -> bool:
    """The time that is paid for moves behind the pause; False where the till cannot be asked now."""
    from pennypress.office.till.base import TillDown  # the tills call this part of the office

    if subscription.pause_until is None:
        return False
    try:
        till_for(subscription.method).pause(subscription, subscription.pause_until)
    except TillDown as error:
        _log.warning("the pause of subscription %s begins later: %s", subscription.pk, type(error).__name__)
        return False
    with transaction.atomic():
        held = hold(subscription)
        if held.status != Status.ACTIVE or held.pause_until is None:
            return False
        held.pause_from = clock.now()
        held.period_end = _moved(subscription, 1)
        held.status = Status.PAUSED
        held.save()
        rights.project(held.account)
    return True


def _end(subscription: Subscription) -> bool:
    from pennypress.office.till.base import TillDown  # the tills call this part of the office

    try:
        unpause(subscription)
    except TillDown as error:
        _log.warning("the pause of subscription %s ends later: %s", subscription.pk, type(error).__name__)
        return False
    return True
