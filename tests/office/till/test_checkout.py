"""What Stripe is asked to take, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from pennypress.config import Config
from pennypress.office.models import (
    Account,
    Code,
    Kind,
    Method,
    Order,
    OrderState,
    Payment,
    Period,
    Plan,
    Right,
    Status,
    Subscription,
)
from pennypress.office.till.base import TillDown
from pennypress.office.till.stripe import StripeTill
from tests.office.browser import Browser
from tests.office.till.world import World, amounts, letters
from tests.stripe_server.running import BACS, SEPA

MakePlan = Callable[..., Plan]
SignedIn = Callable[..., Browser]


@pytest.fixture
def ann(account: Callable[..., Account], world: World) -> Account:
    return account()


def test_paying_begins_the_subscription_and_leads_back_to_the_article(
    world: World, ann: Account, plan: MakePlan, signed_in: SignedIn
) -> None:
    order = world.order(ann, plan())
    back = world.server.pay(world.checkout(order))
    page = signed_in(ann).get(back.removeprefix("http://paper.test"))
    assert page.url == "/news/slow-clock"
    held = Subscription.objects.get()
    assert (held.status, held.method, held.price) == (Status.ACTIVE, Method.CARD, 800)
    assert held.period_end == datetime(2026, 12, 24, 12, tzinfo=UTC)
    assert amounts() == [800]
    assert world.reads(ann)
    assert len(letters("receipt")) == 1


def test_the_page_of_success_without_a_payment_gives_nothing(
    world: World, ann: Account, plan: MakePlan, signed_in: SignedIn
) -> None:
    order = world.order(ann, plan())
    world.checkout(order)
    page = signed_in(ann).get(f"/-/pennypress/till/return/{order.key}")
    assert page.heading == "Waiting for your payment"
    assert page.headers["Refresh"]
    assert not world.reads(ann)
    assert not Subscription.objects.exists()


def test_who_closes_the_page_after_paying_reads_as_soon_as_the_webhook_comes(
    world: World, ann: Account, plan: MakePlan
) -> None:
    world.server.pay(world.checkout(world.order(ann, plan())))
    assert not world.reads(ann)
    assert set(world.deliver()) == {200}
    assert world.reads(ann)
    assert amounts() == [800]


def test_a_double_click_on_pay_is_one_session_and_one_subscription(world: World, ann: Account, plan: MakePlan) -> None:
    bought = plan()
    first = world.checkout(world.order(ann, bought))
    again = world.checkout(world.order(ann, bought))
    assert first == again
    world.server.pay(first)
    world.server.submit(again, {"method": "card", "number": "4242424242424242"})
    world.deliver()
    assert len(world.all_subscriptions()) == 1
    assert amounts() == [800]


def test_two_clicks_at_the_same_moment_open_one_session(world: World, ann: Account, plan: MakePlan) -> None:
    order = world.order(ann, plan())
    same = Order.objects.get(pk=order.pk)
    assert world.checkout(order) == world.checkout(same)
    assert len(world.listed("checkout/sessions")) == 1


def test_an_order_whose_session_was_paid_leads_back_instead_of_to_pay_again(
    world: World, ann: Account, plan: MakePlan
) -> None:
    order = world.order(ann, plan())
    world.server.pay(world.checkout(order))
    order.refresh_from_db()
    assert world.checkout(order) == f"/-/pennypress/till/return/{order.key}"


def test_two_tabs_that_both_pay_leave_one_subscription_and_give_the_other_money_back(
    world: World, ann: Account, plan: MakePlan, signed_in: SignedIn
) -> None:
    one, other = world.order(ann, plan()), world.order(ann, plan(price=1200))
    world.server.pay(world.checkout(one))
    back = world.server.pay(world.checkout(other))
    world.server.deliveries()
    browser = signed_in(ann)
    browser.get(f"/-/pennypress/till/return/{one.key}")
    page = browser.get(back.removeprefix("http://paper.test"))
    assert page.heading == "You have a subscription already"
    assert [each["status"] for each in world.all_subscriptions()] == ["canceled", "active"]
    assert [each["amount"] for each in world.listed("refunds")] == [1200]
    assert amounts() == [800]
    assert len(letters("second")) == 1
    other.refresh_from_db()
    assert other.state == OrderState.DROPPED
    assert set(world.deliver()) == {200}
    assert len(world.listed("refunds")) == 1


def test_a_trial_costs_nothing_until_it_ends(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan(trial_days=14))
    assert held.status == Status.TRIALING
    assert held.trial_end == held.period_end == datetime(2026, 12, 8, 12, tzinfo=UTC)
    assert amounts() == []
    assert world.reads(ann)
    world.pass_days(15)
    held.refresh_from_db()
    assert held.status == Status.ACTIVE
    assert amounts() == [800]
    assert world.reads(ann)


@pytest.mark.parametrize(
    ("facts", "days", "expected"),
    [
        ({"intro_price": 100, "intro_periods": 1}, 70, [100, 800, 800]),
        ({"intro_price": 100, "intro_periods": 3}, 130, [100, 100, 100, 800, 800]),
        ({"intro_price": 100, "intro_periods": 2, "trial_days": 14}, 90, [100, 100, 800]),
        ({"intro_price": 100, "intro_periods": 2, "trial_days": 40}, 110, [100, 100, 800]),
        ({"intro_price": 50, "intro_periods": 2, "period": Period.WEEK, "price": 200}, 22, [50, 50, 200, 200]),
        ({"intro_price": 500, "intro_periods": 1, "period": Period.QUARTER, "price": 2000}, 95, [500, 2000]),
    ],
)
def test_an_introductory_price_is_charged_for_as_long_as_was_said(
    world: World, ann: Account, plan: MakePlan, facts: dict[str, int], days: int, expected: list[int]
) -> None:
    world.buy(ann, plan(**facts))
    for _ in range(days):
        world.pass_days(1)
    assert amounts() == expected


def test_a_code_takes_its_part_off_the_first_payments(world: World, ann: Account, plan: MakePlan) -> None:
    until = datetime(2027, 1, 1, tzinfo=UTC)
    code = Code.objects.create(code="SPRING", percent=50, periods=2, uses=10, until=until)
    world.buy(ann, plan(), code=code)
    world.pass_days(32)
    world.pass_days(31)
    assert amounts() == [400, 400, 800]


def test_a_price_that_the_reader_chose_is_what_stripe_takes(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan(floor=300), price=550)
    assert held.price == 550
    assert amounts() == [550]


def test_a_gift_beside_a_subscription_is_paid_once_with_a_receipt_of_its_own(
    world: World, ann: Account, plan: MakePlan
) -> None:
    world.buy(ann, plan(), gift=250)
    assert sorted(amounts()) == [250, 800]
    assert Payment.objects.get(is_gift=True).amount == 250
    world.pass_days(32)
    assert sorted(amounts()) == [250, 800, 800]


def test_a_gift_is_paid_at_once_where_a_trial_comes_first_and_the_offer_takes_nothing_off_it(
    world: World, ann: Account, plan: MakePlan
) -> None:
    held = world.buy(ann, plan(trial_days=14, intro_price=100, intro_periods=1), gift=250)
    assert (held.status, amounts()) == (Status.TRIALING, [250])
    world.pass_days(15)
    assert amounts() == [250, 100]


def test_a_donation_is_paid_once_and_opens_nothing(world: World, ann: Account, plan: MakePlan) -> None:
    order = world.order(ann, plan(kind=Kind.DONATION, price=2000))
    world.server.pay(world.checkout(order))
    assert set(world.deliver(times=2)) == {200}
    order.refresh_from_db()
    assert (order.state, amounts()) == (OrderState.DONE, [2000])
    assert not world.reads(ann)


def test_a_pass_is_paid_once_and_opens_its_days(world: World, ann: Account, plan: MakePlan) -> None:
    order = world.order(ann, plan(kind=Kind.PASS, price=300, days=7))
    world.server.pay(world.checkout(order))
    world.deliver(times=2)
    assert Right.objects.count() == 1
    assert amounts() == [300]
    assert world.reads(ann)
    world.pass_days(8)
    assert not world.reads(ann)


def test_a_price_made_at_stripe_is_used_where_it_says_what_was_shown(
    world: World, ann: Account, plan: MakePlan, account: Callable[..., Account]
) -> None:
    bought = plan()
    world.buy(ann, bought)
    price = world.server.api(
        "POST", "/v1/prices", currency="gbp", unit_amount="900", product=f"pennypress-{bought.slug}",
        **{"recurring[interval]": "month"},
    )["id"]  # fmt: skip
    Plan.objects.update(stripe_price=price)
    world.buy(account("ben@example.com"), Plan.objects.get())
    Plan.objects.update(price=900)
    world.buy(account("cy@example.com"), Plan.objects.get())
    used = [each["items"]["data"][0]["price"] for each in world.all_subscriptions()[::-1]]
    assert [each["unit_amount"] for each in used] == [800, 800, 900]
    assert [each["id"] == price for each in used] == [False, False, True]


def test_a_reader_stays_one_customer_through_everything_that_is_bought(
    world: World, ann: Account, plan: MakePlan
) -> None:
    donation = plan(kind=Kind.DONATION, price=500)
    for _ in range(2):
        world.server.pay(world.checkout(world.order(ann, donation)))
        world.deliver()
    world.buy(ann, plan())
    assert len(world.listed("customers")) == 1
    ann.refresh_from_db()
    assert ann.stripe_customer == world.listed("customers")[0]["id"]


@pytest.mark.parametrize("how", ["error", "close"])
def test_while_stripe_is_down_subscribing_says_try_again_and_reading_goes_on(
    world: World,
    ann: Account,
    plan: MakePlan,
    how: str,
    account: Callable[..., Account],
    signed_in: SignedIn,
    paper: Callable[..., Config],
) -> None:
    paper(office={"law": "none"})
    bought = plan()
    world.buy(ann, bought)
    world.server.down(True, how)
    assert world.reads(ann)
    ben = account("ben@example.com")
    page = signed_in(ben).get(f"/subscribe/{bought.slug}").submit(button="Subscribe")
    assert page.status == 503
    assert "try again" in page.text
    assert "othing was charged" in page.text
    world.server.down(False)
    world.server.pay(world.checkout(world.order(ben, bought)))
    world.deliver()
    assert world.reads(ben)
    assert amounts() == [800, 800]


def test_an_answer_that_was_lost_on_its_way_opens_no_second_session(world: World, ann: Account, plan: MakePlan) -> None:
    order = world.order(ann, plan())
    world.server.down(True, "lost")
    with pytest.raises(TillDown):
        world.checkout(order)
    world.server.down(False)
    world.checkout(order)
    assert len(world.listed("checkout/sessions")) == 1
    assert len(world.listed("customers")) == 1


def test_the_portal_changes_the_card_and_comes_back_to_the_account(
    world: World, ann: Account, plan: MakePlan, signed_in: SignedIn
) -> None:
    world.buy(ann, plan())
    portal = signed_in(ann).get("/-/pennypress/till/portal").url
    assert portal.startswith(world.server.address)
    world.server.change_card(portal, "5555555555554444")
    world.pass_days(32)
    assert amounts() == [800, 800]


def test_who_has_paid_nothing_at_stripe_is_led_to_the_account_instead_of_a_portal(
    world: World, ann: Account, signed_in: SignedIn
) -> None:
    assert signed_in(ann).get("/-/pennypress/till/portal").url == "/account"
    assert StripeTill().portal(ann, "/account") is None


@pytest.mark.parametrize(("method", "fields", "days"), [(Method.BACS, BACS, 4), (Method.SEPA, SEPA, 6)])
def test_a_direct_debit_reads_from_the_mandate_on_before_it_clears(
    world: World, ann: Account, plan: MakePlan, method: Method, fields: dict[str, str], days: int
) -> None:
    held = world.buy(ann, plan(), method, fields=fields)
    assert held.status == Status.PENDING
    assert world.reads(ann)
    assert amounts() == []
    world.pass_days(days)
    held.refresh_from_db()
    assert (held.status, amounts()) == (Status.ACTIVE, [800])
    assert Payment.objects.get().method == method
    assert world.reads(ann)


def test_a_mandate_that_fails_ends_reading_and_says_so(world: World, ann: Account, plan: MakePlan) -> None:
    failing = {**BACS, "account_number": "33333335"}
    held = world.buy(ann, plan(), Method.BACS, fields=failing)
    assert world.reads(ann)
    world.pass_days(4)
    held.refresh_from_db()
    assert (held.status, held.end_why) == (Status.ENDED, "unpaid")
    assert not world.reads(ann)
    assert world.all_subscriptions()[0]["status"] == "canceled"
    assert ["the payment did not work" in body for body in letters("ended")] == [True]
    world.pass_days(60)
    assert amounts() == []


def test_after_trying_with_a_test_account_the_real_one_takes_money_all_the_same(
    world: World, ann: Account, plan: MakePlan
) -> None:
    bought = plan(stripe_price="price_of_another_account")
    Account.objects.update(stripe_customer="cus_of_another_account")
    order = world.order(Account.objects.get(), bought)
    order.session = "cs_of_another_account"
    world.server.pay(world.checkout(order))
    world.deliver()
    assert world.reads(ann)
    ann.refresh_from_db()
    assert ann.stripe_customer == world.listed("customers")[0]["id"]
