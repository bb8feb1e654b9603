"""The hosted pages take money once, or say why not."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import stripe
from stripe import StripeClient

from tests.stripe_server.running import BACS, FAILS_LATER, SEPA, NotPaid, StripeServer

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams


def _session(client: StripeClient, price: stripe.Price, **changes: Any) -> stripe.checkout.Session:
    asked: SessionCreateParams = {
        "mode": "subscription",
        "line_items": [{"price": price.id, "quantity": 1}],
        "success_url": "http://paper.test/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://paper.test/subscribe",
        "client_reference_id": "order-1",
        "metadata": {"order": "1"},
        "allowed_payment_method_types": ["card", "bacs_debit", "sepa_debit"],
    }
    asked.update(changes)  # type: ignore[typeddict-item]
    return client.v1.checkout.sessions.create(asked)


def _again(client: StripeClient, session: stripe.checkout.Session) -> Any:
    return client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice", "customer"]})


def test_a_paid_session_begins_a_subscription(
    client: StripeClient, stripe_server: StripeServer, price: stripe.Price
) -> None:
    session = _session(client, price, subscription_data={"metadata": {"order": "1"}})
    assert stripe_server.pay(str(session.url)) == f"http://paper.test/done?session={session.id}"
    paid = _again(client, session)
    assert (paid.status, paid.payment_status, paid.client_reference_id) == ("complete", "paid", "order-1")
    assert (paid.subscription.status, paid.subscription.metadata.order) == ("active", "1")
    assert (paid.invoice.status, paid.invoice.amount_paid) == ("paid", 800)
    assert paid.customer.email == "ann@example.com"


def test_two_submits_at_once_are_one_subscription(
    client: StripeClient, stripe_server: StripeServer, price: stripe.Price
) -> None:
    session = _session(client, price)
    form = {"method": "card", "number": "4242424242424242", "email": "ann@example.com"}
    places: list[str] = []
    submits = [
        threading.Thread(target=lambda: places.append(stripe_server.submit(str(session.url), form))) for _ in range(2)
    ]
    for one in submits:
        one.start()
    for one in submits:
        one.join()
    assert places == [f"http://paper.test/done?session={session.id}"] * 2
    assert len(client.v1.subscriptions.list().data) == 1
    assert len(client.v1.charges.list().data) == 1


def test_a_refused_card_leaves_the_page_open(
    client: StripeClient, stripe_server: StripeServer, price: stripe.Price
) -> None:
    session = _session(client, price)
    assert stripe_server.decline(str(session.url)) == "Your card was declined."
    assert _again(client, session).status == "open"
    stripe_server.pay(str(session.url))
    assert _again(client, session).status == "complete"


def test_a_card_that_fails_when_charged_is_kept_but_pays_nothing(
    client: StripeClient, stripe_server: StripeServer, price: stripe.Price
) -> None:
    with pytest.raises(NotPaid, match="declined"):
        stripe_server.pay(str(_session(client, price).url), FAILS_LATER)
    trial = _session(client, price, subscription_data={"trial_period_days": 14})
    stripe_server.pay(str(trial.url), FAILS_LATER)
    assert _again(client, trial).subscription.status == "trialing"
    assert _again(client, trial).payment_status == "no_payment_required"


def test_the_page_can_be_left(client: StripeClient, stripe_server: StripeServer, price: stripe.Price) -> None:
    session = _session(client, price)
    assert stripe_server.close(str(session.url)) == "http://paper.test/subscribe"
    assert _again(client, session).payment_status == "unpaid"


def test_a_session_expires_after_a_day_or_at_once(
    client: StripeClient, stripe_server: StripeServer, price: stripe.Price
) -> None:
    later, now = _session(client, price), _session(client, price)
    client.v1.checkout.sessions.expire(now.id)
    stripe_server.pass_days(1)
    assert {_again(client, one).status for one in (later, now)} == {"expired"}
    with pytest.raises(NotPaid, match="410"):
        stripe_server.submit(f"{stripe_server.address}/pay/{later.id}", {"number": "4242424242424242"})


@pytest.mark.parametrize(("fields", "days"), [(BACS, 3), (SEPA, 5)])
def test_a_direct_debit_is_under_way_for_days_and_then_pays(
    client: StripeClient, stripe_server: StripeServer, price: stripe.Price, fields: dict[str, str], days: int
) -> None:
    session = _session(client, price)
    stripe_server.pay(str(session.url), **fields)
    begun = _again(client, session)
    assert (begun.status, begun.payment_status) == ("complete", "unpaid")
    assert (begun.subscription.status, begun.invoice.status) == ("active", "open")
    assert client.v1.payment_intents.list().data[0].status == "processing"
    stripe_server.pass_days(days)
    assert (_again(client, session).payment_status, _again(client, session).invoice.status) == ("paid", "paid")
    assert stripe_server.last_events(1)[0]["type"] == "checkout.session.async_payment_succeeded"


def test_a_direct_debit_that_fails_says_so_and_ends_its_mandate(
    client: StripeClient, stripe_server: StripeServer, price: stripe.Price
) -> None:
    session = _session(client, price)
    stripe_server.pay(str(session.url), **{**BACS, "account_number": "33333335"})
    mandate = client.v1.charges.list().data[0].payment_method_details.bacs_debit.mandate  # type: ignore[union-attr]
    stripe_server.pass_days(3)
    assert _again(client, session).subscription.status == "past_due"
    assert client.v1.mandates.retrieve(str(mandate)).status == "inactive"
    assert stripe_server.last_events(1)[0]["type"] == "checkout.session.async_payment_failed"


def test_a_single_payment_and_a_kept_card(
    client: StripeClient, stripe_server: StripeServer, price: stripe.Price
) -> None:
    once = client.v1.prices.create({"product": str(price.product), "currency": "gbp", "unit_amount": 300})
    payment = _session(client, once, mode="payment")
    stripe_server.pay(str(payment.url))
    assert (_again(client, payment).payment_status, _again(client, payment).subscription) == ("paid", None)
    customer = client.v1.customers.create({"email": "ann@example.com"})
    setup = _session(client, price, mode="setup", customer=customer.id)
    stripe_server.pay(str(setup.url))
    assert client.v1.customers.payment_methods.list(customer.id).data[0].type == "card"


def test_a_code_on_the_page_takes_money_off(
    client: StripeClient, stripe_server: StripeServer, price: stripe.Price
) -> None:
    coupon = client.v1.coupons.create({"percent_off": 50, "duration": "once"})
    client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"})
    session = _session(client, price, allow_promotion_codes=True)
    with pytest.raises(NotPaid, match="code is invalid"):
        stripe_server.pay(str(session.url), promotion_code="AUTUMN")
    stripe_server.pay(str(session.url), promotion_code="spring")
    assert _again(client, session).invoice.amount_paid == 400
    stripe_server.pass_days(32)
    assert client.v1.invoices.list().data[0].amount_paid == 800


def test_the_portal_changes_the_card_and_cancels(
    client: StripeClient, stripe_server: StripeServer, price: stripe.Price
) -> None:
    session = _session(client, price)
    stripe_server.pay(str(session.url))
    paid = _again(client, session)
    portal = client.v1.billing_portal.sessions.create(
        {"customer": paid.customer.id, "return_url": "http://paper.test/account"}
    )
    stripe_server.change_card(portal.url, "5555555555554444")
    stripe_server.cancel_at_portal(portal.url)
    now = client.v1.subscriptions.retrieve(paid.subscription.id, {"expand": ["default_payment_method"]})
    assert isinstance(now.default_payment_method, stripe.PaymentMethod)
    assert now.default_payment_method.card is not None
    assert now.default_payment_method.card.last4 == "4444"
    assert now.cancel_at_period_end
    stripe_server.pass_days(32)
    assert client.v1.subscriptions.retrieve(now.id).status == "canceled"
