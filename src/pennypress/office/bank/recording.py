"""Recording money that came without a card: what it pays for, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from pennypress.office import lifecycle
from pennypress.office.lifecycle.holding import hold, hold_account
from pennypress.office.models import Account, Method, Order, OrderState, Payment, Period, Status, Subscription
from pennypress.office.money import Money
from pennypress.office.periods import after
from pennypress.office.subscribe.ordering import terms_of_order
from pennypress.office.till.promise import PromiseTill

MOST_PERIODS = 12
"""So many periods may be paid for at once."""


class WrongAmount(Exception):
    """What came is not what is due, nor that of several periods; nothing was recorded."""

    def __init__(self, due: Money) -> None:
        super().__init__(f"{due} is due")
        self.due = due


class AlreadyRecorded(Exception):
    """This payment was recorded before; nothing was recorded now."""


@dataclass(frozen=True)
class Wanted:
    """What a reference stands for: a subscription, or an order that is paid once."""

    subscription: Subscription | None
    order: Order | None

    @property
    def account(self) -> Account:
        """Who pays."""
        held = self.subscription or self.order
        assert held is not None
        return held.account

    @property
    def reference(self) -> str:
        """The reference by which it is known."""
        if self.subscription is not None:
            return self.subscription.reference or ""
        assert self.order is not None
        return self.order.session

    @property
    def name(self) -> str:
        """What is paid for."""
        held = self.subscription or self.order
        assert held is not None
        return held.plan.name

    @property
    def due(self) -> Money:
        """What the next payment is, with a gift that was promised beside the first."""
        if self.subscription is not None:
            return _sum_of(self.subscription, 1) + _gift(self.subscription)
        assert self.order is not None
        terms = terms_of_order(self.order)
        return terms.first + terms.gift_money

    def periods_for(self, amount: Money) -> int | None:
        """How many periods an amount pays for; None for one that is not that of any number up to twelve."""
        if self.subscription is None:
            return 1 if amount == self.due else None
        if amount.currency != self.subscription.currency:
            return None
        gift = _gift(self.subscription)
        return next(
            (n for n in range(1, MOST_PERIODS + 1) if _sum_of(self.subscription, n) + gift == amount),
            None,
        )


def wanted_by(reference: str) -> Wanted | None:
    """What a reference stands for; None for one that was never given, or whose order was paid or dropped."""
    subscription = Subscription.objects.select_related("account", "plan").filter(reference=reference).first()
    if subscription is not None:
        return Wanted(subscription, None)
    order = Order.objects.select_related("account", "plan").filter(session=reference, state=OrderState.AT_TILL).first()
    return None if order is None else Wanted(None, order)


@transaction.atomic
def record(wanted: Wanted, amount: Money, method: Method, received: datetime, *, note: str = "") -> Payment:
    """Record a payment, with its receipt; the subscription goes on, or begins again where it had lapsed for want of it.

    Two at once are recorded one after the other. Raises WrongAmount, AlreadyRecorded for what is paid once and was, and
    AlreadySubscribed for an order that cannot begin.
    """
    wanted = _held(wanted)
    periods = wanted.periods_for(amount)
    if periods is None:
        raise WrongAmount(wanted.due)
    if wanted.subscription is None:
        return _record_once(wanted, amount, method, received, note)
    return _record_periods(wanted.subscription, amount, method, received, periods, note)


def _held(wanted: Wanted) -> Wanted:
    """What is wanted as it stands now, held until the transaction ends."""
    if wanted.subscription is not None:
        return Wanted(hold(wanted.subscription), None)
    hold_account(wanted.account.pk)
    fresh = wanted_by(wanted.reference)
    if fresh is None:
        raise AlreadyRecorded
    return fresh


def recorded_alike(wanted: Wanted, amount: Money, received: datetime) -> Payment | None:
    """A payment of the same amount for the same, received on the same day; None where there is none."""
    if wanted.subscription is None:
        return None
    same = wanted.subscription.payments.filter(currency=amount.currency, received__date=received.date(), is_gift=False)
    return same.filter(amount__in=(amount.amount, (amount - _gift(wanted.subscription)).amount)).first()


def _record_once(wanted: Wanted, amount: Money, method: Method, received: datetime, note: str) -> Payment:
    assert wanted.order is not None
    lifecycle.begin(wanted.order, status=Status.ACTIVE, period_end=None)
    return lifecycle.receive(
        wanted.account, amount.amount, amount.currency, method, received=received, what=wanted.name, note=note
    )


def _record_periods(
    held: Subscription, amount: Money, method: Method, received: datetime, periods: int, note: str
) -> Payment:
    gift = _gift(held)
    start = _start(held, received)
    reduced = min(periods, held.intro_left)
    payment = lifecycle.receive(
        held.account,
        (amount - gift).amount,
        amount.currency,
        method,
        received=received,
        what=held.plan.name,
        subscription=held,
        period=(start, after(start, Period(held.period), periods)),
        note=note,
    )
    if reduced > 1:  # the receipt of one payment counts one
        Subscription.objects.filter(pk=held.pk).update(intro_left=held.intro_left - (reduced - 1))
    if gift.amount:
        lifecycle.receive(
            held.account, gift.amount, gift.currency, method, received=received, what=held.plan.name,
            subscription=held, is_gift=True,
        )  # fmt: skip
    return payment


def _start(held: Subscription, received: datetime) -> datetime:
    """From when a payment pays: the first from the beginning, a renewal from the end of the last period, and from the
    day it came where the one or the other lies too far behind it to read with."""
    is_first = not held.imported and not held.payments.filter(is_gift=False).exists()
    if is_first and held.period_start is not None and after(held.period_start, Period(held.period)) > received:
        return held.period_start
    if held.status != Status.ENDED and held.period_end is not None and held.period_end > received:
        return held.period_end
    return received


def _sum_of(held: Subscription, periods: int) -> Money:
    reduced = min(periods, held.intro_left) if held.intro_price is not None else 0
    total = held.money.times(periods - reduced)
    return total + Money(held.intro_price or 0, held.currency).times(reduced)


def _gift(held: Subscription) -> Money:
    """The gift that was promised beside the first payment, while that has not come."""
    order = held.orders.filter(gift__gt=0).first()
    is_open = order is not None and not held.payments.exists()
    return Money(order.gift if order is not None and is_open else 0, held.currency)


def open_promises() -> list[Wanted]:
    """All that may be paid for by a reference: subscriptions without a till of their own, and orders paid once."""
    subscriptions = Subscription.objects.select_related("account", "plan").filter(
        method__in=PromiseTill.methods, reference__isnull=False
    )
    orders = Order.objects.select_related("account", "plan").filter(
        state=OrderState.AT_TILL, method__in=PromiseTill.methods
    )
    return [*(Wanted(held, None) for held in subscriptions), *(Wanted(None, order) for order in orders)]
