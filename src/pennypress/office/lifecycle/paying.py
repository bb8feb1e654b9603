"""Money that comes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from pennypress.office import clock, rights
from pennypress.office.installation import installation
from pennypress.office.law.withdrawing import share_after
from pennypress.office.lifecycle import writing
from pennypress.office.lifecycle.beginning import live
from pennypress.office.lifecycle.ends import REVIVED_BY_MONEY, EndWhy
from pennypress.office.lifecycle.holding import hold, hold_account
from pennypress.office.lifecycle.refunding import refund
from pennypress.office.models import Account, JobRun, Method, OrderState, Payment, Status, Subscription

_FIRST = frozenset({Status.INCOMPLETE, Status.PENDING, Status.PROMISED, Status.TRIALING})
"""Where the end of the period is a guess or a trust until money comes."""


def receive(
    account: Account,
    amount: int,
    currency: str,
    method: Method,
    *,
    received: datetime,
    what: str,
    subscription: Subscription | None = None,
    period: tuple[datetime, datetime] | None = None,
    stripe: str | None = None,
    is_gift: bool = False,
    note: str = "",
) -> Payment:
    """Take money in, once for each name that ``stripe`` (or another till) gives it, with a receipt of the next number.

    What it pays for goes on until the end of ``period``; an older payment that comes late shortens nothing, and one for
    a subscription that ended for want of it begins it again.
    """
    with transaction.atomic():
        hold_account(account.pk)
        known = Payment.objects.filter(stripe=stripe).first() if stripe else None
        if known is not None:
            return known
        held = hold(subscription) if subscription is not None else None
        payment = Payment.objects.create(
            number=_next_number(),
            account=account,
            subscription=held,
            amount=amount,
            currency=currency,
            tax=_tax(held),
            method=method,
            received=received,
            period_start=period[0] if period else None,
            period_end=period[1] if period else None,
            what=what[:200],
            is_gift=is_gift,
            stripe=stripe,
            note=note[:200],
        )
        if held is not None and not is_gift:
            _pay_for(held, amount, period)
        writing.receipt(payment)
        if held is not None and not is_gift:
            _give_back(payment, held)
        rights.project(account)
    if subscription is not None:
        subscription.refresh_from_db()
    return payment


def _pay_for(subscription: Subscription, amount: int, period: tuple[datetime, datetime] | None) -> None:
    if subscription.status == Status.INCOMPLETE:
        for order in subscription.orders.filter(state=OrderState.DONE):
            writing.confirm(order)
    if subscription.intro_left and (amount or subscription.intro_price == 0):
        subscription.intro_left -= 1
    if period is not None and _is_newest(subscription, period[1]):
        subscription.period_start, subscription.period_end = period
        _settle(subscription)
    elif period is None:
        _settle(subscription)
    subscription.save()


def _give_back(payment: Payment, subscription: Subscription) -> None:
    """A debit that was under way when its reader withdrew goes back, but for the days that were read."""
    if subscription.end_why == EndWhy.WITHDRAWN:
        back = share_after(payment, subscription)
        if back.amount:
            refund(payment, back.amount, EndWhy.WITHDRAWN)


def _is_newest(subscription: Subscription, end: datetime) -> bool:
    held = subscription.period_end
    return held is None or end >= held or subscription.status in _FIRST


def _settle(subscription: Subscription) -> None:
    """It is paid for: no failure is left, and an end for want of money is taken back."""
    subscription.failing = None
    if subscription.status == Status.ENDED:
        if not _is_revived(subscription):
            return
        subscription.ended, subscription.end_why = None, ""
    if subscription.status != Status.PAUSED:
        subscription.status = Status.ACTIVE


def _is_revived(subscription: Subscription) -> bool:
    is_still_on = subscription.period_end is not None and subscription.period_end > clock.now()
    return subscription.end_why in REVIVED_BY_MONEY and is_still_on and live(subscription.account) is None


def _next_number() -> int:
    """The next number of a receipt; held until the transaction ends, so that none is left out or given twice."""
    JobRun.objects.select_for_update().get_or_create(name="receipts")
    return int(Payment.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def _tax(subscription: Subscription | None) -> int:
    own = subscription.plan.tax if subscription is not None else None
    return installation().config.law.tax if own is None else own
