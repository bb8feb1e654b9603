"""Prices: how much a product costs, and how often."""

from __future__ import annotations

from tests.stripe_server import products
from tests.stripe_server.account import Account, Route, changed, retrieving
from tests.stripe_server.lists import PAGING, matches, paged, within
from tests.stripe_server.wire import Json, Params, invalid

PATH = "/v1/prices"
_ACCEPTS = (
    *("currency", "product", "product_data", "unit_amount", "recurring", "metadata", "nickname"),
    *("lookup_key", "active", "tax_behavior", "billing_scheme", "transfer_lookup_key"),
)
_FILTERS = ("active", "product", "currency", "type")


def create(account: Account, params: Params, _: str) -> Json:
    if params.has("product_data"):
        product: str = products.create(account, params.part("product_data"), "")["id"]
    else:
        product = account.get("product", params.need("product"), "product")["id"]
    amount = params.need_whole("unit_amount")
    if amount < 0:
        raise invalid("Invalid non-negative integer", "parameter_invalid_integer", "unit_amount")
    price: Json = {
        "id": account.new_id("price"),
        "object": "price",
        "active": params.flag("active", True),
        "billing_scheme": "per_unit",
        "created": account.now,
        "currency": params.need("currency").lower(),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": params.text("lookup_key"),
        "metadata": params.metadata(),
        "nickname": params.text("nickname"),
        "product": product,
        "recurring": _recurring(params),
        "tax_behavior": params.text("tax_behavior") or "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if params.has("recurring") else "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }
    account.add(price)
    account.emit("price.created", price)
    return price


def update(account: Account, params: Params, which: str) -> Json:
    price = account.get("price", which)
    changes: Json = {name: params.text(name) for name in ("nickname", "lookup_key") if params.has(name)}
    if params.has("active"):
        changes["active"] = params.flag("active")
    changes["metadata"] = params.metadata(price["metadata"])
    changed(account, "price.updated", price, changes)
    return price


def listed(account: Account, params: Params, _: str) -> Json:
    rows = [one for one in account.all("price") if matches(params, one, _FILTERS)]
    if keys := params.texts("lookup_keys"):
        rows = [one for one in rows if one["lookup_key"] in keys]
    return paged(params, PATH, within(params, rows))


def chosen(account: Account, line: Params) -> Json:
    """The price of a line: one that exists, or one made of ``price_data``, inactive as Stripe makes it."""
    if line.has("price_data"):
        price = create(account, line.part("price_data"), "")
        price["active"] = False
        return price
    price = account.get("price", line.need("price"), "price")
    if not price["active"]:
        raise invalid(f"The price specified is inactive: {price['id']}", "price_inactive", "price")
    return price


def plan_of(price: Json) -> Json:
    """A recurring price in the shape of the older plan, as subscription items still bear it."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def _recurring(params: Params) -> Json | None:
    if not params.has("recurring"):
        return None
    given = params.part("recurring")
    given.need("interval")
    return {
        "interval": given.one_of("interval", ("day", "week", "month", "year"), "month"),
        "interval_count": given.whole("interval_count") or 1,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


ROUTES = (
    Route("POST", PATH, create, _ACCEPTS),
    Route("POST", PATH + "/{id}", update, ("active", "metadata", "nickname", "lookup_key", "tax_behavior")),
    retrieving("price", PATH),
    Route("GET", PATH, listed, (*PAGING, *_FILTERS, "created", "lookup_keys")),
)
