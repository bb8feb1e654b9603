"""Changing one's mind: when one may, and what goes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.config import Config
from pennypress.office import law, lifecycle
from pennypress.office.law.withdrawing import unused
from pennypress.office.models import Method, Payment, Period, Plan, Refund, Status, Subscription
from pennypress.office.money import Money
from pennypress.office.periods import after
from tests.office.conftest import SettableClock
from tests.office.lifecycle.lives import Subscribe, pay
from tests.office.lifecycle.test_beginning import at_once

DAY = timedelta(days=1)
MakePlan = Callable[..., Plan]


def back(subscription: Subscription, clock: SettableClock) -> int | None:
    """What would go back now; None where one may not withdraw."""
    offered = law.withdrawal(subscription, clock.moment)
    return None if offered is None else offered.money.amount


def test_one_may_until_the_end_of_the_fourteenth_day_after_buying(clock: SettableClock, subscribed: Subscribe) -> None:
    held = subscribed()
    clock.set(datetime(2026, 12, 8, 23, 59, tzinfo=UTC))
    assert back(held, clock) is not None
    clock.pass_(timedelta(minutes=1))
    assert back(held, clock) is None


def test_what_goes_back_is_in_proportion_to_the_days_that_are_left(clock: SettableClock, subscribed: Subscribe) -> None:
    held = subscribed()
    assert back(held, clock) == 800
    clock.pass_(6 * DAY)
    assert back(held, clock) == 640


def test_all_goes_back_to_whoever_did_not_ask_to_read_at_once(clock: SettableClock, subscribed: Subscribe) -> None:
    held = subscribed(at_once=False)
    clock.pass_(10 * DAY)
    assert back(held, clock) == 800


def test_a_second_cooling_off_begins_when_a_trial_ends(
    clock: SettableClock, subscribed: Subscribe, plan: MakePlan
) -> None:
    held = subscribed(of=plan(trial_days=30))
    clock.pass_(20 * DAY)
    assert back(held, clock) is None
    clock.pass_(10 * DAY)
    pay(held)
    clock.pass_(14 * DAY)
    assert back(held, clock) == round(800 * 17 / 31)
    clock.pass_(DAY)
    assert back(held, clock) is None


def test_a_second_cooling_off_begins_when_an_introductory_price_ends(
    clock: SettableClock, subscribed: Subscribe, plan: MakePlan
) -> None:
    held = subscribed(of=plan(intro_price=100, intro_periods=1))
    clock.pass_(20 * DAY)
    assert back(held, clock) is None
    clock.pass_(10 * DAY)
    pay(held)
    assert back(held, clock) == 800
    clock.pass_(15 * DAY)
    assert back(held, clock) is None


def test_a_second_cooling_off_begins_with_every_renewal_of_a_year(
    clock: SettableClock, subscribed: Subscribe, plan: MakePlan
) -> None:
    held = subscribed(of=plan(period=Period.YEAR, price=9600))
    for _ in range(2):
        clock.pass_(100 * DAY)
        assert back(held, clock) is None
        assert held.period_end is not None
        clock.set(held.period_end)
        pay(held)
        clock.pass_(DAY)
        assert back(held, clock) == round(9600 * 364 / 365)


def test_a_renewal_of_a_month_begins_none(clock: SettableClock, subscribed: Subscribe) -> None:
    held = subscribed()
    clock.pass_(30 * DAY)
    pay(held)
    assert back(held, clock) is None


def test_the_intervals_are_the_papers(
    clock: SettableClock, paper: Callable[..., Config], subscribed: Subscribe
) -> None:
    paper(law={"cooling_off": 30 * DAY})
    held = subscribed()
    clock.pass_(29 * DAY)
    assert back(held, clock) is not None


@pytest.mark.parametrize(("which", "may"), [("uk", True), ("eu", True), ("none", False)])
def test_the_law_that_is_set_decides_whether_one_may(
    clock: SettableClock, paper: Callable[..., Config], subscribed: Subscribe, which: str, may: bool
) -> None:
    paper(office={"law": which})
    assert (back(subscribed(), clock) is not None) is may


def test_withdrawing_ends_it_at_once_and_gives_back_the_way_it_was_paid(
    clock: SettableClock, subscribed: Subscribe
) -> None:
    held = subscribed()
    clock.pass_(6 * DAY)
    agreed = lifecycle.withdraw(held)
    assert agreed is not None
    refund = Refund.objects.get()
    assert (held.status, held.end_why) == (Status.ENDED, "withdrawn")
    assert (agreed.money.amount, refund.amount, refund.payment.method) == (640, 640, "card")
    assert refund.sent is not None


def test_in_a_trial_nothing_was_paid_and_nothing_goes_back(
    clock: SettableClock, subscribed: Subscribe, plan: MakePlan
) -> None:
    held = subscribed(of=plan(trial_days=30))
    agreed = lifecycle.withdraw(held)
    assert agreed is not None
    assert agreed.money.amount == 0
    assert not Refund.objects.exists()


def test_what_staff_gave_back_already_does_not_go_back_again(clock: SettableClock, subscribed: Subscribe) -> None:
    held = subscribed()
    lifecycle.refund(Payment.objects.get(), 500, "a mistake")
    assert back(held, clock) == 300


def test_a_debit_that_clears_after_the_withdrawal_goes_back(clock: SettableClock, subscribed: Subscribe) -> None:
    held = subscribed(Status.PENDING, method=Method.SEPA)
    clock.pass_(6 * DAY)
    agreed = lifecycle.withdraw(held)
    assert agreed is not None
    assert agreed.money.amount == 0
    clock.pass_(DAY)
    pay(held)
    assert Refund.objects.get().amount == 640
    assert held.status == Status.ENDED


def test_double_clicks_give_back_once(subscribed: Subscribe) -> None:
    held = subscribed()
    done = at_once(4, lambda _: lifecycle.withdraw(Subscription.objects.get(pk=held.pk)))
    assert sum(each is not None for each in done) == 1
    assert Refund.objects.count() == 1


moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(st.integers(0, 10**7), moments, st.sampled_from(Period), st.lists(st.floats(-0.2, 1.2), min_size=2, max_size=6))
def test_what_goes_back_never_grows_with_time_and_is_between_nothing_and_all(
    amount: int, start: datetime, period: Period, shares: list[float]
) -> None:
    end, paid = after(start, period), Money(amount, "GBP")
    given_back = [unused(paid, start, end, start + (end - start) * share).amount for share in sorted(shares)]
    assert given_back == sorted(given_back, reverse=True)
    assert all(0 <= each <= amount for each in given_back)
    assert unused(paid, start, end, start) == paid
    assert unused(paid, start, end, end) == Money(0, "GBP")


@given(st.integers(0, 10**9), st.integers(1, 400), st.integers(0, 400))
def test_the_two_shares_of_an_amount_are_the_amount(amount: int, whole: int, part: int) -> None:
    part = min(part, whole)
    money = Money(amount, "EUR")
    together = money.share(part, whole) + money.share(whole - part, whole)
    assert 0 <= together.amount - amount <= 1


@given(st.integers(0, 10**9), st.integers(0, 5000))
def test_the_tax_contained_is_that_of_the_rest(amount: int, rate: int) -> None:
    tax = Money(amount, "GBP").tax_contained(rate).amount
    assert abs(tax * 10_000 - (amount - tax) * rate) <= 10_000 + rate


@given(moments, st.sampled_from(Period), st.integers(1, 40))
def test_periods_come_one_after_the_other_at_the_same_time_of_day(start: datetime, period: Period, count: int) -> None:
    zone = ZoneInfo("Europe/London")
    ends = [after(start, period, number) for number in range(count + 1)]
    assert ends == sorted(set(ends))
    for end in ends:
        here, there = start.astimezone(zone), end.astimezone(zone)
        is_skipped = (here.hour, here.minute) != (there.hour, there.minute)
        assert not is_skipped or here.hour in (1, 2)
        assert period is Period.WEEK or there.day == here.day or (there + DAY).day == 1
