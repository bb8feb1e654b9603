"""Subscriptions: a customer pays a price again and again.

Departs: nothing is prorated; a change of price has to say ``proration_behavior=none``.
"""

from __future__ import annotations

from tests.stripe_server import billing, customers, discounts, payment_methods, periods, prices
from tests.stripe_server.account import DAY, Account, Route, changed, retrieving
from tests.stripe_server.lists import PAGING, as_list, matches, paged, within
from tests.stripe_server.wire import Json, Params, Refused, invalid

PATH = "/v1/subscriptions"
LIVE = ("trialing", "active", "past_due", "unpaid", "incomplete", "paused")
_SHARED = (
    *("items", "metadata", "default_payment_method", "collection_method", "days_until_due", "discounts"),
    *("cancel_at", "cancel_at_period_end", "description", "proration_behavior", "trial_end", "trial_settings"),
    *("payment_behavior", "payment_settings", "off_session", "billing_cycle_anchor"),
)
_FEEDBACK = ("comment", "feedback")


def create(account: Account, params: Params, _: str) -> Json:
    customer = account.get("customer", params.need("customer"), "customer")
    lines = [_line(account, one) for one in params.parts("items")]
    if not lines:
        raise invalid("Missing required param: items.", "parameter_missing", "items")
    method = _method(account, params)
    subscription = start(account, customer, lines, params, method, discounts.asked(account, params))
    failed = subscription["status"] == "incomplete"
    if failed and params.text("payment_behavior") == "error_if_incomplete":
        billing.expire(account, subscription["id"])
        raise Refused(402, "card_error", "Your card was declined.", "card_declined", decline_code="generic_decline")
    return subscription


def start(
    account: Account,
    customer: Json,
    lines: list[Json],
    params: Params,
    method: str | None,
    wanted: list[Json],
    session: str | None = None,
) -> Json:
    """Begin a subscription to lines of ``{price, quantity}``, and collect its first invoice."""
    trial_end = _trial_end(account, params)
    anchor = trial_end or params.whole("billing_cycle_anchor") or account.now
    subscription = _new(account, customer["id"], params, method)
    price = account.get("price", lines[0]["price"])
    ends = anchor if anchor > account.now else periods.next_end(price, account.now, anchor)
    items = [_item(account, subscription["id"], line, ends) for line in lines]
    subscription["items"] = as_list(f"/v1/subscription_items?subscription={subscription['id']}", items)
    subscription.update({"billing_cycle_anchor": anchor, "currency": price["currency"]})
    if trial_end:
        subscription.update({"status": "trialing", "trial_start": account.now, "trial_end": trial_end})
    begun = [discounts.start(account, one, customer["id"], subscription["id"], session) for one in wanted]
    subscription["discounts"] = [one["id"] for one in begun]
    customer["currency"] = customer["currency"] or price["currency"]
    if subscription["collection_method"] == "send_invoice" and not trial_end:
        subscription["status"] = "active"
    account.add(subscription)
    account.emit("customer.subscription.created", subscription)
    billing.begin(account, subscription, free=anchor > account.now)
    _note_end(account, subscription)
    return subscription


def update(account: Account, params: Params, which: str) -> Json:
    subscription = account.get("subscription", which)
    if subscription["status"] in ("canceled", "incomplete_expired"):
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    changes: Json = {"metadata": params.metadata(subscription["metadata"])}
    changes.update(_ending(account, subscription, params))
    for name in ("description", "collection_method"):
        if params.has(name):
            changes[name] = params.text(name)
    if params.has("days_until_due"):
        changes["days_until_due"] = params.whole("days_until_due")
    if params.has("default_payment_method"):
        changes["default_payment_method"] = _method(account, params)
    if params.has("pause_collection"):
        changes["pause_collection"] = _pause(account, subscription, params)
    if params.has("discounts"):
        wanted = discounts.asked(account, params)
        begun = [discounts.start(account, one, subscription["customer"], which) for one in wanted]
        changes["discounts"] = [one["id"] for one in begun]
    rhythm = _reprice(account, subscription, params) if params.parts("items") else False
    changed(account, "customer.subscription.updated", subscription, changes)
    _note_end(account, subscription)
    if params.has("trial_end"):
        _move_trial(account, subscription, params)
    elif rhythm:
        _begin_anew(account, subscription)
    return subscription


def cancel(account: Account, params: Params, which: str) -> Json:
    subscription = account.get("subscription", which)
    if subscription["status"] in ("canceled", "incomplete_expired"):
        raise invalid(f"No such subscription: '{which}'", "resource_missing", "id", 404)
    subscription["cancellation_details"] = _details(subscription, params)
    billing.end(account, subscription)
    return subscription


def live_of(account: Account, customer: str) -> list[Json]:
    """The subscriptions of a customer that are not over."""
    rows = [one for one in account.all("subscription") if one["customer"] == customer]
    return [one for one in rows if one["status"] in LIVE]


def set_ending(account: Account, subscription: Json, at_end: bool) -> None:
    """Let a subscription end with its period, or take that back."""
    update(account, Params({"cancel_at_period_end": str(at_end).lower()}), subscription["id"])


def of_customer(account: Account, customer: Json) -> Json:
    """The live subscriptions of a customer, as the customer lists them when asked."""
    return as_list(f"{customers.PATH}/{customer['id']}/subscriptions", live_of(account, customer["id"])[::-1])


def _new(account: Account, customer: str, params: Params, method: str | None) -> Json:
    days = params.whole("days_until_due")
    at_end = params.flag("cancel_at_period_end")
    missing = params.part("trial_settings").part("end_behavior").text("missing_payment_method")
    return {
        "id": account.new_id("sub"),
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": account.now,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": params.whole("cancel_at"),
        "cancel_at_period_end": at_end,
        "canceled_at": account.now if at_end else None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": params.text("collection_method") or "charge_automatically",
        "created": account.now,
        "currency": "gbp",
        "customer": customer,
        "customer_account": None,
        "days_until_due": days,
        "default_payment_method": method,
        "default_source": None,
        "default_tax_rates": [],
        "description": params.text("description"),
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"type": "self"},
        },
        "items": {},
        "latest_invoice": None,
        "livemode": False,
        "managed_payments": None,
        "metadata": params.metadata(),
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": account.now,
        "status": "incomplete",
        "test_clock": None,
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {
            "end_behavior": {"billing_cycle_anchor": None, "missing_payment_method": missing or "create_invoice"}
        },
        "trial_start": None,
    }


def _item(account: Account, subscription: str, line: Json, ends: int) -> Json:
    price = account.get("price", line["price"])
    if price["recurring"] is None:
        raise invalid(f"The price {price['id']} is not recurring.", param="items[0][price]")
    return {
        "id": account.new_id("si"),
        "object": "subscription_item",
        "billed_until": ends,
        "billing_thresholds": None,
        "created": account.now,
        "current_period_end": ends,
        "current_period_start": account.now,
        "discounts": [],
        "metadata": {},
        "plan": prices.plan_of(price),
        "price": price,
        "quantity": line["quantity"],
        "subscription": subscription,
        "tax_rates": [],
    }


def _line(account: Account, one: Params) -> Json:
    return {"price": prices.chosen(account, one)["id"], "quantity": one.whole("quantity") or 1}


def _method(account: Account, params: Params) -> str | None:
    named = params.text("default_payment_method")
    which: str | None = payment_methods.named(account, named)["id"] if named else None
    return which


def _trial_end(account: Account, params: Params) -> int | None:
    if days := params.whole("trial_period_days"):
        return account.now + days * DAY
    if params.text("trial_end") in (None, "now"):
        return None
    at = params.whole("trial_end")
    if at is not None and at <= account.now:
        raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future", param="trial_end")
    return at


def _ending(account: Account, subscription: Json, params: Params) -> Json:
    changes: Json = {"cancellation_details": _details(subscription, params)}
    if params.has("cancel_at_period_end"):
        ends = params.flag("cancel_at_period_end")
        period_end = subscription["items"]["data"][0]["current_period_end"]
        changes.update({"cancel_at_period_end": ends, "cancel_at": period_end if ends else None})
    elif params.has("cancel_at"):
        changes.update({"cancel_at_period_end": False, "cancel_at": params.whole("cancel_at")})
    else:
        return changes
    asked = changes["cancel_at"] is not None
    changes["canceled_at"] = (subscription["canceled_at"] or account.now) if asked else None
    changes["cancellation_details"]["reason"] = "cancellation_requested" if asked else None
    return changes


def _details(subscription: Json, params: Params) -> Json:
    given = params.part("cancellation_details")
    said = {name: given.text(name) for name in _FEEDBACK if given.has(name)}
    return {**subscription["cancellation_details"], **said}


def _note_end(account: Account, subscription: Json) -> None:
    if subscription["cancel_at"] and not subscription["cancel_at_period_end"]:
        account.note(subscription["cancel_at"], "cancel", subscription["id"])


def _pause(account: Account, subscription: Json, params: Params) -> Json | None:
    given = params.part("pause_collection")
    if not given.raw:
        return None
    until = given.whole("resumes_at")
    if until is not None:
        account.note(until, "resume", subscription["id"])
    how = given.one_of("behavior", ("keep_as_draft", "mark_uncollectible", "void"), "void")
    return {"behavior": how, "resumes_at": until}


def _reprice(account: Account, subscription: Json, params: Params) -> bool:
    """Change prices and quantities; whether the rhythm changes, so that a new period begins."""
    if params.text("proration_behavior") != "none":
        raise invalid("This server does not prorate: say proration_behavior=none.", param="proration_behavior")
    anew = False
    for given in params.parts("items"):
        item = _item_named(subscription, given)
        before = item["price"]["recurring"]
        if given.has("price") or given.has("price_data"):
            item["price"] = prices.chosen(account, given)
            item["plan"] = prices.plan_of(item["price"])
        item["quantity"] = given.whole("quantity") or item["quantity"]
        after = item["price"]["recurring"]
        anew = anew or any(before[name] != after[name] for name in ("interval", "interval_count"))
    account.emit("customer.subscription.updated", subscription, {"items": {}})
    return anew


def _item_named(subscription: Json, given: Params) -> Json:
    for item in subscription["items"]["data"]:
        if item["id"] == given.need("id"):
            found: Json = item
            return found
    raise invalid(f"No such subscription item: '{given.text('id')}'", "resource_missing", "items[0][id]")


def _begin_anew(account: Account, subscription: Json) -> None:
    subscription["billing_cycle_anchor"] = account.now
    billing.begin_period(account, subscription)
    billing.bill_at_once(account, subscription, "subscription_update")


def _move_trial(account: Account, subscription: Json, params: Params) -> None:
    until = _trial_end(account, params)
    if until is None:
        subscription.update({"status": "active", "trial_end": account.now})
        _begin_anew(account, subscription)
        return
    for item in subscription["items"]["data"]:
        item.update({"current_period_end": until, "billed_until": until})
    account.note(until, "period", subscription["id"])
    trial = {"status": "trialing", "trial_end": until, "trial_start": account.now, "billing_cycle_anchor": until}
    changed(account, "customer.subscription.updated", subscription, trial)


def _listed(account: Account, params: Params, _: str) -> Json:
    rows = [one for one in account.all("subscription") if matches(params, one, ("customer", "collection_method"))]
    status = params.text("status")
    if status is None:
        rows = [one for one in rows if one["status"] != "canceled"]
    elif status == "ended":
        rows = [one for one in rows if one["status"] in ("canceled", "incomplete_expired")]
    elif status != "all":
        rows = [one for one in rows if one["status"] == status]
    if price := params.text("price"):
        rows = [one for one in rows if any(item["price"]["id"] == price for item in one["items"]["data"])]
    return paged(params, PATH, within(params, rows))


ROUTES = (
    Route("POST", PATH, create, (*_SHARED, "customer", "trial_period_days", "currency")),
    Route("POST", PATH + "/{id}", update, (*_SHARED, "pause_collection", "cancellation_details")),
    Route("DELETE", PATH + "/{id}", cancel, ("cancellation_details", "invoice_now", "prorate")),
    retrieving("subscription", PATH),
    Route("GET", PATH, _listed, (*PAGING, "customer", "status", "price", "collection_method", "created")),
)
