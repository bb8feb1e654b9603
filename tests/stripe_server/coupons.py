"""Coupons: what is taken off, and for how long."""

from __future__ import annotations

from tests.stripe_server.account import Account, Route, changed, retrieving
from tests.stripe_server.lists import listing
from tests.stripe_server.wire import Json, Params, invalid

PATH = "/v1/coupons"
_ACCEPTS = (
    *("id", "name", "amount_off", "currency", "percent_off", "duration", "duration_in_months"),
    *("max_redemptions", "redeem_by", "metadata", "applies_to"),
)


def create(account: Account, params: Params, _: str) -> Json:
    percent = params.text("percent_off")
    if (percent is None) == (params.text("amount_off") is None):
        raise invalid("You must pass either percent_off or amount_off, and not both.")
    duration = params.one_of("duration", ("once", "repeating", "forever"), "once")
    coupon: Json = {
        "id": params.text("id") or account.new_id("coupon"),
        "object": "coupon",
        "amount_off": params.whole("amount_off"),
        "created": account.now,
        "currency": None if percent else params.need("currency"),
        "duration": duration,
        "duration_in_months": params.need_whole("duration_in_months") if duration == "repeating" else None,
        "livemode": False,
        "max_redemptions": params.whole("max_redemptions"),
        "metadata": params.metadata(),
        "name": params.text("name"),
        "percent_off": float(percent) if percent else None,
        "redeem_by": params.whole("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
    }
    if coupon["id"] in account.objects:
        raise invalid(f"Coupon already exists: {coupon['id']}", "resource_already_exists", "id")
    account.asked[coupon["id"]] = {"products": params.part("applies_to").texts("products")}
    account.add(coupon)
    account.emit("coupon.created", coupon)
    return coupon


def update(account: Account, params: Params, which: str) -> Json:
    coupon = account.get("coupon", which)
    changes: Json = {"metadata": params.metadata(coupon["metadata"])}
    if params.has("name"):
        changes["name"] = params.text("name")
    changed(account, "coupon.updated", coupon, changes)
    return coupon


def delete(account: Account, _: Params, which: str) -> Json:
    coupon = account.get("coupon", which)
    account.emit("coupon.deleted", coupon)
    return account.remove(coupon)


def redeemable(account: Account, coupon: Json) -> bool:
    """Whether a coupon may still be used."""
    in_time = coupon["redeem_by"] is None or account.now <= coupon["redeem_by"]
    left = coupon["max_redemptions"] is None or coupon["times_redeemed"] < coupon["max_redemptions"]
    return bool(in_time and left)


def applies(account: Account, coupon: str, product: str) -> bool:
    """Whether a coupon takes anything off a product."""
    products = account.asked.get(coupon, {}).get("products")
    return not products or product in products


def reduction(coupon: Json, amount: int) -> int:
    """What a coupon takes off an amount, in minor units."""
    if coupon["amount_off"] is not None:
        off: int = coupon["amount_off"]
        return min(amount, off)
    percent: float = coupon["percent_off"]
    return min(amount, round(amount * percent / 100))


ROUTES = (
    Route("POST", PATH, create, _ACCEPTS),
    Route("POST", PATH + "/{id}", update, ("name", "metadata")),
    Route("DELETE", PATH + "/{id}", delete),
    retrieving("coupon", PATH),
    listing("coupon", PATH),
)
