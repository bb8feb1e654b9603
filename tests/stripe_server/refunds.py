"""Refunds: money that goes back the way it came."""

from __future__ import annotations

from tests.stripe_server.account import DAY, Account, Route, changed, retrieving
from tests.stripe_server.lists import as_list, listing
from tests.stripe_server.wire import Json, Params, invalid

PATH = "/v1/refunds"
_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(account: Account, params: Params, _: str) -> Json:
    charge = _charge(account, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount = params.whole("amount") if params.has("amount") else left
    if not charge["paid"]:
        raise invalid("This charge has not been paid.", "charge_not_refundable", "charge")
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
    if amount is None or not 1 <= amount <= left:
        raise invalid(f"Refund amount is greater than unrefunded amount on charge ({left})", param="amount")
    is_card = charge["payment_method_details"]["type"] == "card"
    refund: Json = {
        "id": account.new_id("re" if is_card else "pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": account.now,
        "currency": charge["currency"],
        "destination_details": _destination() if is_card else None,
        "metadata": params.metadata(),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.one_of("reason", _REASONS, "requested_by_customer") if params.has("reason") else None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded" if is_card else "pending",
        "transfer_reversal": None,
    }
    account.add(refund)
    account.emit("refund.created", refund)
    refunded = charge["amount_refunded"] + amount
    changes = {"amount_refunded": refunded, "refunded": refunded == charge["amount"]}
    changed(account, "charge.refunded", charge, changes)
    if not is_card:
        account.note(account.now + 3 * DAY, "refund", refund["id"])
    return refund


def settle(account: Account, refund: Json) -> None:
    """A refund by bank has arrived."""
    changed(account, "refund.updated", refund, {"status": "succeeded"})


def of_charge(account: Account, charge: Json) -> Json:
    """The refunds of a charge, newest first, as the charge lists them."""
    rows = [one for one in account.all("refund") if one["charge"] == charge["id"]]
    return as_list(f"/v1/charges/{charge['id']}/refunds", rows[::-1])


def _charge(account: Account, params: Params) -> Json:
    if named := params.text("charge"):
        return account.get("charge", named, "charge")
    intent = account.get("payment_intent", params.need("payment_intent"), "payment_intent")
    if intent["latest_charge"] is None:
        raise invalid("This PaymentIntent does not have a successful charge to refund.", param="payment_intent")
    return account.get("charge", intent["latest_charge"], "charge")


def _destination() -> Json:
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    return {"type": "card", "card": card}


ROUTES = (
    Route("POST", PATH, create, ("charge", "payment_intent", "amount", "reason", "metadata")),
    retrieving("refund", PATH),
    listing("refund", PATH, "charge", "payment_intent"),
)
