"""Invoices: what a subscription asks for, and whether it was paid."""

from __future__ import annotations

from tests.stripe_server import discounts, payment_intents
from tests.stripe_server.account import Account, Route, changed, retrieving
from tests.stripe_server.lists import PAGING, as_list, matches, paged, within
from tests.stripe_server.wire import Json, Params, invalid

PATH = "/v1/invoices"
_FILTERS = ("customer", "status", "collection_method")


def make(account: Account, subscription: Json, reason: str, *, free: bool = False) -> Json:
    """A draft for the current period of a subscription; a free one (a trial) asks for nothing."""
    which = account.new_id("in")
    lines = [_line(account, which, subscription, item, free) for item in subscription["items"]["data"]]
    lines += [_line_beside(account, which, line) for line in account.beside]
    account.beside = []
    subtotal = sum(line["amount"] for line in lines)
    rows = [(line["pricing"]["price_details"]["product"], line["amount"]) for line in lines]
    taken = discounts.taken_off(account, subscription["discounts"], rows, account.now) if subtotal else []
    total = subtotal - sum(one["amount"] for one in taken)
    customer = account.get("customer", subscription["customer"])
    item = subscription["items"]["data"][0]
    invoice: Json = {
        "id": which,
        "object": "invoice",
        "account_country": "GB",
        "account_name": "The Harbour Post",
        "account_tax_ids": None,
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": total,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": subscription["collection_method"],
        "created": account.now,
        "currency": subscription["currency"],
        "custom_fields": None,
        "customer": customer["id"],
        "customer_account": None,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": None,
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [one["discount"] for one in taken],
        "due_date": _due(account, subscription),
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": as_list(f"{PATH}/{which}/lines", lines),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "parent": {
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
                "subscription_proration_date": None,
            },
            "type": "subscription_details",
        },
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": account.now,
        "period_start": item["current_period_start"] if reason == "subscription_create" else account.now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "test_clock": None,
        "total": total,
        "total_discount_amounts": taken,
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
    }
    account.add(invoice)
    account.emit("invoice.created", invoice)
    return invoice


def finalize(account: Account, invoice: Json) -> None:
    """Fix the invoice and its number; from now on it can be paid."""
    customer = account.get("customer", invoice["customer"])
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    customer["next_invoice_sequence"] += 1
    page = f"{account.url}/invoice/{invoice['id']}"
    _move(account, invoice, "open", "finalized_at")
    invoice.update({"number": number, "effective_at": account.now, "automatically_finalizes_at": None})
    invoice.update({"hosted_invoice_url": page, "invoice_pdf": f"{page}/pdf", "ending_balance": 0})
    if invoice["total"] and invoice["collection_method"] == "charge_automatically":
        _ask(account, invoice)
    account.emit("invoice.finalized", invoice)


def intent_of(account: Account, invoice: Json) -> Json | None:
    """The payment intent by which an invoice is paid."""
    payment = account.payment_of.get(invoice["id"])
    return account.get("payment_intent", payment["payment"]["payment_intent"]) if payment else None


def of_intent(account: Account, intent: Json) -> Json | None:
    """The invoice that a payment intent pays."""
    payment = account.payment_of.get(intent["id"])
    return account.get("invoice", payment["invoice"]) if payment else None


def payments_of(account: Account, invoice: str) -> list[Json]:
    """The payments of an invoice: one at most, by its payment intent."""
    payment = account.payment_of.get(invoice)
    return [payment] if payment else []


def paid(account: Account, invoice: Json) -> None:
    """The money has come, or none was due."""
    _move(account, invoice, "paid", "paid_at")
    invoice.update({"amount_paid": invoice["total"], "amount_remaining": 0, "attempted": True, "auto_advance": False})
    invoice["next_payment_attempt"] = None
    for payment in payments_of(account, invoice["id"]):
        payment["status"] = "paid"
        payment["amount_paid"] = invoice["total"]
        payment["status_transitions"]["paid_at"] = account.now
        account.emit("invoice_payment.paid", payment)
    account.emit("invoice.paid", invoice)
    account.emit("invoice.payment_succeeded", invoice)


def void(account: Account, _: Params, which: str) -> Json:
    invoice = account.get("invoice", which)
    if invoice["status"] not in ("open", "draft", "uncollectible"):
        raise invalid(f"You cannot void an invoice that is {invoice['status']}.", "invoice_not_editable")
    _move(account, invoice, "void", "voided_at")
    _let_go(invoice)
    account.emit("invoice.voided", invoice)
    return invoice


def give_up(account: Account, _: Params, which: str) -> Json:
    invoice = account.get("invoice", which)
    if invoice["status"] not in ("open", "draft"):
        raise invalid(f"You cannot mark an invoice that is {invoice['status']}.", "invoice_not_editable")
    _move(account, invoice, "uncollectible", "marked_uncollectible_at")
    _let_go(invoice)
    account.emit("invoice.marked_uncollectible", invoice)
    return invoice


def update(account: Account, params: Params, which: str) -> Json:
    invoice = account.get("invoice", which)
    changes: Json = {"metadata": params.metadata(invoice["metadata"])}
    if params.has("auto_advance"):
        changes["auto_advance"] = params.flag("auto_advance")
    changed(account, "invoice.updated", invoice, changes)
    return invoice


def subscription_of(invoice: Json) -> str:
    """The id of the subscription that an invoice bills."""
    named: str = invoice["parent"]["subscription_details"]["subscription"]
    return named


def with_payments(account: Account, invoice: Json) -> Json:
    """The payments of an invoice, as it lists them when asked."""
    return as_list(f"/v1/invoice_payments?invoice={invoice['id']}", payments_of(account, invoice["id"]))


def _ask(account: Account, invoice: Json) -> None:
    intent = payment_intents.make(account, invoice["total"], invoice["currency"], invoice["customer"], ["card"])
    intent["description"] = "Subscription update"
    if invoice["billing_reason"] == "subscription_create":
        intent.update({"description": "Subscription creation", "setup_future_usage": "off_session"})
    payment = account.add(
        {
            "id": account.new_id("inpay"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": invoice["total"],
            "created": account.now,
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    )
    account.payment_of[invoice["id"]] = account.payment_of[intent["id"]] = payment


def _move(account: Account, invoice: Json, status: str, when: str) -> None:
    invoice["status"] = status
    invoice["status_transitions"][when] = account.now


def _let_go(invoice: Json) -> None:
    invoice.update({"auto_advance": False, "next_payment_attempt": None, "automatically_finalizes_at": None})


def _due(account: Account, subscription: Json) -> int | None:
    days = subscription["days_until_due"]
    return account.now + days * 86_400 if days is not None else None


def _line(account: Account, invoice: str, subscription: Json, item: Json, free: bool) -> Json:
    price = item["price"]
    product = account.get("product", price["product"])
    amount = 0 if free else price["unit_amount"] * item["quantity"]
    return {
        "id": account.new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": f"Trial period for {product['name']}" if free else f"{item['quantity']} × {product['name']}",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice,
        "livemode": False,
        "metadata": dict(subscription["metadata"]),
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": item["current_period_end"], "start": item["current_period_start"]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": "0" if free else price["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "subscription": subscription["id"],
        "subtotal": amount,
        "taxes": [],
    }


def _line_beside(account: Account, invoice: str, line: Json) -> Json:
    """What is bought once beside a subscription, on its first invoice."""
    price = account.get("price", line["price"])
    amount = price["unit_amount"] * line["quantity"]
    return {
        "id": account.new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": account.get("product", price["product"])["name"],
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice,
        "livemode": False,
        "metadata": {},
        "parent": {
            "invoice_item_details": {
                "invoice_item": account.new_id("ii"),
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": None,
            },
            "subscription_item_details": None,
            "type": "invoice_item_details",
        },
        "period": {"end": account.now, "start": account.now},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": line["quantity"],
        "subscription": None,
        "subtotal": amount,
        "taxes": [],
    }


def _listed(account: Account, params: Params, _: str) -> Json:
    rows = [one for one in account.all("invoice") if matches(params, one, _FILTERS)]
    if subscription := params.text("subscription"):
        rows = [one for one in rows if subscription_of(one) == subscription]
    return paged(params, PATH, within(params, rows))


def _payments(account: Account, params: Params, _: str) -> Json:
    rows = [one for one in account.all("invoice_payment") if matches(params, one, ("invoice", "status"))]
    if intent := params.part("payment").text("payment_intent"):
        rows = [one for one in rows if one["payment"].get("payment_intent") == intent]
    return paged(params, "/v1/invoice_payments", rows)


ROUTES = (
    retrieving("invoice", PATH),
    Route("GET", PATH, _listed, (*PAGING, *_FILTERS, "subscription", "created")),
    Route("POST", PATH + "/{id}", update, ("metadata", "auto_advance")),
    Route("POST", PATH + "/{id}/void", void),
    Route("POST", PATH + "/{id}/mark_uncollectible", give_up),
    Route("GET", PATH + "/{id}/lines", lambda account, _, which: account.get("invoice", which)["lines"], PAGING),
    Route("GET", "/v1/invoice_payments", _payments, (*PAGING, "invoice", "payment", "status")),
    retrieving("invoice_payment", "/v1/invoice_payments"),
)
