"""What is told before it is charged, and new prices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage

from pennypress.config import Config
from pennypress.office import lifecycle
from pennypress.office.law.prices import change_due
from pennypress.office.law.reminders import remind_due
from pennypress.office.models import Letter, Period, Plan, PriceChange, Status, Subscription
from tests.office.conftest import SettableClock
from tests.office.lifecycle.lives import Subscribe, pay

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MakePlan = Callable[..., Plan]


def reminded(kind: str) -> int:
    remind_due()
    return Letter.objects.filter(kind=f"reminder-{kind}").count()


def until(clock: SettableClock, moment: datetime | None, before: timedelta) -> None:
    assert moment is not None
    clock.set(moment - before)


def test_before_a_trial_ends_one_is_told_what_will_be_charged(
    clock: SettableClock, subscribed: Subscribe, plan: MakePlan, mails: list[EmailMessage]
) -> None:
    held = subscribed(of=plan(trial_days=30))
    until(clock, held.trial_end, 3 * DAY + MINUTE)
    assert reminded("trial") == 0
    clock.pass_(MINUTE)
    assert reminded("trial") == 1
    assert reminded("trial") == 1
    assert mails[-1].subject == "The Skerrow Lantern: your trial ends on 24 December 2026"
    assert "From that day on you pay £8.00 a month, until you cancel." in mails[-1].body
    assert "http://paper.test/account" in mails[-1].body


def test_before_an_introductory_price_ends_one_is_told_the_next(
    clock: SettableClock, subscribed: Subscribe, plan: MakePlan, mails: list[EmailMessage]
) -> None:
    held = subscribed(of=plan(intro_price=100, intro_periods=2))
    until(clock, held.period_end, DAY)
    assert reminded("intro") == 0
    pay(held)
    until(clock, held.period_end, 3 * DAY)
    assert reminded("intro") == 1
    assert "From that day on you pay £8.00 a month" in mails[-1].body
    pay(held)
    until(clock, held.period_end, DAY)
    assert reminded("intro") == 1


def test_before_each_renewal_of_a_year_one_is_told(
    clock: SettableClock, subscribed: Subscribe, plan: MakePlan, mails: list[EmailMessage]
) -> None:
    held = subscribed(of=plan(period=Period.YEAR, price=9600))
    for years in (1, 2):
        until(clock, held.period_end, 21 * DAY)
        assert reminded("renewal") == years
        assert "You then pay £96.00 a year." in mails[-1].body
        pay(held)


def test_every_six_months_one_is_told_that_a_subscription_goes_on(
    clock: SettableClock, subscribed: Subscribe, mails: list[EmailMessage]
) -> None:
    subscribed()
    clock.pass_(182 * DAY - MINUTE)
    assert reminded("regular") == 0
    clock.pass_(MINUTE)
    assert reminded("regular") == 1
    clock.pass_(181 * DAY)
    assert reminded("regular") == 1
    clock.pass_(DAY)
    assert reminded("regular") == 2
    assert "You pay £8.00 a month; it renews by itself until you cancel." in mails[-1].body


def test_whoever_has_cancelled_is_reminded_of_nothing(
    clock: SettableClock, subscribed: Subscribe, plan: MakePlan
) -> None:
    held = lifecycle.cancel(subscribed(of=plan(trial_days=30)))
    until(clock, held.trial_end, DAY)
    assert reminded("trial") == 0


def test_where_no_law_is_kept_nobody_is_reminded(
    clock: SettableClock, paper: Callable[..., Config], subscribed: Subscribe, plan: MakePlan
) -> None:
    paper(office={"law": "none"})
    held = subscribed(of=plan(trial_days=30), at_once=False)
    until(clock, held.trial_end, DAY)
    assert reminded("trial") == 0


def test_how_long_before_is_the_papers_to_say(
    clock: SettableClock, paper: Callable[..., Config], subscribed: Subscribe, plan: MakePlan
) -> None:
    paper(law={"trial_reminder": 7 * DAY})
    held = subscribed(of=plan(trial_days=30))
    until(clock, held.trial_end, 7 * DAY)
    assert reminded("trial") == 1


def test_when_one_may_withdraw_once_more_one_is_told_so_by_itself(
    clock: SettableClock, subscribed: Subscribe, plan: MakePlan, mails: list[EmailMessage]
) -> None:
    held = subscribed(of=plan(trial_days=30))
    remind_due()
    assert not Letter.objects.filter(kind="cooling-off").exists()
    until(clock, held.trial_end, timedelta(0))
    pay(held)
    for _ in range(2):
        remind_due()
    assert Letter.objects.filter(kind="cooling-off").count() == 1
    assert mails[-1].subject == "The Skerrow Lantern: you may change your mind until 7 January 2027"
    assert "what you have paid for the days that are left goes back" in mails[-1].body


@pytest.fixture
def dearer(plan: MakePlan) -> Callable[..., PriceChange]:
    """£8.00 a month becomes £9.00 on the first of March."""

    def make(**facts: Any) -> PriceChange:
        given = {"price": 900, "since": date(2027, 3, 1), "plan": plan(), **facts}
        return PriceChange.objects.create(**given)

    return make


def test_a_new_price_is_told_before_it_holds(
    clock: SettableClock, subscribed: Subscribe, dearer: Callable[..., PriceChange], mails: list[EmailMessage]
) -> None:
    change = dearer()
    held = subscribed(of=change.plan)
    clock.set(datetime(2027, 1, 29, 23, 59, tzinfo=clock.moment.tzinfo))
    change_due()
    assert not Letter.objects.filter(kind="price-change").exists()
    clock.pass_(MINUTE)
    change_due()
    change_due()
    assert Letter.objects.filter(kind="price-change").count() == 1
    assert "on or after 1 March 2027 you pay £9.00 a month instead of £8.00 a month" in mails[-1].body
    assert "cancel on the page of your account" in mails[-1].body
    held.refresh_from_db()
    assert held.price == 800
    clock.set(datetime(2027, 3, 1, tzinfo=clock.moment.tzinfo))
    change_due()
    held.refresh_from_db()
    assert held.price == 900


def test_whoever_cancels_keeps_the_old_price_to_the_end(
    clock: SettableClock, subscribed: Subscribe, dearer: Callable[..., PriceChange]
) -> None:
    change = dearer()
    held = subscribed(of=change.plan)
    clock.set(datetime(2027, 2, 1, tzinfo=clock.moment.tzinfo))
    change_due()
    lifecycle.cancel(held)
    clock.set(datetime(2027, 3, 1, tzinfo=clock.moment.tzinfo))
    change_due()
    held.refresh_from_db()
    assert held.price == 800
    change.refresh_from_db()
    assert change.done == clock.moment


def test_nobody_pays_a_new_price_without_the_whole_of_the_notice(
    clock: SettableClock, subscribed: Subscribe, dearer: Callable[..., PriceChange], mails: list[EmailMessage]
) -> None:
    change = dearer(since=date(2026, 11, 25))
    held = subscribed(of=change.plan)
    change_due()
    assert "on or after 25 December 2026" in mails[-1].body
    clock.set(datetime(2026, 12, 24, 23, 59, tzinfo=clock.moment.tzinfo))
    assert change_due() == 0
    clock.pass_(MINUTE)
    assert change_due() == 1
    held.refresh_from_db()
    assert held.price == 900


def test_a_price_that_a_reader_chose_stays(
    clock: SettableClock, subscribed: Subscribe, plan: MakePlan, dearer: Callable[..., PriceChange]
) -> None:
    change = dearer(plan=plan(floor=300), since=date(2026, 11, 1))
    held = subscribed(of=change.plan, price=450)
    change_due()
    clock.pass_(60 * DAY)
    change_due()
    held.refresh_from_db()
    assert held.price == 450
    assert not Letter.objects.filter(kind="price-change").exists()


def test_jobs_that_run_again_write_nothing_twice(clock: SettableClock, subscribed: Subscribe, plan: MakePlan) -> None:
    from pennypress.office import jobs

    subscribed(of=plan(trial_days=2))
    for _ in range(4):
        clock.pass_(timedelta(hours=6))
        jobs.run_due()
    assert Letter.objects.filter(kind="reminder-trial").count() == 1
    assert Subscription.objects.get().status == Status.TRIALING
