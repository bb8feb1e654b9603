"""Changing one's mind: for how long one may, and what goes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum
from django.utils.timezone import localtime

from pennypress.office.installation import installation
from pennypress.office.law.at_once import AT_ONCE
from pennypress.office.models import Consent, Payment, Period, Status, Subscription
from pennypress.office.money import Money


@dataclass(frozen=True, slots=True)
class Share:
    """What goes back of one payment."""

    payment: Payment
    money: Money


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which one may withdraw: from ``start`` until before ``until``."""

    start: datetime
    until: datetime
    is_first: bool

    def is_open(self, now: datetime) -> bool:
        """Whether one may at ``now``."""
        return self.start <= now < self.until

    @property
    def last_day(self) -> date:
        """The last day on which one may, in the paper's zone."""
        return (localtime(self.until) - timedelta(days=1)).date()


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One may withdraw within ``window``; then these shares of the payments go back."""

    window: Window
    shares: tuple[Share, ...]
    currency: str

    @property
    def money(self) -> Money:
        """All that goes back."""
        return Money(sum(share.money.amount for share in self.shares), self.currency)


def withdrawal(subscription: Subscription, now: datetime) -> Withdrawal | None:
    """What withdrawing from a subscription means at ``now``; None when it is too late, or no law gives the right.

    One may in the days after buying, and again after a trial, after an introductory price, and after a renewal of a
    year or more. What was paid for the time since goes back in proportion to the days that are left; all of it where
    the reader did not ask to read at once.
    """
    if installation().config.office.law == "none" or subscription.status in (Status.ENDED, Status.INCOMPLETE):
        return None
    window = _open_window(subscription, now)
    if window is None:
        return None
    whole = window.is_first and not _asked_to_read_at_once(subscription)
    shares = tuple(_shares(subscription, window.start, now, whole=whole))
    return Withdrawal(window, shares, subscription.currency)


def unused(paid: Money, start: datetime, end: datetime, now: datetime) -> Money:
    """The share of a payment for the days from ``start`` to ``end`` that are not over yet at ``now``; a day that has
    begun is given back with the rest."""
    whole = (localtime(end).date() - localtime(start).date()).days
    gone = (localtime(now).date() - localtime(start).date()).days
    if whole <= 0:
        return paid if now < end else Money(0, paid.currency)
    return paid.share(min(max(whole - gone, 0), whole), whole)


def share_after(payment: Payment, subscription: Subscription) -> Money:
    """What goes back of a payment that came only after its subscription was withdrawn from."""
    start, end, ended = payment.period_start, payment.period_end, subscription.ended
    if start is None or end is None or ended is None or not _asked_to_read_at_once(subscription):
        return payment.money
    return unused(payment.money, start, end, ended)


def second_window(subscription: Subscription, now: datetime) -> Window | None:
    """The time for withdrawing once more that is open at ``now``; None where there is none."""
    offered = withdrawal(subscription, now)
    return None if offered is None or offered.window.is_first else offered.window


def _open_window(subscription: Subscription, now: datetime) -> Window | None:
    open_ = [window for window in _windows(subscription) if window.is_open(now)]
    return max(open_, key=lambda window: window.until, default=None)


def _windows(subscription: Subscription) -> Iterator[Window]:
    law = installation().config.law
    yield _window(subscription.started, law.cooling_off, is_first=True)
    for start in _second_starts(subscription):
        yield _window(start, law.renewal_cooling_off, is_first=False)


def _window(start: datetime, length: timedelta, *, is_first: bool) -> Window:
    """The days after the one on which it starts, to the end of the last, as article 3 of Regulation 1182/71 counts."""
    day = localtime(start).replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(start, day + timedelta(days=1) + length, is_first)


def _second_starts(subscription: Subscription) -> Iterator[datetime]:
    if subscription.trial_end is not None:
        yield subscription.trial_end
    if subscription.intro_price is not None and not subscription.intro_left:
        yield from _full_price_since(subscription)
    start = subscription.period_start
    if subscription.period == Period.YEAR and start is not None and start > subscription.started:
        yield start


def _full_price_since(subscription: Subscription) -> list[datetime]:
    """When the time began that was first paid for at the full price after an introductory one."""
    payments = Payment.objects.filter(subscription=subscription, is_gift=False).order_by("received", "pk")
    full = [payment for payment in payments if payment.amount not in (0, subscription.intro_price)]
    return [payment.period_start or payment.received for payment in full[:1]]


def _asked_to_read_at_once(subscription: Subscription) -> bool:
    return Consent.objects.filter(order__subscription=subscription, kind=AT_ONCE).exists()


def _shares(subscription: Subscription, start: datetime, now: datetime, *, whole: bool) -> Iterator[Share]:
    since = Payment.objects.filter(subscription=subscription, is_gift=False, period_end__gt=start).order_by("pk")
    for payment in since.annotate(returned=Sum("refunds__amount")):
        if payment.period_start is None or payment.period_end is None or payment.period_start < _same_moment(start):
            continue
        back = payment.money if whole else unused(payment.money, payment.period_start, payment.period_end, now)
        left = max(min(back.amount, payment.amount - (payment.returned or 0)), 0)
        if left:
            yield Share(payment, Money(left, payment.currency))


def _same_moment(start: datetime) -> datetime:
    """Tills and we go by different clocks: a period begins with the window where it begins within an hour of it."""
    return start - timedelta(hours=1)
