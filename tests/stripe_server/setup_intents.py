"""Setup intents: a means of payment is kept, and nothing is taken yet."""

from __future__ import annotations

from tests.stripe_server import mandates, payment_methods
from tests.stripe_server.account import Account, Route, retrieving
from tests.stripe_server.lists import listing
from tests.stripe_server.wire import Json, Params, invalid

PATH = "/v1/setup_intents"
_ACCEPTS = (
    "customer",
    "payment_method",
    "allowed_payment_method_types",
    "confirm",
    "metadata",
    "usage",
    "mandate_data",
)


def create(account: Account, params: Params, _: str) -> Json:
    if customer := params.text("customer"):
        account.get("customer", customer, "customer")
    intent = make(account, customer, params.texts("allowed_payment_method_types") or ["card"], params.metadata())
    if method := params.text("payment_method"):
        intent["payment_method"] = payment_methods.named(account, method)["id"]
        intent["status"] = "requires_confirmation"
    if params.flag("confirm"):
        return confirm(account, params, intent["id"])
    return intent


def make(account: Account, customer: str | None, kinds: list[str], metadata: Json) -> Json:
    """A setup intent that waits for a means of payment."""
    which = account.new_id("seti")
    intent: Json = {
        "id": which,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": f"{which}_secret_{which[-6:]}",
        "created": account.now,
        "customer": customer,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": metadata,
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": None,
        "payment_method_types": kinds,
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    account.add(intent)
    account.emit("setup_intent.created", intent)
    return intent


def confirm(account: Account, params: Params, which: str) -> Json:
    intent = account.get("setup_intent", which)
    named = params.text("payment_method") or intent["payment_method"]
    if named is None:
        raise invalid("You cannot confirm without a payment method.", "setup_intent_unexpected_state")
    complete(account, intent, payment_methods.named(account, named))
    return intent


def complete(account: Account, intent: Json, method: Json) -> None:
    """Keep a means of payment; a card that its bank refuses is refused here."""
    if method["type"] == "card" and (code := account.behaviours[method["id"]].attach):
        raise payment_methods.declined(code)
    if intent["customer"]:
        payment_methods.attach_to(account, method, account.get("customer", intent["customer"]))
    mandate = None if method["type"] == "card" else mandates.accept(account, method)["id"]
    intent.update({"payment_method": method["id"], "mandate": mandate, "status": "succeeded"})
    account.emit("setup_intent.succeeded", intent)


ROUTES = (
    Route("POST", PATH, create, _ACCEPTS),
    Route("POST", PATH + "/{id}/confirm", confirm, ("payment_method", "mandate_data")),
    retrieving("setup_intent", PATH),
    listing("setup_intent", PATH, "customer", "payment_method"),
)
