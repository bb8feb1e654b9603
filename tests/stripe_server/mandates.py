"""Mandates: a payer's leave to take money from their account."""

from __future__ import annotations

from tests.stripe_server.account import Account, changed, retrieving
from tests.stripe_server.wire import Json


def accept(account: Account, method: Json) -> Json:
    """The mandate that a payer gives on the page; for a debit only."""
    details: Json = {"type": method["type"], method["type"]: _details(account, method)}
    mandate: Json = {
        "id": account.new_id("mandate"),
        "object": "mandate",
        "customer_acceptance": {
            "accepted_at": account.now,
            "online": {"ip_address": "127.0.0.1", "user_agent": "a browser"},
            "type": "online",
        },
        "livemode": False,
        "multi_use": {},
        "payment_method": method["id"],
        "payment_method_details": details,
        "status": "active",
        "type": "multi_use",
    }
    return account.add(mandate)


def of(account: Account, method: str) -> Json | None:
    """The newest mandate of a means of payment."""
    found = [one for one in account.all("mandate") if one["payment_method"] == method]
    return found[-1] if found else None


def end(account: Account, mandate: Json) -> None:
    """The bank tells that the mandate is over."""
    changed(account, "mandate.updated", mandate, {"status": "inactive"})


def _details(account: Account, method: Json) -> Json:
    reference = account.new_id("ref").replace("_", "").upper()[-12:]
    if method["type"] == "sepa_debit":
        return {"reference": reference, "url": f"{account.url}/mandate/{reference}"}
    return {
        "network_status": "accepted",
        "reference": reference,
        "revocation_reason": None,
        "url": f"{account.url}/mandate/{reference}",
    }


ROUTES = (retrieving("mandate", "/v1/mandates"),)
