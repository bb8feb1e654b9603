"""The terms on which something is bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pennypress.office.models import Code, Kind, Period, Plan, Subscription
from pennypress.office.money import Money
from pennypress.office.periods import after

_A_YEAR = {Period.WEEK: 52, Period.MONTH: 12, Period.QUARTER: 4, Period.YEAR: 1}


@dataclass(frozen=True)
class Terms:
    """What is paid, and when. Amounts are in minor units of ``currency``.

    The first ``intro_periods`` payments are ``intro_price`` each; ``trial_days`` come before all payment; ``gift`` is
    paid once, beside the first.
    """

    plan: Plan
    price: int
    currency: str
    period: Period
    intro_price: int | None = None
    intro_periods: int = 0
    trial_days: int = 0
    gift: int = 0
    code: Code | None = None

    @property
    def recurs(self) -> bool:
        """Whether it renews."""
        return self.plan.recurs

    @property
    def money(self) -> Money:
        """The price of a period after any offer; of the whole where it is paid once."""
        return Money(self.price, self.currency)

    @property
    def first(self) -> Money:
        """The first payment, whenever it is due, without the gift."""
        return self.money if self.intro_price is None else Money(self.intro_price, self.currency)

    @property
    def now(self) -> Money:
        """What is paid at once, without the gift: nothing where a trial comes first."""
        return Money(0, self.currency) if self.trial_days else self.first

    @property
    def gift_money(self) -> Money:
        """The gift beside it."""
        return Money(self.gift, self.currency)

    @property
    def total_now(self) -> Money:
        """What is paid at once, with the gift."""
        return self.now + self.gift_money

    @property
    def total_a_year(self) -> Money:
        """What a year costs after any offer."""
        return self.money.times(_A_YEAR[self.period])

    def trial_end(self, start: datetime) -> datetime:
        """The end of a trial that begins at ``start``; ``start`` itself where there is none."""
        return start + timedelta(days=self.trial_days)

    def full_price_from(self, start: datetime) -> datetime:
        """The moment of the first payment of the full price."""
        first = self.trial_end(start)
        return after(first, self.period, self.intro_periods) if self.intro_periods else first

    def total_first_year(self, start: datetime) -> Money:
        """What is paid in the year that begins at ``start``, without the gift."""
        first, end = self.trial_end(start), after(start, Period.YEAR)
        most = range(_A_YEAR[self.period])
        payments = sum(1 for number in most if not number or after(first, self.period, number) < end)
        cheap = min(self.intro_periods, payments)
        return self.first.times(cheap) + self.money.times(payments - cheap)


def terms_of(plan: Plan, *, price: int | None = None, code: Code | None = None, gift: int = 0) -> Terms:
    """The terms of a plan at its price, or at one that the reader chose; the cheaper of its offer and the code's."""
    full = plan.price if price is None else price
    recurs = plan.recurs
    intro_price, intro_periods = _cheaper(_own_offer(plan, full), _offer_of(code, plan, full), full)
    if code is not None and code.percent and plan.kind == Kind.PASS:
        full = _discounted(code, Money(full, plan.currency))
    return Terms(
        plan=plan,
        price=full,
        currency=plan.currency,
        period=Period(plan.period),
        intro_price=intro_price if recurs else None,
        intro_periods=intro_periods if recurs else 0,
        trial_days=plan.trial_days if recurs else 0,
        gift=gift,
        code=code,
    )


def terms_of_subscription(subscription: Subscription) -> Terms:
    """The terms on which a subscription goes on from its next payment."""
    left = subscription.intro_left if subscription.intro_price is not None else 0
    return Terms(
        plan=subscription.plan,
        price=subscription.price,
        currency=subscription.currency,
        period=Period(subscription.period),
        intro_price=subscription.intro_price if left else None,
        intro_periods=left,
    )


_Offer = tuple[int | None, int]


def _own_offer(plan: Plan, full: int) -> _Offer:
    if plan.intro_price is None or not plan.intro_periods or plan.intro_price >= full:
        return None, 0
    return plan.intro_price, plan.intro_periods


def _offer_of(code: Code | None, plan: Plan, full: int) -> _Offer:
    if code is None or not code.percent or not code.periods:
        return None, 0
    return _discounted(code, Money(full, plan.currency)), code.periods


def _discounted(code: Code, price: Money) -> int:
    return price.share(100 - min(code.percent, 100), 100).amount


def _cheaper(one: _Offer, other: _Offer, full: int) -> _Offer:
    return max(one, other, key=lambda offer: 0 if offer[0] is None else (full - offer[0]) * offer[1])
