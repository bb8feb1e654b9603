"""Customers: who pays."""

from __future__ import annotations

from tests.stripe_server.account import Account, Route, changed
from tests.stripe_server.lists import listing, paged
from tests.stripe_server.wire import Json, Params

PATH = "/v1/customers"
_TEXTS = ("email", "name", "description", "phone", "tax_exempt")
_ACCEPTS = (*_TEXTS, "metadata", "address", "preferred_locales", "payment_method", "invoice_settings", "source")
_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def make(account: Account, email: str | None, name: str | None = None) -> Json:
    """A new customer."""
    return create(account, Params({"email": email or "", "name": name or ""}), "")


def create(account: Account, params: Params, _: str) -> Json:
    which = account.new_id("cus")
    customer: Json = {
        "id": which,
        "object": "customer",
        "address": address(params),
        "balance": 0,
        "created": account.now,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": params.text("description"),
        "discount": None,
        "email": params.text("email"),
        "invoice_prefix": which[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": params.metadata(),
        "name": params.text("name"),
        "next_invoice_sequence": 1,
        "phone": params.text("phone"),
        "preferred_locales": params.texts("preferred_locales"),
        "shipping": None,
        "tax_exempt": params.text("tax_exempt") or "none",
        "test_clock": None,
    }
    account.add(customer)
    account.emit("customer.created", customer)
    return customer


def update(account: Account, params: Params, which: str) -> Json:
    customer = account.get("customer", which)
    changes: Json = {name: params.text(name) for name in _TEXTS if params.has(name)}
    changes["metadata"] = params.metadata(customer["metadata"])
    if params.has("address"):
        changes["address"] = address(params)
    if params.has("preferred_locales"):
        changes["preferred_locales"] = params.texts("preferred_locales")
    if method := params.part("invoice_settings").text("default_payment_method"):
        account.get("payment_method", method, "invoice_settings[default_payment_method]")
        changes["invoice_settings"] = {**customer["invoice_settings"], "default_payment_method": method}
    changed(account, "customer.updated", customer, changes)
    return customer


def pay_by(account: Account, customer: Json, method: str) -> None:
    """Make a means of payment the customer's default."""
    settings = {**customer["invoice_settings"], "default_payment_method": method}
    changed(account, "customer.updated", customer, {"invoice_settings": settings})


def delete(account: Account, _: Params, which: str) -> Json:
    customer = account.get("customer", which)
    account.emit("customer.deleted", customer)
    return account.remove(customer)


def address(params: Params) -> Json | None:
    """The address that the parameters hold."""
    given = params.part("address")
    return {name: given.text(name) for name in _ADDRESS} if given.raw else None


def search(account: Account, params: Params, _: str) -> Json:
    """Customers by ``email:'...'``, the one query that is known here."""
    wanted = params.need("query").removeprefix("email:").strip("'\"")
    found = [one for one in account.all("customer") if one["email"] == wanted]
    page = paged(params, f"{PATH}/search", found)
    return {**page, "object": "search_result", "next_page": None}


ROUTES = (
    Route("GET", f"{PATH}/search", search, ("limit", "page", "query")),
    Route("POST", PATH, create, _ACCEPTS),
    Route("GET", PATH + "/{id}", lambda account, _, which: account.get("customer", which)),
    Route("POST", PATH + "/{id}", update, tuple(one for one in _ACCEPTS if one != "payment_method")),
    Route("DELETE", PATH + "/{id}", delete),
    listing("customer", PATH, "email"),
)
