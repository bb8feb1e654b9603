"""Orders: one wish is one order, however often it is sent, and from how many places at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from pennypress.office.lifecycle import AlreadySubscribed
from pennypress.office.models import Account, Kind, Method, Order, OrderState, Payment, Plan, Subscription
from pennypress.office.subscribe import ordering
from pennypress.office.subscribe.codes import make_codes
from pennypress.office.till import demo
from tests.office.conftest import SettableClock

Make = Callable[..., Account]
MakePlan = Callable[..., Plan]


def placed(account: Account, plan: Plan, method: Method = Method.CARD, **chosen: Any) -> Order:
    terms = ordering.terms_for(account, plan, **chosen)
    return ordering.place(account, terms, method, shown="£8.00 a month", language="en", back="/news/slow-clock")


def at_once(work: Callable[[], object], count: int = 4) -> list[object]:
    """Do something several times at the same moment; what each came to, faults included."""
    outcomes: list[object] = []
    together = threading.Barrier(count)

    def run() -> None:
        together.wait()
        try:
            outcomes.append(work())
        except Exception as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_clicks_at_the_same_moment_are_one_order(account: Make, plan: MakePlan) -> None:
    ann, monthly = account(), plan()
    orders = at_once(lambda: placed(ann, monthly))
    assert len({order.key for order in orders if isinstance(order, Order)}) == 1
    assert Order.objects.count() == 1


def test_an_order_that_is_paid_in_two_tabs_at_the_same_moment_is_paid_once(
    account: Make, plan: MakePlan, clock: SettableClock
) -> None:
    order = placed(account(), plan(), gift=200)
    at_once(lambda: demo.paid(Order.objects.get(pk=order.pk)))
    assert Subscription.objects.count() == 1
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [200, 800]


def test_two_offers_paid_at_the_same_moment_are_one_subscription(
    account: Make, plan: MakePlan, clock: SettableClock
) -> None:
    ann = account()
    orders = [placed(ann, plan()), placed(ann, plan(price=900))]
    outcomes = at_once(lambda: demo.paid(Order.objects.get(pk=orders.pop().pk)), 2)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [AlreadySubscribed]
    assert Payment.objects.count() == Subscription.objects.count() == 1


def test_another_wish_is_another_order(account: Make, plan: MakePlan, clock: SettableClock) -> None:
    ann, own = account(), plan(floor=300)
    (code,) = make_codes(1, until=clock.moment + timedelta(days=1), percent=10)
    keys = {
        placed(ann, own).key,
        placed(ann, own, price=500).key,
        placed(ann, own, gift=500).key,
        placed(ann, own, code=code).key,
        placed(ann, own, Method.TRANSFER).key,
        placed(ann, plan()).key,
        placed(account("ben@example.com"), own).key,
    }
    assert len(keys) == 7


def test_what_was_paid_or_has_grown_old_is_ordered_anew(account: Make, plan: MakePlan, clock: SettableClock) -> None:
    ann, gift = account(), plan(kind=Kind.DONATION)
    first = placed(ann, gift)
    assert placed(ann, gift).key == first.key
    Order.objects.update(state=OrderState.DONE)
    second = placed(ann, gift)
    clock.pass_(timedelta(hours=24))
    assert len({first.key, second.key, placed(ann, gift).key}) == 3


def test_a_second_click_leaves_what_the_till_has_noted(account: Make, plan: MakePlan) -> None:
    ann, monthly = account(), plan()
    first = placed(ann, monthly)
    Order.objects.filter(pk=first.pk).update(state=OrderState.AT_TILL, session="cs_1")
    placed(ann, monthly)
    first.refresh_from_db()
    assert (first.state, first.session) == (OrderState.AT_TILL, "cs_1")


def test_a_month_for_nothing_is_a_month_for_nothing(account: Make, plan: MakePlan, clock: SettableClock) -> None:
    (code,) = make_codes(1, until=clock.moment + timedelta(days=1), percent=100)
    demo.paid(placed(account(), plan(), code=code))
    clock.pass_(timedelta(days=31))
    demo.renew_due()
    assert sum(Payment.objects.values_list("amount", flat=True)) == 800
    assert Subscription.objects.get().intro_left == 0


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"slug": "code"}, "slug"),
        ({"slug": "done"}, "slug"),
        ({"kind": Kind.PASS}, "days"),
        ({"floor": 900}, "floor"),
        ({"intro_price": 100}, "intro_periods"),
        ({"intro_periods": 2}, "intro_periods"),
    ],
)
def test_a_plan_that_no_reader_could_be_offered_is_refused(facts: dict[str, Any], field: str) -> None:
    plan = Plan(**{"slug": "reader", "name": "Reader", "price": 800, **facts})
    with pytest.raises(ValidationError) as refused:
        plan.full_clean()
    assert list(refused.value.message_dict) == [field]
