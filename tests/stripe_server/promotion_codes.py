"""Promotion codes: what a customer types to use a coupon."""

from __future__ import annotations

from tests.stripe_server import coupons
from tests.stripe_server.account import Account, Route, changed, retrieving
from tests.stripe_server.lists import listing
from tests.stripe_server.wire import Json, Params, invalid

PATH = "/v1/promotion_codes"
_ACCEPTS = ("promotion", "code", "active", "customer", "expires_at", "max_redemptions", "metadata", "restrictions")


def create(account: Account, params: Params, _: str) -> Json:
    promotion = params.part("promotion")
    promotion.one_of("type", ("coupon",), "coupon")
    coupon = account.get("coupon", promotion.need("coupon"), "promotion[coupon]")
    which = account.new_id("promo")
    restrictions = params.part("restrictions")
    code: Json = {
        "id": which,
        "object": "promotion_code",
        "active": params.flag("active", True),
        "code": params.text("code") or which[-8:].upper(),
        "created": account.now,
        "customer": params.text("customer"),
        "customer_account": None,
        "expires_at": params.whole("expires_at"),
        "livemode": False,
        "max_redemptions": params.whole("max_redemptions"),
        "metadata": params.metadata(),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": {
            "first_time_transaction": restrictions.flag("first_time_transaction"),
            "minimum_amount": restrictions.whole("minimum_amount"),
            "minimum_amount_currency": restrictions.text("minimum_amount_currency"),
        },
        "times_redeemed": 0,
    }
    if any(one["active"] and one["code"] == code["code"] for one in account.all("promotion_code")):
        raise invalid("An active promotion code with this code already exists.", "resource_already_exists", "code")
    account.add(code)
    account.emit("promotion_code.created", code)
    return code


def update(account: Account, params: Params, which: str) -> Json:
    code = account.get("promotion_code", which)
    changes: Json = {"metadata": params.metadata(code["metadata"])}
    if params.has("active"):
        changes["active"] = params.flag("active")
    changed(account, "promotion_code.updated", code, changes)
    return code


def redeemable(account: Account, code: Json) -> bool:
    """Whether a code, and the coupon behind it, may still be used."""
    in_time = code["expires_at"] is None or account.now <= code["expires_at"]
    left = code["max_redemptions"] is None or code["times_redeemed"] < code["max_redemptions"]
    coupon = account.get("coupon", code["promotion"]["coupon"])
    return bool(code["active"]) and in_time and left and coupons.redeemable(account, coupon)


ROUTES = (
    Route("POST", PATH, create, _ACCEPTS),
    Route("POST", PATH + "/{id}", update, ("active", "metadata")),
    retrieving("promotion_code", PATH),
    listing("promotion_code", PATH, "active", "code", "customer"),
)
