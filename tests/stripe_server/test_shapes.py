"""Every object that the server has ever shown has the shape that Stripe publishes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from stripe import StripeClient

from tests.stripe_server.account import API_VERSION
from tests.stripe_server.running import BACS, SEPA, StripeServer, running
from tests.stripe_server.shapes import faults

LISTS = (
    *("customers?expand[]=data.subscriptions", "products", "prices?expand[]=data.product", "coupons"),
    *("promotion_codes?expand[]=data.promotion.coupon", "payment_methods", "payment_intents"),
    *("setup_intents", "charges?expand[]=data.refunds", "refunds?expand[]=data.charge"),
    *("invoices?expand[]=data.payments&expand[]=data.customer", "invoice_payments"),
    *("subscriptions?status=all&expand[]=data.latest_invoice.payments&expand[]=data.discounts",),
    *("checkout/sessions?expand[]=data.line_items&expand[]=data.subscription", "events"),
)


@pytest.fixture(scope="module")
def lived() -> Iterator[StripeServer]:
    """A server on which all kinds of things have happened over four months."""
    with running() as server:
        _live(server, StripeClient(server.key, base_addresses={"api": server.address}))
        yield server


def _live(server: StripeServer, client: StripeClient) -> None:
    product = client.v1.products.create({"name": "The Harbour Post", "metadata": {"plan": "full"}})
    monthly = client.v1.prices.create(
        {"product": product.id, "currency": "gbp", "unit_amount": 800, "recurring": {"interval": "month"}}
    )
    once = client.v1.prices.create({"product": product.id, "currency": "gbp", "unit_amount": 300})
    coupon = client.v1.coupons.create({"percent_off": 50, "duration": "repeating", "duration_in_months": 2})
    client.v1.coupons.create({"amount_off": 100, "currency": "gbp", "duration": "once"})
    client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"})
    customer = client.v1.customers.create({"email": "ann@example.com", "address": {"city": "Skerrow"}})
    modes: tuple[tuple[Literal["payment", "setup", "subscription"], dict[str, str]], ...]
    modes = (("subscription", {}), ("subscription", BACS), ("payment", SEPA), ("setup", {}))
    for mode, fields in modes:
        session = client.v1.checkout.sessions.create(
            {
                "mode": mode,
                "line_items": [{"price": (once if mode == "payment" else monthly).id, "quantity": 1}],
                "success_url": "http://paper.test/{CHECKOUT_SESSION_ID}",
                "cancel_url": "http://paper.test/",
                "customer": customer.id,
                "allowed_payment_method_types": ["card", "bacs_debit", "sepa_debit"],
                "allow_promotion_codes": True,
            }
        )
        code = {"promotion_code": "SPRING"} if mode == "subscription" else {}
        server.pay(session.url or "", **fields, **code)
    trial = client.v1.subscriptions.create(
        {"customer": customer.id, "items": [{"price": monthly.id}], "trial_period_days": 10, "metadata": {"a": "b"}}
    )
    client.v1.subscriptions.update(trial.id, {"pause_collection": {"behavior": "void"}, "cancel_at_period_end": True})
    paid = client.v1.payment_intents.list().data[0]
    server.pass_days(10)
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 100})
    server.pass_days(40)
    server.pay_by(customer.id)
    server.pass_days(70)


@pytest.mark.parametrize("what", LISTS)
def test_what_is_listed_has_the_shape_that_stripe_publishes(lived: StripeServer, what: str) -> None:
    mark = "&" if "?" in what else "?"
    found = lived.api("GET", f"/v1/{what}{mark}limit=100")
    assert found["data"]
    assert faults(found) == []


def test_every_event_holds_an_object_in_its_published_shape(lived: StripeServer) -> None:
    events = lived.api("GET", "/v1/events?limit=100")["data"]
    assert [faults(event["data"]["object"], event["type"]) for event in events] == [[]] * len(events)
    assert {event["api_version"] for event in events} == {API_VERSION}


def test_a_mandate_and_a_portal_session_have_their_published_shape(lived: StripeServer) -> None:
    charges = lived.api("GET", "/v1/charges?limit=100")["data"]
    details = next(one["payment_method_details"] for one in charges if "bacs_debit" in one["payment_method_details"])
    assert faults(lived.api("GET", f"/v1/mandates/{details['bacs_debit']['mandate']}")) == []
    customer = lived.api("GET", "/v1/customers")["data"][0]["id"]
    plain = {"customer": customer, "return_url": "http://paper.test/"}
    assert faults(lived.api("POST", "/v1/billing_portal/sessions", **plain)) == []
    flow = {"flow_data[type]": "payment_method_update"}
    assert faults(lived.api("POST", "/v1/billing_portal/sessions", **plain, **flow)) == []


def test_an_unknown_key_a_missing_one_and_a_wrong_type_are_faults(lived: StripeServer) -> None:
    price = lived.api("GET", "/v1/prices")["data"][0]
    assert faults(price) == []
    assert faults({**price, "surprise": 1}) == ["Price.surprise is not known to Stripe"]
    assert faults({key: value for key, value in price.items() if key != "active"}) == ["Price.active is missing"]
    assert faults({**price, "unit_amount": "800"})
    assert faults({**price, "type": "sometimes"})
