"""Charges: money that was taken, is being taken, or was refused."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.stripe_server import mandates, payment_methods
from tests.stripe_server.account import Account, retrieving
from tests.stripe_server.lists import listing
from tests.stripe_server.wire import Json

PATH = "/v1/charges"


def make(account: Account, intent: Json, method: Json, status: str, failure: str | None) -> Json:
    """The charge of one attempt to pay."""
    paid = status == "succeeded"
    which = account.new_id("ch" if method["type"] == "card" else "py")
    charge: Json = {
        "id": which,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "THE HARBOUR POST",
        "captured": paid,
        "created": account.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": _outcome(failure),
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": method["type"], method["type"]: _details(account, method)},
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": f"{account.url}/receipt/{which}",
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": status,
        "transfer_data": None,
        "transfer_group": None,
    }
    if failure:
        charge.update(_failed(failure))
    account.add(charge)
    account.emit(f"charge.{status}", charge)
    return charge


def settle(account: Account, charge: Json, failure: str | None) -> None:
    """A charge that was pending is paid, or fails."""
    if failure is None:
        charge.update({"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]})
    else:
        charge.update({"status": "failed", "outcome": _outcome(failure), **_failed(failure)})
    account.emit(f"charge.{charge['status']}", charge)


def _failed(failure: str) -> Json:
    told = payment_methods.failure(failure)
    return {"failure_code": told["code"], "failure_message": told["message"]}


def _outcome(failure: str | None) -> Json:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if failure else "approved_by_network",
        "reason": failure,
        "risk_level": "normal",
        "seller_message": "The bank did not say why." if failure else "Payment complete.",
        "type": "issuer_declined" if failure else "authorized",
    }


def _details(account: Account, method: Json) -> Json:
    if method["type"] == "card":
        kept = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
        card = {name: method["card"][name] for name in kept}
        more = {"installments": None, "mandate": None, "network": card["brand"], "three_d_secure": None}
        return {**card, **more, "wallet": None}
    mandate = mandates.of(account, method["id"])
    details = {name: value for name, value in method[method["type"]].items() if name != "generated_from"}
    day = datetime.fromtimestamp(account.now + account.behaviours[method["id"]].settles_after, UTC).date()
    return {**details, "expected_debit_date": day.isoformat(), "mandate": mandate["id"] if mandate else None}


ROUTES = (retrieving("charge", PATH), listing("charge", PATH, "customer", "payment_intent"))
