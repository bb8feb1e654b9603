"""Checkout Sessions: what somebody is asked to pay on the hosted page, and what came of it."""

from __future__ import annotations

from tests.stripe_server import (
    customers,
    discounts,
    invoices,
    mandates,
    payment_intents,
    payment_methods,
    prices,
    setup_intents,
    subscriptions,
)
from tests.stripe_server.account import DAY, Account, Route, retrieving
from tests.stripe_server.lists import PAGING, as_list, listing
from tests.stripe_server.wire import Json, Params, invalid

PATH = "/v1/checkout/sessions"
_KEPT = ("subscription_data", "payment_intent_data", "setup_intent_data", "discounts")
_ACCEPTS = (
    *("mode", "line_items", "success_url", "cancel_url", "customer", "customer_email", "customer_creation"),
    *(
        "client_reference_id",
        "metadata",
        "allowed_payment_method_types",
        "expires_at",
        "locale",
        "allow_promotion_codes",
    ),
    *("payment_method_collection", "currency", "billing_address_collection", "consent_collection", "custom_text"),
    *("submit_type", "ui_mode", "payment_method_options", *_KEPT),
)


def create(account: Account, params: Params, _: str) -> Json:
    mode = params.one_of("mode", ("payment", "setup", "subscription"), "payment")
    success = params.need("success_url")
    if customer := params.text("customer"):
        account.get("customer", customer, "customer")
    lines = [_line(account, one, mode) for one in params.parts("line_items")]
    if mode != "setup" and not lines:
        raise invalid("Missing required param: line_items.", "parameter_missing", "line_items")
    if mode == "subscription" and not _recurring(account, lines):
        raise invalid("You must provide at least one recurring price in `subscription` mode.", param="line_items")
    discounts.asked(account, params)
    session = _new(account, params, mode, success, lines)
    account.lines[session["id"]] = lines
    account.asked[session["id"]] = {name: params.raw[name] for name in _KEPT if params.has(name)}
    _reckon(account, session)
    if mode == "setup":
        kinds = session["payment_method_types"]
        session["setup_intent"] = setup_intents.make(account, customer, kinds, session["metadata"])["id"]
    account.note(session["expires_at"], "session", session["id"])
    return account.add(session)


def apply_code(account: Account, session: Json, typed: str) -> None:
    """Take a promotion code that somebody typed on the page."""
    found = discounts.by_code(account, typed)
    account.asked[session["id"]]["discounts"] = [{"promotion_code": found["promotion_code"]}]
    _reckon(account, session)


def complete(account: Account, session: Json, form: Params) -> None:
    """Pay or keep a means of payment as the page's form says; refuses what cannot pay, and the session stays open."""
    kind = form.one_of("method", session["payment_method_types"], session["payment_method_types"][0])
    method = payment_methods.make(account, kind, form, form)
    behaviour = account.behaviours[method["id"]]
    due = session["mode"] != "setup" and session["amount_total"] > 0
    if kind == "card" and (code := behaviour.charge if due else behaviour.attach):
        raise payment_methods.declined(code)
    customer = _customer(account, session, form)
    if customer:
        payment_methods.attach_to(account, method, customer)
    if kind != "card":
        mandates.accept(account, method)
    how = {"subscription": _subscribe, "payment": _pay, "setup": _keep}[session["mode"]]
    how(account, session, method, customer)
    session.update({"status": "complete", "url": None, "customer": customer["id"] if customer else None})
    session["customer_details"] = _details(customer, form)
    account.emit("checkout.session.completed", session)


def learn(account: Account, intent: Json) -> None:
    """A debit of a session was paid, or failed."""
    for session in account.all("checkout.session"):
        if _intent(account, session) == intent["id"] and session["payment_status"] == "unpaid":
            if intent["status"] == "succeeded":
                session["payment_status"] = "paid"
                account.emit("checkout.session.async_payment_succeeded", session)
            elif intent["id"] not in account.asked[session["id"]].setdefault("failed", []):
                account.asked[session["id"]]["failed"].append(intent["id"])
                account.emit("checkout.session.async_payment_failed", session)


def expire(account: Account, _: Params, which: str) -> Json:
    session = account.get("checkout.session", which)
    if session["status"] != "open":
        raise invalid('Only Checkout Sessions with a status in ["open"] can be expired.')
    session.update({"status": "expired", "url": None})
    account.emit("checkout.session.expired", session)
    return session


def line_items(account: Account, session: Json) -> Json:
    """What a session is about, as it lists it when asked."""
    rows = [_item(account, session, line) for line in account.lines[session["id"]]]
    return as_list(f"{PATH}/{session['id']}/line_items", rows)


def update(account: Account, params: Params, which: str) -> Json:
    session = account.get("checkout.session", which)
    session["metadata"] = params.metadata(session["metadata"])
    return session


def _subscribe(account: Account, session: Json, method: Json, customer: Json | None) -> None:
    assert customer is not None
    asked = Params(account.asked[session["id"]])
    wanted = discounts.asked(account, asked)
    lines = account.lines[session["id"]]
    recurring = _recurring(account, lines)
    data = asked.part("subscription_data")
    account.beside = [line for line in lines if line not in recurring]
    subscription = subscriptions.start(account, customer, recurring, data, method["id"], wanted, session["id"])
    invoice = account.get("invoice", subscription["latest_invoice"])
    session.update({"subscription": subscription["id"], "invoice": invoice["id"]})
    session["payment_status"] = _status(session, invoice["status"] == "paid")


def _pay(account: Account, session: Json, method: Json, customer: Json | None) -> None:
    data = Params(account.asked[session["id"]]).part("payment_intent_data")
    kinds = session["payment_method_types"]
    whose = customer["id"] if customer else None
    intent = payment_intents.make(account, session["amount_total"], session["currency"], whose, kinds)
    keeps = data.text("setup_future_usage")
    intent.update({"metadata": data.metadata(), "description": data.text("description"), "setup_future_usage": keeps})
    session["payment_intent"] = intent["id"]
    payment_intents.attempt(account, intent, method)
    session["payment_status"] = _status(session, intent["status"] == "succeeded")


def _keep(account: Account, session: Json, method: Json, customer: Json | None) -> None:
    intent = account.get("setup_intent", session["setup_intent"])
    intent["customer"] = customer["id"] if customer else None
    setup_intents.complete(account, intent, method)


def _status(session: Json, paid: bool) -> str:
    if not session["amount_total"]:
        return "no_payment_required"
    return "paid" if paid else "unpaid"


def _intent(account: Account, session: Json) -> str | None:
    if session["invoice"]:
        intent = invoices.intent_of(account, account.get("invoice", session["invoice"]))
        return intent["id"] if intent else None
    named: str | None = session["payment_intent"]
    return named


def _customer(account: Account, session: Json, form: Params) -> Json | None:
    if session["customer"]:
        return account.get("customer", session["customer"])
    if session["mode"] == "payment" and session["customer_creation"] != "always":
        return None
    return customers.make(account, session["customer_email"] or form.need("email"), form.text("name"))


def _details(customer: Json | None, form: Params) -> Json:
    known = customer or {"address": None, "email": form.text("email"), "phone": None}
    return {
        "address": known["address"],
        "business_name": None,
        "email": known["email"],
        "individual_name": None,
        "name": form.text("name"),
        "phone": known["phone"],
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _line(account: Account, one: Params, mode: str) -> Json:
    price = prices.chosen(account, one)
    if mode == "payment" and price["recurring"]:
        raise invalid("You must provide one-time prices in `payment` mode.", param="line_items")
    return {"price": price["id"], "quantity": one.whole("quantity") or 1, "id": account.new_id("li")}


def _reckon(account: Account, session: Json) -> None:
    """The sums that the session asks for today: nothing in a trial."""
    asked = Params(account.asked[session["id"]])
    wanted = discounts.asked(account, asked)
    session["discounts"] = [
        {"coupon": None if one["promotion_code"] else one["coupon"], "promotion_code": one["promotion_code"]}
        for one in wanted
    ]
    data = asked.part("subscription_data")
    is_trial = data.has("trial_period_days") or data.has("trial_end")
    rows = [_row(account, line, is_trial) for line in account.lines[session["id"]]]
    subtotal = sum(amount for _, amount in rows)
    off = 0
    for one in wanted:
        off += discounts.reduction(account, account.get("coupon", one["coupon"]), rows, subtotal - off)
    if session["mode"] != "setup":
        session.update({"amount_subtotal": subtotal, "amount_total": subtotal - off})
        session["total_details"] = {"amount_discount": off, "amount_shipping": 0, "amount_tax": 0}


def _row(account: Account, line: Json, is_trial: bool) -> tuple[str, int]:
    """The product of a line, and what it costs today."""
    price = account.get("price", line["price"])
    return price["product"], 0 if is_trial and price["recurring"] else price["unit_amount"] * line["quantity"]


def _recurring(account: Account, lines: list[Json]) -> list[Json]:
    return [line for line in lines if account.get("price", line["price"])["recurring"]]


def _item(account: Account, session: Json, line: Json) -> Json:
    price = account.get("price", line["price"])
    subtotal = price["unit_amount"] * line["quantity"] if session["amount_subtotal"] else 0
    return {
        "id": line["id"],
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": subtotal,
        "amount_tax": 0,
        "amount_total": subtotal,
        "currency": price["currency"],
        "description": account.get("product", price["product"])["name"],
        "metadata": {},
        "price": price,
        "quantity": line["quantity"],
    }


def _new(account: Account, params: Params, mode: str, success: str, lines: list[Json]) -> Json:
    which = account.new_id("cs_test")
    currency = account.get("price", lines[0]["price"])["currency"] if lines else params.text("currency")
    always = params.text("customer_creation") or ("if_required" if mode == "payment" else "always")
    return {
        "id": which,
        "object": "checkout.session",
        "adaptive_pricing": None,
        "after_expiration": None,
        "allow_promotion_codes": params.flag("allow_promotion_codes"),
        "allowed_payment_method_types": params.texts("allowed_payment_method_types") or None,
        "amount_subtotal": None,
        "amount_total": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.text("billing_address_collection"),
        "cancel_url": params.text("cancel_url"),
        "client_reference_id": params.text("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": account.now,
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": params.text("customer"),
        "customer_account": None,
        "customer_creation": None if params.text("customer") else always,
        "customer_details": None,
        "customer_email": params.text("customer_email"),
        "discounts": [],
        "expires_at": params.whole("expires_at") or account.now + DAY,
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "locale": params.text("locale"),
        "metadata": params.metadata(),
        "mode": mode,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": params.text("payment_method_collection") or "always",
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": _kinds(params),
        "payment_status": "no_payment_required" if mode == "setup" else "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.text("submit_type"),
        "subscription": None,
        "success_url": success,
        "total_details": None,
        "ui_mode": "hosted_page",
        "url": f"{account.url}/pay/{which}",
        "wallet_options": None,
    }


def _kinds(params: Params) -> list[str]:
    kinds = params.texts("allowed_payment_method_types") or ["card"]
    for one in kinds:
        if one not in payment_methods.KINDS:
            raise invalid(f"Invalid allowed_payment_method_types: {one}", param="allowed_payment_method_types")
    return kinds


ROUTES = (
    Route("POST", PATH, create, _ACCEPTS),
    Route("POST", PATH + "/{id}", update, ("metadata",)),
    Route("POST", PATH + "/{id}/expire", expire),
    Route(
        "GET",
        PATH + "/{id}/line_items",
        lambda account, _, which: line_items(account, account.get("checkout.session", which)),
        PAGING,
    ),
    retrieving("checkout.session", PATH),
    listing("checkout.session", PATH, "customer", "subscription", "payment_intent", "status"),
)
