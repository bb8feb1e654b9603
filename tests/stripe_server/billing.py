"""Billing: invoices are collected, renewals fall due, failures are tried again, and the subscription follows."""

from __future__ import annotations

from tests.stripe_server import discounts, invoices, payment_intents, payment_methods, periods
from tests.stripe_server.account import DAY, Account, Route, changed
from tests.stripe_server.wire import Json, Params, Refused, invalid

_RENEWING = ("trialing", "active", "past_due", "unpaid")
_INCOMPLETE_FOR = 23 * 3600


def bill_at_once(account: Account, subscription: Json, reason: str, *, free: bool = False) -> Json:
    """Bill the current period and collect: the first invoice, and that of a new rhythm."""
    invoice = _drawn(account, subscription, reason, free)
    finalize(account, invoice)
    return invoice


def finalize(account: Account, invoice: Json) -> None:
    """Open an invoice and try to collect it; a draft only."""
    if invoice["status"] != "draft":
        return
    invoices.finalize(account, invoice)
    if not invoice["total"]:
        _was_paid(account, invoice)
    elif invoice["collection_method"] == "charge_automatically":
        collect(account, invoice)


def collect(account: Account, invoice: Json, method: str | None = None) -> None:
    """One attempt to take the money of an open invoice."""
    if invoice["status"] != "open":
        return
    invoice.update({"attempted": True, "attempt_count": invoice["attempt_count"] + 1, "next_payment_attempt": None})
    intent = invoices.intent_of(account, invoice)
    if intent is None or intent["status"] == "processing":
        return
    subscription = account.get("subscription", invoices.subscription_of(invoice))
    method = method or method_of(account, subscription)
    if method is None:
        _failed(account, invoice)
        return
    payment_intents.attempt(account, intent, account.get("payment_method", method))
    learn(account, intent)


def method_of(account: Account, subscription: Json) -> str | None:
    """The means of payment that a subscription is charged by."""
    settings = account.get("customer", subscription["customer"])["invoice_settings"]
    method: str | None = subscription["default_payment_method"] or settings["default_payment_method"]
    return method


def learn(account: Account, intent: Json) -> None:
    """What became of a payment intent, as the invoice and the subscription take it."""
    invoice = invoices.of_intent(account, intent)
    if invoice is None or invoice["status"] != "open":
        return
    if intent["status"] == "succeeded":
        _was_paid(account, invoice)
    elif intent["status"] == "processing":
        _go_to(
            account, account.get("subscription", invoices.subscription_of(invoice)), "active", only_from="incomplete"
        )
    else:
        _failed(account, invoice)


def renew(account: Account, which: str) -> None:
    """A period, or a trial, has ended: begin the next, or end the subscription."""
    subscription = account.get("subscription", which)
    item = subscription["items"]["data"][0]
    if subscription["status"] not in _RENEWING or item["current_period_end"] != account.now:
        return
    if subscription["cancel_at_period_end"]:
        end(account, subscription)
        return
    begin_period(account, subscription)
    if subscription["status"] == "trialing":
        _go_to(account, subscription, "active")
    invoice = _drawn(account, subscription, "subscription_cycle", free=False)
    _put_by(account, subscription, invoice)


def begin_period(account: Account, subscription: Json) -> None:
    """The next period begins now; the subscription tells of it."""
    anchor = subscription["billing_cycle_anchor"]
    before = {"items": {"data": [dict(one) for one in subscription["items"]["data"]]}}
    for item in subscription["items"]["data"]:
        ends = periods.next_end(item["price"], account.now, anchor)
        item.update({"current_period_start": account.now, "current_period_end": ends, "billed_until": ends})
    account.note(subscription["items"]["data"][0]["current_period_end"], "period", subscription["id"])
    account.emit("customer.subscription.updated", subscription, before)


def end(account: Account, subscription: Json, reason: str | None = "cancellation_requested") -> None:
    """The subscription is over, now."""
    details = {**subscription["cancellation_details"], "reason": reason}
    subscription.update({"status": "canceled", "ended_at": account.now, "cancellation_details": details})
    subscription["canceled_at"] = subscription["canceled_at"] or account.now
    account.emit("customer.subscription.deleted", subscription)


def expire(account: Account, which: str) -> None:
    """A subscription whose first payment did not come within 23 hours is void."""
    subscription = account.get("subscription", which)
    if subscription["status"] != "incomplete":
        return
    _go_to(account, subscription, "incomplete_expired")
    if (invoice := account.get("invoice", subscription["latest_invoice"]))["status"] == "open":
        invoices.void(account, Params({}), invoice["id"])


def resume(account: Account, which: str) -> None:
    """Collection goes on when its pause is over."""
    subscription = account.get("subscription", which)
    pause = subscription["pause_collection"]
    if pause and pause["resumes_at"] == account.now:
        changed(account, "customer.subscription.updated", subscription, {"pause_collection": None})


def warn_of_trial(account: Account, which: str) -> None:
    """Three days before a trial ends its event goes out."""
    subscription = account.get("subscription", which)
    if subscription["status"] == "trialing" and subscription["trial_end"] <= account.now + 3 * DAY:
        account.emit("customer.subscription.trial_will_end", subscription)


def end_at(account: Account, which: str) -> None:
    """The moment that ``cancel_at`` named has come."""
    subscription = account.get("subscription", which)
    if subscription["cancel_at"] == account.now and subscription["status"] in _RENEWING:
        end(account, subscription)


def pay(account: Account, params: Params, which: str) -> Json:
    invoice = account.get("invoice", which)
    if invoice["status"] == "draft":
        invoices.finalize(account, invoice)
    if invoice["status"] != "open":
        raise invalid(f"Invoice is already {invoice['status']}", "invoice_not_editable")
    if params.flag("paid_out_of_band"):
        _was_paid(account, invoice)
        return invoice
    named = params.text("payment_method")
    collect(account, invoice, payment_methods.named(account, named)["id"] if named else None)
    if invoice["status"] == "open" and (error := _error_of(account, invoice)):
        raise error
    return invoice


def _error_of(account: Account, invoice: Json) -> Refused | None:
    intent = invoices.intent_of(account, invoice)
    error = intent["last_payment_error"] if intent else None
    return payment_methods.declined(error["decline_code"] or error["code"]) if error else None


def _drawn(account: Account, subscription: Json, reason: str, free: bool) -> Json:
    invoice = invoices.make(account, subscription, reason, free=free)
    subscription["latest_invoice"] = invoice["id"]
    over = set(discounts.used_up(account, invoice["discounts"]))
    subscription["discounts"] = [one for one in subscription["discounts"] if one not in over]
    return invoice


def _put_by(account: Account, subscription: Json, invoice: Json) -> None:
    """A renewal waits an hour as a draft; while collection is paused it goes the way that the pause says."""
    pause = subscription["pause_collection"]
    if pause and pause["behavior"] == "void":
        invoices.void(account, Params({}), invoice["id"])
    elif pause and pause["behavior"] == "mark_uncollectible":
        invoices.give_up(account, Params({}), invoice["id"])
    elif pause or subscription["status"] == "unpaid":
        invoice["auto_advance"] = False
    else:
        invoice["automatically_finalizes_at"] = account.now + account.rules.finalize_after
        account.note(account.now + account.rules.finalize_after, "finalize", invoice["id"])


def _was_paid(account: Account, invoice: Json) -> None:
    invoices.paid(account, invoice)
    subscription = account.get("subscription", invoices.subscription_of(invoice))
    if subscription["latest_invoice"] == invoice["id"] and subscription["status"] in (
        "incomplete",
        "past_due",
        "unpaid",
    ):
        _go_to(account, subscription, "active")


def _failed(account: Account, invoice: Json) -> None:
    subscription = account.get("subscription", invoices.subscription_of(invoice))
    retries = account.rules.retry_days
    attempts = invoice["attempt_count"]
    if subscription["status"] != "incomplete" and attempts <= len(retries):
        invoice["next_payment_attempt"] = account.now + retries[attempts - 1] * DAY
        account.note(invoice["next_payment_attempt"], "retry", invoice["id"])
    account.emit("invoice.payment_failed", invoice)
    if subscription["status"] == "incomplete":
        return
    _go_to(account, subscription, "past_due", only_from="active")
    if attempts > len(retries) and subscription["status"] == "past_due":
        _give_up(account, subscription, invoice)


def _give_up(account: Account, subscription: Json, invoice: Json) -> None:
    invoice["auto_advance"] = False
    if account.rules.after_retries == "canceled":
        end(account, subscription, "payment_failed")
    else:
        _go_to(account, subscription, account.rules.after_retries)


def _go_to(account: Account, subscription: Json, status: str, only_from: str | None = None) -> None:
    if only_from in (None, subscription["status"]):
        changed(account, "customer.subscription.updated", subscription, {"status": status})


def begin(account: Account, subscription: Json, *, free: bool) -> Json:
    """The first invoice of a subscription; what is not paid at once expires."""
    account.note(subscription["items"]["data"][0]["current_period_end"], "period", subscription["id"])
    if subscription["status"] == "incomplete":
        account.note(account.now + _INCOMPLETE_FOR, "expire", subscription["id"])
    if subscription["trial_end"]:
        account.note(max(account.now, subscription["trial_end"] - 3 * DAY), "trial", subscription["id"])
    return bill_at_once(account, subscription, "subscription_create", free=free)


def _finalized(account: Account, _: Params, which: str) -> Json:
    finalize(account, account.get("invoice", which))
    return account.get("invoice", which)


ROUTES = (
    Route("POST", invoices.PATH + "/{id}/pay", pay, ("payment_method", "paid_out_of_band", "off_session")),
    Route("POST", invoices.PATH + "/{id}/finalize", _finalized, ("auto_advance",)),
)
