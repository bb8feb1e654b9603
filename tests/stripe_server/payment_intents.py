"""Payment intents: one sum to be paid, over as many attempts as it takes."""

from __future__ import annotations

from tests.stripe_server import charges, customers, mandates, payment_methods
from tests.stripe_server.account import Account, Route, retrieving
from tests.stripe_server.lists import listing
from tests.stripe_server.wire import Json, Params, invalid

PATH = "/v1/payment_intents"
_ACCEPTS = (
    *("amount", "currency", "customer", "payment_method", "allowed_payment_method_types", "confirm", "off_session"),
    *("metadata", "description", "receipt_email", "setup_future_usage", "automatic_payment_methods"),
)


def create(account: Account, params: Params, _: str) -> Json:
    amount = params.need_whole("amount")
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", "parameter_invalid_integer", "amount")
    if customer := params.text("customer"):
        account.get("customer", customer, "customer")
    kinds = params.texts("allowed_payment_method_types") or ["card"]
    intent = make(account, amount, params.need("currency").lower(), customer, kinds)
    intent.update({"metadata": params.metadata(), "description": params.text("description")})
    if named := params.text("payment_method"):
        intent["payment_method"] = payment_methods.named(account, named)["id"]
        intent["status"] = "requires_confirmation"
    if params.flag("confirm"):
        return confirm(account, params, intent["id"])
    return intent


def make(account: Account, amount: int, currency: str, customer: str | None, kinds: list[str]) -> Json:
    """A payment intent that waits for a means of payment."""
    which = account.new_id("pi")
    intent: Json = {
        "id": which,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{which}_secret_{which[-6:]}",
        "confirmation_method": "automatic",
        "created": account.now,
        "currency": currency,
        "customer": customer,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": None,
        "payment_method_types": kinds,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    account.add(intent)
    account.emit("payment_intent.created", intent)
    return intent


def confirm(account: Account, params: Params, which: str) -> Json:
    intent = account.get("payment_intent", which)
    named = params.text("payment_method") or intent["payment_method"]
    if named is None or intent["status"] not in ("requires_payment_method", "requires_confirmation"):
        raise invalid("This PaymentIntent cannot be confirmed now.", "payment_intent_unexpected_state")
    attempt(account, intent, payment_methods.named(account, named))
    if intent["last_payment_error"]:
        error = intent["last_payment_error"]
        raise payment_methods.declined(error["decline_code"] or error["code"], payment_intent=intent)
    return intent


def attempt(account: Account, intent: Json, method: Json) -> None:
    """Try to take the money: a card answers at once, a debit is processing until it settles."""
    intent["payment_method"] = method["id"]
    behaviour = account.behaviours[method["id"]]
    failure = behaviour.charge
    if method["type"] == "card":
        charge = charges.make(account, intent, method, "failed" if failure else "succeeded", failure)
        _end(account, intent, charge, failure)
    elif (mandate := mandates.of(account, method["id"])) is None or mandate["status"] != "active":
        _end(account, intent, charges.make(account, intent, method, "failed", "mandate_inactive"), "mandate_inactive")
    else:
        charge = charges.make(account, intent, method, "pending", None)
        intent.update({"status": "processing", "latest_charge": charge["id"], "last_payment_error": None})
        account.emit("payment_intent.processing", intent)
        account.note(account.now + behaviour.settles_after, "settle", intent["id"])


def settle(account: Account, intent: Json) -> None:
    """The bank's answer to a debit."""
    behaviour = account.behaviours[intent["payment_method"]]
    charge = account.get("charge", intent["latest_charge"])
    charges.settle(account, charge, behaviour.charge)
    _end(account, intent, charge, behaviour.charge)
    mandate = mandates.of(account, intent["payment_method"])
    if behaviour.mandate_ends and behaviour.charge and mandate:
        mandates.end(account, mandate)


def cancel(account: Account, params: Params, which: str) -> Json:
    intent = account.get("payment_intent", which)
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise invalid(f"You cannot cancel a {intent['status']} PaymentIntent.", "payment_intent_unexpected_state")
    reason = params.text("cancellation_reason")
    intent.update({"status": "canceled", "canceled_at": account.now, "cancellation_reason": reason})
    account.emit("payment_intent.canceled", intent)
    return intent


def update(account: Account, params: Params, which: str) -> Json:
    intent = account.get("payment_intent", which)
    intent["metadata"] = params.metadata(intent["metadata"])
    if params.has("description"):
        intent["description"] = params.text("description")
    return intent


def _end(account: Account, intent: Json, charge: Json, failure: str | None) -> None:
    intent["latest_charge"] = charge["id"]
    if failure is None:
        intent.update({"status": "succeeded", "amount_received": intent["amount"], "last_payment_error": None})
        account.emit("payment_intent.succeeded", intent)
        return
    error = {**payment_methods.failure(failure), "charge": charge["id"]}
    intent.update({"status": "requires_payment_method", "last_payment_error": error})
    account.emit("payment_intent.payment_failed", intent)


def keep_for_later(account: Account, intent: Json) -> None:
    """Attach the means of payment of a paid intent to its customer."""
    if intent["customer"] and intent["payment_method"]:
        method = account.get("payment_method", intent["payment_method"])
        customer = account.get("customer", intent["customer"])
        payment_methods.attach_to(account, method, customer)
        customers.pay_by(account, customer, method["id"])


ROUTES = (
    Route("POST", PATH, create, _ACCEPTS),
    Route("POST", PATH + "/{id}", update, ("metadata", "description")),
    Route("POST", PATH + "/{id}/confirm", confirm, ("payment_method", "off_session", "mandate_data")),
    Route("POST", PATH + "/{id}/cancel", cancel, ("cancellation_reason",)),
    retrieving("payment_intent", PATH),
    listing("payment_intent", PATH, "customer"),
)
