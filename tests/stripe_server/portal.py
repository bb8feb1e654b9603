"""The customer portal: sessions, and what may be done on their page."""

from __future__ import annotations

from tests.stripe_server import customers, mandates, payment_methods, subscriptions
from tests.stripe_server.account import Account, Route, changed
from tests.stripe_server.wire import Json, Params

PATH = "/v1/billing_portal/sessions"
_CONFIGURATION = "bpc_00000000000000"


def create(account: Account, params: Params, _: str) -> Json:
    customer = account.get("customer", params.need("customer"), "customer")
    which = account.new_id("bps")
    return account.add(
        {
            "id": which,
            "object": "billing_portal.session",
            "after_expiration": None,
            "configuration": _CONFIGURATION,
            "created": account.now,
            "customer": customer["id"],
            "customer_account": None,
            "flow": _flow(params.part("flow_data")),
            "livemode": False,
            "locale": params.text("locale"),
            "on_behalf_of": None,
            "return_url": params.text("return_url"),
            "url": f"{account.url}/portal/{which}",
        }
    )


def change_method(account: Account, session: Json, form: Params) -> None:
    """Keep another means of payment, for the customer and all that they subscribe to."""
    kind = form.one_of("method", payment_methods.KINDS, "card")
    method = payment_methods.make(account, kind, form, form)
    if kind == "card" and (code := account.behaviours[method["id"]].attach):
        raise payment_methods.declined(code)
    pay_by(account, account.get("customer", session["customer"]), method)


def pay_by(account: Account, customer: Json, method: Json) -> None:
    """From now on all of a customer's subscriptions are charged by this means of payment."""
    payment_methods.attach_to(account, method, customer)
    if method["type"] != "card":
        mandates.accept(account, method)
    customers.pay_by(account, customer, method["id"])
    for one in subscriptions.live_of(account, customer["id"]):
        changed(account, "customer.subscription.updated", one, {"default_payment_method": method["id"]})


def cancel(account: Account, session: Json, form: Params) -> None:
    """End a subscription with its period, or (``keep``) take that back."""
    subscription = account.get("subscription", form.need("subscription"))
    if subscription["customer"] == session["customer"]:
        subscriptions.set_ending(account, subscription, not form.has("keep"))


def _flow(given: Params) -> Json | None:
    kind = given.text("type")
    if kind is None:
        return None
    after = given.part("after_completion")
    back = after.part("redirect").text("return_url")
    completion = {
        "hosted_confirmation": None,
        "redirect": {"return_url": back} if back else None,
        "type": after.text("type") or "portal_homepage",
    }
    named = given.part("subscription_cancel").text("subscription")
    return {
        "after_completion": completion,
        "customer_update": None,
        "subscription_cancel": {"retention": None, "subscription": named} if named else None,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": kind,
    }


ROUTES = (
    Route("POST", PATH, create, ("customer", "return_url", "configuration", "locale", "flow_data", "on_behalf_of")),
)
