"""Products: what is sold."""

from __future__ import annotations

from tests.stripe_server.account import Account, Route, changed, retrieving
from tests.stripe_server.lists import listing
from tests.stripe_server.wire import Json, Params, invalid

PATH = "/v1/products"
_ACCEPTS = ("id", "name", "active", "description", "metadata", "statement_descriptor", "unit_label", "url", "tax_code")


def create(account: Account, params: Params, _: str) -> Json:
    product: Json = {
        "id": params.text("id") or account.new_id("prod"),
        "object": "product",
        "active": params.flag("active", True),
        "created": account.now,
        "default_price": None,
        "description": params.text("description"),
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": params.metadata(),
        "name": params.need("name"),
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": params.text("statement_descriptor"),
        "tax_code": params.text("tax_code"),
        "type": "service",
        "unit_label": params.text("unit_label"),
        "updated": account.now,
        "url": params.text("url"),
    }
    if product["id"] in account.objects:
        raise invalid(f"Product already exists: {product['id']}", "resource_already_exists", "id")
    account.add(product)
    account.emit("product.created", product)
    return product


def update(account: Account, params: Params, which: str) -> Json:
    product = account.get("product", which)
    changes: Json = {name: params.text(name) for name in ("name", "description", "url") if params.has(name)}
    if params.has("active"):
        changes["active"] = params.flag("active")
    changes["metadata"] = params.metadata(product["metadata"])
    changed(account, "product.updated", product, changes)
    return product


ROUTES = (
    Route("POST", PATH, create, _ACCEPTS),
    Route("POST", PATH + "/{id}", update, _ACCEPTS[1:]),
    retrieving("product", PATH),
    listing("product", PATH, "active"),
)
