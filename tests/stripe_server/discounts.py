"""Discounts: a coupon in use."""

from __future__ import annotations

from tests.stripe_server import coupons, promotion_codes
from tests.stripe_server.account import Account
from tests.stripe_server.periods import add
from tests.stripe_server.wire import Json, Params, invalid


def asked(account: Account, params: Params) -> list[Json]:
    """The coupons and promotion codes that the parameter ``discounts`` names, as ``{coupon, promotion_code}``."""
    return [_asked_one(account, one) for one in params.parts("discounts")]


def by_code(account: Account, typed: str) -> Json:
    """The coupon behind a code that a customer typed."""
    for code in account.all("promotion_code"):
        if code["code"].casefold() == typed.casefold() and promotion_codes.redeemable(account, code):
            return {"coupon": code["promotion"]["coupon"], "promotion_code": code["id"]}
    raise invalid("This code is invalid.", "promotion_code_invalid", "promotion_code")


def start(account: Account, wanted: Json, customer: str, subscription: str | None, session: str | None = None) -> Json:
    """Begin a discount, and count the coupon as redeemed."""
    coupon = account.get("coupon", wanted["coupon"])
    coupon["times_redeemed"] += 1
    coupon["valid"] = coupons.redeemable(account, coupon)
    if wanted["promotion_code"]:
        account.get("promotion_code", wanted["promotion_code"])["times_redeemed"] += 1
    months = coupon["duration_in_months"]
    discount: Json = {
        "id": account.new_id("di"),
        "object": "discount",
        "checkout_session": session,
        "customer": customer,
        "customer_account": None,
        "end": add(account.now, "month", months) if months else None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": wanted["promotion_code"],
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": account.now,
        "subscription": subscription,
        "subscription_item": None,
    }
    account.add(discount)
    account.emit("customer.discount.created", discount)
    return discount


def taken_off(account: Account, which: list[str], rows: list[tuple[str, int]], at: int) -> list[Json]:
    """What discounts take off products at a second: ``[{amount, discount}]``, one after the other."""
    left = sum(amount for _, amount in rows)
    taken: list[Json] = []
    for one in which:
        discount = account.get("discount", one)
        if discount["end"] is None or at < discount["end"]:
            coupon = account.get("coupon", discount["source"]["coupon"])
            off = reduction(account, coupon, rows, left)
            left -= off
            taken.append({"amount": off, "discount": one})
    return taken


def reduction(account: Account, coupon: Json, rows: list[tuple[str, int]], left: int) -> int:
    """What a coupon takes off the products that it applies to; at most what is left."""
    own = sum(amount for product, amount in rows if coupons.applies(account, coupon["id"], product))
    return coupons.reduction(coupon, min(own, left))


def used_up(account: Account, which: list[str]) -> list[str]:
    """The discounts that are over: those for one invoice after it, those for months after these."""
    return [one for one in which if _is_over(account, account.get("discount", one))]


def _is_over(account: Account, discount: Json) -> bool:
    once = account.get("coupon", discount["source"]["coupon"])["duration"] == "once"
    return once or (discount["end"] is not None and discount["end"] <= account.now)


def _asked_one(account: Account, one: Params) -> Json:
    if named := one.text("promotion_code"):
        code = account.get("promotion_code", named, "discounts[promotion_code]")
        if not promotion_codes.redeemable(account, code):
            raise invalid("This promotion code cannot be redeemed.", "promotion_code_invalid", "discounts")
        return {"coupon": code["promotion"]["coupon"], "promotion_code": code["id"]}
    coupon = account.get("coupon", one.need("coupon"), "discounts[coupon]")
    if not coupons.redeemable(account, coupon):
        raise invalid("This coupon has expired or has been used up.", "coupon_expired", "discounts")
    return {"coupon": coupon["id"], "promotion_code": None}
