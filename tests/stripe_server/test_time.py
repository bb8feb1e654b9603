"""Renewals, trials, retries and pauses happen when the clock is moved on, in their order."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
import stripe
from stripe import StripeClient

from tests.stripe_server.running import StripeServer, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe.params import SubscriptionCreateParams

LAST_OF_JANUARY = 1_769_853_600
DAY = 86_400


@pytest.fixture
def stripe_server() -> Iterator[StripeServer]:
    """A server whose clock begins on the 31st of January 2026, at ten o'clock."""
    with running(now=LAST_OF_JANUARY) as server:
        yield server


@pytest.fixture
def customer(client: StripeClient) -> stripe.Customer:
    """A customer with a card that pays."""
    made = client.v1.customers.create({"email": "ann@example.com"})
    card = client.v1.payment_methods.attach("pm_card_visa", {"customer": made.id})
    return client.v1.customers.update(made.id, {"invoice_settings": {"default_payment_method": card.id}})


def _subscribed(client: StripeClient, customer: stripe.Customer, price: stripe.Price, **more: Any) -> Any:
    asked: SubscriptionCreateParams = {"customer": customer.id, "items": [{"price": price.id}]}
    asked.update(more)  # type: ignore[typeddict-item]
    return client.v1.subscriptions.create(asked)


def _seen(client: StripeClient, subscription: Any) -> Any:
    return client.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})


def _day(second: int) -> int:
    return round((second - LAST_OF_JANUARY) / DAY)


def test_months_end_when_the_calendar_says(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price
) -> None:
    subscription = _subscribed(client, customer, price)
    stripe_server.pass_days(120)
    invoices = client.v1.invoices.list({"subscription": subscription.id}).data
    ends = [one.lines.data[0].period.end for one in reversed(invoices)]
    assert [_day(end) for end in ends] == [28, 59, 89, 120, 150]
    assert {one.status for one in invoices[1:]} == {"paid"}


def test_a_renewal_is_a_draft_for_an_hour(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price
) -> None:
    subscription = _subscribed(client, customer, price)
    stripe_server.pass_days(28)
    assert _seen(client, subscription).latest_invoice.status == "draft"
    stripe_server.advance(stripe_server.now() + 3600)
    assert _seen(client, subscription).latest_invoice.status == "paid"


@pytest.mark.parametrize("after", ["canceled", "unpaid", "past_due"])
def test_a_failed_renewal_is_tried_three_times_more(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price, after: str
) -> None:
    stripe_server.rules(after_retries=after)
    subscription = _subscribed(client, customer, price)
    stripe_server.pay_by(customer.id)
    tried = []
    for _ in range(17):
        stripe_server.pass_days(1)
        tried.append(_seen(client, subscription).latest_invoice.attempt_count)
    assert set(tried) == {1}
    stripe_server.pass_days(12)
    failing = _seen(client, subscription)
    assert (failing.status, failing.latest_invoice.attempt_count) == ("past_due", 1)
    assert failing.latest_invoice.next_payment_attempt == failing.items.data[0].current_period_start + 3600 + 3 * DAY
    stripe_server.pass_days(15)
    over = _seen(client, subscription)
    assert (over.status, over.latest_invoice.attempt_count) == (after, 4)
    assert over.latest_invoice.next_payment_attempt is None


def test_another_card_mends_a_failure_at_the_next_attempt(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price
) -> None:
    subscription = _subscribed(client, customer, price)
    stripe_server.pay_by(customer.id)
    stripe_server.pass_days(29)
    assert _seen(client, subscription).status == "past_due"
    stripe_server.pay_by(customer.id, "4242424242424242")
    stripe_server.pass_days(4)
    assert _seen(client, subscription).status == "active"
    assert _seen(client, subscription).latest_invoice.status == "paid"


def test_a_trial_is_announced_to_end_and_then_paid(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price
) -> None:
    subscription = _subscribed(client, customer, price, trial_period_days=14)
    assert (subscription.status, _seen(client, subscription).latest_invoice.total) == ("trialing", 0)
    stripe_server.pass_days(11)
    assert stripe_server.last_events(1)[0]["type"] == "customer.subscription.trial_will_end"
    stripe_server.pass_days(4)
    assert _seen(client, subscription).status == "active"
    assert _seen(client, subscription).latest_invoice.amount_paid == 800


def test_a_subscription_ends_with_its_period_unless_that_is_taken_back(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price
) -> None:
    ended, kept = _subscribed(client, customer, price), _subscribed(client, customer, price)
    for one in (ended, kept):
        client.v1.subscriptions.update(one.id, {"cancel_at_period_end": True})
    assert _seen(client, ended).cancel_at == ended.items.data[0].current_period_end
    client.v1.subscriptions.update(kept.id, {"cancel_at_period_end": False})
    stripe_server.pass_days(30)
    assert (_seen(client, ended).status, _seen(client, kept).status) == ("canceled", "active")
    assert [one.id for one in client.v1.subscriptions.list().data] == [kept.id]


def test_a_paused_subscription_is_not_charged_until_it_resumes(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price
) -> None:
    subscription = _subscribed(client, customer, price)
    until = LAST_OF_JANUARY + 40 * DAY
    client.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void", "resumes_at": until}})
    stripe_server.pass_days(30)
    assert _seen(client, subscription).latest_invoice.status == "void"
    stripe_server.pass_days(30)
    assert _seen(client, subscription).pause_collection is None
    assert _seen(client, subscription).latest_invoice.status == "paid"


def test_a_new_price_counts_from_the_next_period(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price
) -> None:
    subscription = _subscribed(client, customer, price)
    dearer = client.v1.prices.create(
        {"product": str(price.product), "currency": "gbp", "unit_amount": 950, "recurring": {"interval": "month"}}
    )
    item = subscription.items.data[0].id
    with pytest.raises(stripe.InvalidRequestError, match="prorate"):
        client.v1.subscriptions.update(subscription.id, {"items": [{"id": item, "price": dearer.id}]})
    client.v1.subscriptions.update(
        subscription.id, {"items": [{"id": item, "price": dearer.id}], "proration_behavior": "none"}
    )
    assert len(client.v1.invoices.list().data) == 1
    stripe_server.pass_days(29)
    assert _seen(client, subscription).latest_invoice.amount_paid == 950


def test_a_new_rhythm_begins_and_is_paid_at_once(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price
) -> None:
    subscription = _subscribed(client, customer, price)
    yearly = client.v1.prices.create(
        {"product": str(price.product), "currency": "gbp", "unit_amount": 8000, "recurring": {"interval": "year"}}
    )
    stripe_server.pass_days(10)
    item = subscription.items.data[0].id
    client.v1.subscriptions.update(
        subscription.id, {"items": [{"id": item, "price": yearly.id}], "proration_behavior": "none"}
    )
    changed = _seen(client, subscription)
    assert _day(changed.items.data[0].current_period_end) == 375
    assert changed.latest_invoice.amount_paid == 8000


def test_a_first_payment_that_does_not_come_expires(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price
) -> None:
    stripe_server.pay_by(customer.id)
    subscription = _subscribed(client, customer, price)
    assert subscription.status == "incomplete"
    stripe_server.pass_days(1)
    assert _seen(client, subscription).status == "incomplete_expired"
    assert _seen(client, subscription).latest_invoice.status == "void"


def test_a_discount_for_months_ends_with_them(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price
) -> None:
    coupon = client.v1.coupons.create({"percent_off": 50, "duration": "repeating", "duration_in_months": 2})
    _subscribed(client, customer, price, discounts=[{"coupon": coupon.id}])
    stripe_server.pass_days(95)
    assert [one.amount_paid for one in client.v1.invoices.list().data] == [800, 800, 400, 400]


def test_an_open_invoice_can_be_paid_by_hand_and_given_back(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price
) -> None:
    stripe_server.pay_by(customer.id)
    subscription = _subscribed(client, customer, price)
    invoice = str(subscription.latest_invoice)
    with pytest.raises(stripe.CardError):
        client.v1.invoices.pay(invoice)
    client.v1.invoices.pay(invoice, {"payment_method": "pm_card_visa"})
    assert _seen(client, subscription).status == "active"
    payment = client.v1.invoice_payments.list({"invoice": invoice}).data[0].payment
    client.v1.refunds.create({"payment_intent": str(payment.payment_intent), "amount": 300})
    with pytest.raises(stripe.InvalidRequestError, match="greater than"):
        client.v1.refunds.create({"payment_intent": str(payment.payment_intent), "amount": 501})
    assert client.v1.charges.list().data[0].amount_refunded == 300


def test_what_happens_is_told_in_the_order_of_time(
    client: StripeClient, stripe_server: StripeServer, customer: stripe.Customer, price: stripe.Price
) -> None:
    _subscribed(client, customer, price)
    _subscribed(client, customer, price, trial_period_days=20)
    stripe_server.pass_days(65)
    told = [one.created for one in client.v1.events.list({"limit": 100}).data]
    assert all(later >= sooner for later, sooner in itertools.pairwise(told))
    assert len(set(told)) > 5
