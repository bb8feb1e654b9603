"""Cancelling, going on after all, withdrawing, and the end."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from pennypress.office import clock, rights
from pennypress.office.law import Withdrawal, withdrawal
from pennypress.office.lifecycle import refunding, writing
from pennypress.office.lifecycle.ends import EndWhy
from pennypress.office.lifecycle.holding import hold, hold_account, till_for
from pennypress.office.models import Account, Status, Subscription

_NOTHING_LEFT = frozenset({Status.UNPAID, Status.INCOMPLETE})
"""Where nothing is paid for: a cancellation ends it at once."""


def cancel(subscription: Subscription, *, why: str = "", by: Account | None = None) -> Subscription:
    """Let a subscription end with the time that is paid for, however the reader asked for it; the letter says when.

    ``by`` is who of the paper enters it for the reader, and ``why`` what they were asked: a plain mail is as good.
    Raises TillDown where its till cannot be asked: then nothing has changed.
    """
    fresh = Subscription.objects.get(pk=subscription.pk)
    if fresh.cancelled is None and fresh.status != Status.ENDED:
        till_for(fresh.method).cancel(fresh, now=fresh.status in _NOTHING_LEFT)
    with transaction.atomic():
        held = hold(subscription)
        if held.cancelled is None and held.status != Status.ENDED:
            _cancel(held, why if by is not None else "")
    subscription.refresh_from_db()
    return subscription


def _cancel(held: Subscription, asked: str) -> None:
    now = clock.now()
    held.cancelled = now
    held.save(update_fields=["cancelled"])
    ends_now = held.status in _NOTHING_LEFT or held.period_end is None or held.period_end <= now
    facts = {"ends": now if ends_now else held.period_end, "asked": asked}
    writing.write_about("cancelled", held, f"{now:%Y%m%d%H%M%S}", **facts)
    if ends_now:
        end(held, EndWhy.CANCELLED, now)
    rights.project(held.account)


def go_on(subscription: Subscription) -> Subscription:
    """Take back a cancellation while the subscription runs; later nothing changes. Raises TillDown."""
    fresh = Subscription.objects.get(pk=subscription.pk)
    if fresh.cancelled is not None and fresh.status != Status.ENDED:
        till_for(fresh.method).go_on(fresh)
    with transaction.atomic():
        held = hold(subscription)
        if held.cancelled is not None and held.status != Status.ENDED:
            cancelled, held.cancelled = held.cancelled, None
            held.save(update_fields=["cancelled"])
            writing.write_about("going-on", held, f"{cancelled:%Y%m%d%H%M%S}")
            rights.project(held.account)
    subscription.refresh_from_db()
    return subscription


def withdraw(subscription: Subscription) -> Withdrawal | None:
    """End a subscription at once within the time for changing one's mind, and give back what the law says.

    None where that time is over, or it was done before. Raises TillDown: then nothing has changed.
    """
    fresh = Subscription.objects.get(pk=subscription.pk)
    agreed = withdrawal(fresh, clock.now())
    if agreed is None:
        return None
    till_for(fresh.method).cancel(fresh, now=True)
    is_done = _withdraw(fresh, agreed)
    subscription.refresh_from_db()
    return agreed if is_done else None


@transaction.atomic
def _withdraw(subscription: Subscription, agreed: Withdrawal) -> bool:
    """Keep what was agreed before the till was asked: word from the till that it has ended may be here first."""
    held = hold(subscription)
    if held.end_why == EndWhy.WITHDRAWN:
        return False
    for share in agreed.shares:
        refunding.refund(share.payment, share.money.amount, EndWhy.WITHDRAWN)
    writing.write_about("withdrawn", held, "once", money=agreed.money)
    _end(held, EndWhy.WITHDRAWN, clock.now())
    return True


def end(subscription: Subscription, why: str, at: datetime) -> None:
    """End a subscription, and say so; one that has ended stays as it is."""
    with transaction.atomic():
        held = hold(subscription)
        if held.status != Status.ENDED:
            _end(held, why, at)
            if why != EndWhy.REPLACED:
                writing.write_about("ended", held, f"{at:%Y%m%d%H%M%S}", why=str(why))
    subscription.refresh_from_db()


def _end(held: Subscription, why: str, at: datetime) -> None:
    held.status, held.ended, held.end_why = Status.ENDED, at, str(why)[:24]
    held.pause_from = held.pause_until = None
    held.save()
    rights.project(held.account)


def move(subscription: Subscription, to: Account) -> None:
    """Hand a subscription to another account; what was paid for it stays with whoever paid."""
    with transaction.atomic():
        for pk in sorted({subscription.account_id, to.pk}):
            hold_account(pk)
        held = hold(subscription)
        before, held.account = held.account, to
        held.save(update_fields=["account"])
        rights.project(before)
        rights.project(to)
    subscription.refresh_from_db()
