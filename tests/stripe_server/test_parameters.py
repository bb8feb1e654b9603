"""The server takes no parameter that Stripe would refuse."""

from __future__ import annotations

import pytest
import stripe.params
import stripe.params.billing_portal
import stripe.params.checkout

from tests.stripe_server.account import Route
from tests.stripe_server.server import ROUTES

_VERBS = {"POST": "Create", "GET": "List"}
_VERBS_OF_ONE = {"POST": "Update", "GET": "Retrieve", "DELETE": "Delete"}
_OTHERWISE = {
    "SubscriptionDelete": "SubscriptionCancel",
    "InvoiceFinalize": "InvoiceFinalizeInvoice",
    "InvoiceVoid": "InvoiceVoidInvoice",
    "InvoiceLines": "InvoiceLineItemList",
    "SessionLineItems": "SessionLineItemList",
    "CustomerPaymentMethods": "CustomerPaymentMethodList",
}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_each_parameter_that_is_taken_is_published(route: Route) -> None:
    parts = route.path.split("/")[2:]
    within = stripe.params
    if parts[0] in ("checkout", "billing_portal"):
        within = getattr(stripe.params, parts.pop(0))
    published = getattr(within, _name(route.method, *parts) + "Params")
    assert set(route.accepts) <= set(published.__annotations__)


def _name(method: str, noun: str, *rest: str) -> str:
    one = _title(noun).removesuffix("s")
    if not rest:
        return one + _VERBS[method]
    name = one + (_VERBS_OF_ONE[method] if rest == ("{id}",) else _title(rest[-1]))
    return _OTHERWISE.get(name, name)


def _title(words: str) -> str:
    return "".join(word.title() for word in words.split("_"))
