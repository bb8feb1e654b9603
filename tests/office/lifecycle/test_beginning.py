"""How subscriptions, passes and donations begin."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import connection

from pennypress.core.rights import Rights
from pennypress.office import clock as office_clock
from pennypress.office import lifecycle, rights
from pennypress.office.lifecycle import AlreadySubscribed
from pennypress.office.models import (
    Account,
    Kind,
    Letter,
    Method,
    Order,
    OrderState,
    Payment,
    Plan,
    Right,
    Status,
    Subscription,
)
from tests.office.conftest import SettableClock
from tests.office.lifecycle.lives import PlaceOrder, Subscribe

MakePlan = Callable[..., Plan]
MONTH = timedelta(days=30)


def begin(order: Order, status: Status = Status.ACTIVE) -> Subscription | None:
    return lifecycle.begin(order, status=status, period_end=office_clock.now() + MONTH)


def read_now(account: Account) -> Rights:
    return rights.resolve(account, office_clock.now())


def reads(account: Account) -> bool:
    return any(right.holds(office_clock.now()) for right in read_now(account).entitlements)


def at_once(count: int, act: Callable[[int], object]) -> list[object]:
    """What each of so many threads made of it, all begun at one moment."""
    ready, done = threading.Barrier(count), list[object]()

    def run(number: int) -> None:
        try:
            ready.wait()
            done.append(act(number))
        except Exception as error:
            done.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def test_whoever_pays_reads_on_at_once(order: PlaceOrder) -> None:
    placed = order()
    begin(placed)
    assert reads(placed.account)
    placed.refresh_from_db()
    assert placed.state == OrderState.DONE


def test_everything_is_confirmed_by_mail_as_it_stood_above_the_button(
    order: PlaceOrder, mails: list[EmailMessage]
) -> None:
    begin(order())
    (mail,) = mails
    assert mail.to == ["ann@example.com"]
    assert "Price: £8.00 a month" in mail.body
    assert "Total a year: £96.00" in mail.body
    assert "I want to read at once, before the 14 days" in mail.body
    assert "You may change your mind within 14 days of today" in mail.body


def test_a_name_with_signs_in_it_stands_in_a_letter_as_it_is(order: PlaceOrder, plan: MakePlan) -> None:
    begin(order(of=plan(name="Reader & Friend's <choice>")))
    assert "Reader & Friend's <choice>" in Letter.objects.get(kind="subscribed").body


def test_double_clicks_on_pay_make_one_subscription(order: PlaceOrder) -> None:
    placed = order()
    begun = at_once(8, lambda _: begin(Order.objects.get(pk=placed.pk)))
    assert [type(each) for each in begun] == [Subscription] * 8
    assert Subscription.objects.count() == 1
    assert Letter.objects.filter(kind="subscribed").count() == 1


def test_two_tabs_that_subscribe_at_once_make_one_subscription(order: PlaceOrder, plan: MakePlan) -> None:
    offered = plan()
    orders = [order(of=offered), order(of=offered, method=Method.SEPA), order(of=offered, gift=500)]
    begun = at_once(3, lambda number: begin(Order.objects.get(pk=orders[number].pk)))
    assert sorted(type(each).__name__ for each in begun) == ["AlreadySubscribed", "AlreadySubscribed", "Subscription"]
    assert Subscription.objects.count() == 1


def test_whoever_subscribes_already_is_named_their_subscription(subscribed: Subscribe, order: PlaceOrder) -> None:
    held = subscribed()
    second = order(of=held.plan, gift=100)
    with pytest.raises(AlreadySubscribed) as refused:
        begin(second)
    assert refused.value.subscription == held
    second.refresh_from_db()
    assert second.state == OrderState.OPEN


def test_a_promise_of_which_nothing_was_paid_gives_way_to_a_payment(order: PlaceOrder, plan: MakePlan) -> None:
    offered = plan()
    promised = begin(order(of=offered, method=Method.TRANSFER), Status.PROMISED)
    paid = begin(order(of=offered))
    assert promised is not None
    promised.refresh_from_db()
    assert (promised.status, promised.end_why) == (Status.ENDED, "replaced")
    assert paid is not None
    assert lifecycle.live(paid.account) == paid


def test_a_promise_is_trusted_for_so_long_as_the_paper_says(clock: SettableClock, order: PlaceOrder) -> None:
    placed = order(method=Method.TRANSFER)
    lifecycle.begin(placed, status=Status.PROMISED, period_end=None)
    clock.pass_(timedelta(days=14, seconds=-1))
    assert reads(placed.account)
    clock.pass_(timedelta(seconds=1))
    assert not reads(placed.account)


def test_an_introductory_price_is_counted_down_payment_by_payment(order: PlaceOrder, plan: MakePlan) -> None:
    begun = begin(order(of=plan(intro_price=100, intro_periods=2)))
    assert begun is not None
    assert begun.next_money.amount == 100
    for amount, left, next_amount in ((100, 1, 100), (100, 0, 800), (800, 0, 800)):
        lifecycle.receive(
            begun.account, amount, "GBP", Method.CARD, received=office_clock.now(), what="Reader", subscription=begun
        )
        assert (begun.intro_left, begun.next_money.amount) == (left, next_amount)


def test_a_pass_reads_for_its_days_and_is_no_subscription(
    clock: SettableClock, order: PlaceOrder, plan: MakePlan
) -> None:
    placed = order(of=plan(kind=Kind.PASS, days=7))
    assert begin(placed) is None
    assert begin(placed) is None
    assert Right.objects.count() == 1
    clock.pass_(timedelta(days=7, seconds=-1))
    assert reads(placed.account)
    clock.pass_(timedelta(seconds=1))
    assert not reads(placed.account)


def test_a_second_pass_begins_where_the_first_ends(clock: SettableClock, order: PlaceOrder, plan: MakePlan) -> None:
    week = plan(kind=Kind.PASS, days=7)
    begin(order(of=week))
    second = order(of=week)
    begin(second)
    clock.pass_(timedelta(days=14, seconds=-1))
    assert reads(second.account)


def test_a_donation_opens_nothing(order: PlaceOrder, plan: MakePlan) -> None:
    placed = order(of=plan(kind=Kind.DONATION), price=2500)
    assert begin(placed) is None
    assert not reads(placed.account)
    assert Letter.objects.get().kind == "subscribed"


def test_receipts_run_without_gaps_however_many_pay_at_once(
    subscribed: Subscribe, account: Callable[..., Account]
) -> None:
    buyers = [account(f"reader-{number}@example.com") for number in range(8)]

    def pay(number: int) -> int:
        what = {"received": office_clock.now(), "what": "Gift", "stripe": f"in_{number}", "is_gift": True}
        return lifecycle.receive(buyers[number], 100, "GBP", Method.CARD, **what).number  # type: ignore[arg-type]

    numbers = at_once(8, pay)
    assert sorted(numbers) == list(range(1, 9))  # type: ignore[type-var]


def test_a_payment_that_is_told_of_twice_is_one_payment_with_one_receipt(subscribed: Subscribe) -> None:
    held = subscribed()
    end = held.period_end
    for _ in range(2):
        lifecycle.receive(
            held.account, 800, "GBP", Method.CARD, received=office_clock.now(), what="Reader", subscription=held,
            stripe="in_1",
        )  # fmt: skip
    assert Payment.objects.filter(stripe="in_1").count() == 1
    assert Letter.objects.filter(kind="receipt").count() == 2
    assert held.period_end == end


def test_a_payment_that_comes_late_shortens_nothing(clock: SettableClock, subscribed: Subscribe) -> None:
    held = subscribed()
    end = held.period_end
    clock.pass_(timedelta(days=1))
    older = (clock.moment - timedelta(days=60), clock.moment - timedelta(days=30))
    lifecycle.receive(
        held.account, 800, "GBP", Method.CARD, received=clock.moment, what="Reader", subscription=held, period=older
    )
    assert held.period_end == end


def test_the_receipt_says_the_tax_that_is_contained(
    paper: Callable[..., object], subscribed: Subscribe, mails: list[EmailMessage]
) -> None:
    paper(law={"tax": 2000}, office={"company": "Lantern Ltd, Skerrow"})
    subscribed()
    receipt = mails[-1].body
    assert "We received £8.00 on" in receipt
    assert "Tax contained: £1.33" in receipt
    assert "Receipt number: 1" in receipt
    assert "Lantern Ltd, Skerrow" in receipt


def test_whoever_could_not_pay_may_subscribe_anew_and_is_charged_for_one(
    subscribed: Subscribe, order: PlaceOrder
) -> None:
    old = subscribed()
    lifecycle.set_status(old, Status.UNPAID)
    new = begin(order(of=old.plan, gift=100))
    old.refresh_from_db()
    assert (old.status, old.end_why) == (Status.ENDED, "replaced")
    assert lifecycle.live(old.account) == new
    assert not Letter.objects.filter(kind="ended").exists()


def test_one_that_is_cancelled_and_runs_is_not_bought_twice(subscribed: Subscribe, order: PlaceOrder) -> None:
    held = lifecycle.cancel(subscribed())
    with pytest.raises(AlreadySubscribed):
        begin(order(of=held.plan, gift=100))


def test_the_same_payment_told_at_once_by_many_is_one(subscribed: Subscribe) -> None:
    held = subscribed()

    def told(_: int) -> int:
        what = {"received": office_clock.now(), "what": "Reader", "stripe": "in_1"}
        return lifecycle.receive(held.account, 800, "GBP", Method.CARD, subscription=held, **what).pk  # type: ignore[arg-type]

    assert len(set(at_once(6, told))) == 1
    assert Payment.objects.filter(stripe="in_1").count() == 1


def test_one_without_a_plan_that_reads_keeps_nobody_from_subscribing(order: PlaceOrder, plan: MakePlan) -> None:
    assert begin(order(of=plan(kind=Kind.DONATION), price=500)) is None
    assert begin(order()) is not None
