"""The till that takes no money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest

from pennypress.config import Config
from pennypress.office import jobs, rights
from pennypress.office.clock import set_clock
from pennypress.office.models import Account, Method, Order, Payment, Period, Plan, Status, Subscription
from pennypress.office.periods import after
from pennypress.office.subscribe import ordering
from pennypress.office.subscribe.codes import make_codes
from pennypress.office.till import demo
from tests.office.browser import Browser, Page
from tests.office.conftest import SettableClock

MakePlan = Callable[..., Plan]


@pytest.fixture(autouse=True)
def demo_till(paper: Callable[..., Config]) -> None:
    paper(office={"demo_till": True})


@pytest.fixture
def ann(account: Callable[..., Account], clock: SettableClock) -> Account:
    return account()


@pytest.fixture
def reader(ann: Account, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(ann)


def ordered(account: Account, plan: Plan, method: Method = Method.CARD, gift: int = 0) -> Order:
    terms = ordering.terms_for(account, plan, gift=gift)
    return ordering.place(account, terms, method, shown="", language="en", back="/news/slow-clock")


def till(browser: Browser, order: Order) -> Page:
    return browser.get(demo.DemoTill().checkout(order))


def amounts() -> list[int]:
    return list(Payment.objects.order_by("pk").values_list("amount", flat=True))


def reads(account: Account, clock: SettableClock) -> bool:
    return any(
        (right.start is None or right.start <= clock.moment) and (right.until is None or clock.moment < right.until)
        for right in rights.resolve(account, clock.moment).entitlements
    )


def test_it_says_that_it_takes_no_money_and_what_would_be_paid(reader: Browser, ann: Account, plan: MakePlan) -> None:
    page = till(reader, ordered(ann, plan(name="Reader"), gift=200))
    assert page.heading == "This till takes no money"
    assert "Reader" in page.text
    assert "£10.00" in page.text


def test_paying_begins_the_subscription_and_leads_back(
    reader: Browser, ann: Account, plan: MakePlan, clock: SettableClock
) -> None:
    page = till(reader, ordered(ann, plan())).submit(button="Pay")
    assert page.url == "/news/slow-clock"
    assert amounts() == [800]
    assert reads(ann, clock)


def test_a_payment_that_is_declined_begins_nothing_and_can_be_tried_again(
    reader: Browser, ann: Account, plan: MakePlan, clock: SettableClock
) -> None:
    page = till(reader, ordered(ann, plan())).submit(button="declined")
    assert "The payment was declined. Nothing was charged" in page.text
    assert not reads(ann, clock)
    assert page.submit(button="Pay").url == "/news/slow-clock"


def test_who_pays_and_closes_the_page_has_subscribed_all_the_same(
    reader: Browser, ann: Account, plan: MakePlan, clock: SettableClock
) -> None:
    page = till(reader, ordered(ann, plan())).submit(button="close the page")
    assert page.heading == "The page was closed"
    assert amounts() == [800]
    assert reads(ann, clock)


def test_paying_twice_is_paying_once(reader: Browser, ann: Account, plan: MakePlan) -> None:
    page = till(reader, ordered(ann, plan(), gift=200))
    for _ in range(2):
        page.submit(button="Pay")
    assert sorted(amounts()) == [200, 800]
    assert Subscription.objects.count() == 1


def test_nobody_pays_for_somebody_elses_order(
    reader: Browser,
    ann: Account,
    plan: MakePlan,
    browser: Browser,
    account: Callable[..., Account],
    signed_in: Callable[..., Browser],
) -> None:
    path = demo.DemoTill().checkout(ordered(ann, plan()))
    for other in (browser, signed_in(account("ben@example.com"))):
        assert other.get(path).status == 404


def test_without_the_setting_there_is_no_such_till(
    reader: Browser, ann: Account, plan: MakePlan, paper: Callable[..., Config]
) -> None:
    path = demo.DemoTill().checkout(ordered(ann, plan()))
    paper(office={"demo_till": False})
    assert reader.get(path).status == 404
    assert reader.post(path, {"do": "pay"}).status in (403, 404)
    assert not Subscription.objects.exists()


def test_a_trial_costs_nothing_until_it_ends(ann: Account, plan: MakePlan, clock: SettableClock) -> None:
    demo.paid(ordered(ann, plan(trial_days=14)))
    assert amounts() == []
    assert reads(ann, clock)
    clock.pass_(timedelta(days=14))
    assert demo.renew_due() == 1
    assert amounts() == [800]
    assert Subscription.objects.get().status == Status.ACTIVE


def test_every_period_is_paid_for_however_far_the_clock_is_moved(
    ann: Account, plan: MakePlan, clock: SettableClock
) -> None:
    demo.paid(ordered(ann, plan()))
    clock.pass_(timedelta(days=92))
    assert demo.renew_due() == 3
    assert amounts() == [800] * 4
    assert demo.renew_due() == 0
    assert reads(ann, clock)


def test_time_that_goes_by_while_a_subscription_begins_leaves_its_periods_whole(
    ann: Account, plan: MakePlan, clock: SettableClock
) -> None:
    ticks = count()
    set_clock(lambda: clock.moment + timedelta(milliseconds=next(ticks)))
    demo.paid(ordered(ann, plan()))
    clock.pass_(timedelta(days=31))
    renewed = demo.renew_due()
    begun = Subscription.objects.get()
    assert renewed == 1
    assert begun.period_end == after(begun.started, Period.MONTH, 2)


def test_an_introductory_price_is_paid_for_as_long_as_was_said(
    ann: Account, plan: MakePlan, clock: SettableClock
) -> None:
    demo.paid(ordered(ann, plan(intro_price=100, intro_periods=2)))
    clock.pass_(timedelta(days=62))
    demo.renew_due()
    assert amounts() == [100, 100, 800]


def test_a_subscription_that_began_at_the_end_of_january_ends_with_the_months(
    ann: Account, plan: MakePlan, clock: SettableClock
) -> None:
    clock.set(clock.moment.replace(year=2027, month=1, day=31))
    demo.paid(ordered(ann, plan()))
    ends = []
    for _ in range(3):
        end = Subscription.objects.get().period_end
        assert end is not None
        clock.set(end)
        ends.append((end.month, end.day))
        demo.renew_due()
    assert ends == [(2, 28), (3, 31), (4, 30)]


def test_what_was_cancelled_is_not_renewed(ann: Account, plan: MakePlan, clock: SettableClock) -> None:
    demo.paid(ordered(ann, plan()))
    Subscription.objects.update(cancelled=clock.moment)
    clock.pass_(timedelta(days=31))
    assert demo.renew_due() == 0
    assert not reads(ann, clock)


def test_a_direct_debit_reads_from_the_mandate_on_and_is_paid_days_later(
    ann: Account, plan: MakePlan, clock: SettableClock
) -> None:
    demo.paid(ordered(ann, plan(), Method.BACS))
    assert Subscription.objects.get().status == Status.PENDING
    assert reads(ann, clock)
    assert demo.renew_due() == 0
    clock.pass_(timedelta(days=3))
    assert demo.renew_due() == 1
    assert amounts() == [800]
    assert Subscription.objects.get().status == Status.ACTIVE


def test_the_jobs_renew_it_and_free_codes_without_anybody_asking(
    ann: Account, plan: MakePlan, clock: SettableClock, account: Callable[..., Account]
) -> None:
    demo.paid(ordered(ann, plan()))
    (code,) = make_codes(1, until=clock.moment + timedelta(days=90), percent=50)
    ben = account("ben@example.com")
    terms = ordering.terms_for(ben, plan(), code=code)
    ordering.place(ben, terms, Method.CARD, shown="", language="en", back="")
    clock.pass_(timedelta(days=62))
    jobs.run_due()
    assert amounts() == [800] * 3
    assert reads(ann, clock)
    code.refresh_from_db()
    assert code.used == 0
