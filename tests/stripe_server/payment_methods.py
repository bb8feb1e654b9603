"""Means of payment: cards, Bacs and SEPA accounts, and the mandates that a debit needs."""

from __future__ import annotations

from tests.stripe_server import customers, known_numbers
from tests.stripe_server.account import Account, Behaviour, Route, changed, retrieving
from tests.stripe_server.lists import PAGING, matches, paged
from tests.stripe_server.wire import Json, Params, Refused, invalid

PATH = "/v1/payment_methods"
KINDS = ("card", "bacs_debit", "sepa_debit")


def create(account: Account, params: Params, _: str) -> Json:
    kind = params.one_of("type", KINDS, "card")
    return make(account, kind, params.part(kind), params.part("billing_details"))


def make(account: Account, kind: str, given: Params, payer: Params) -> Json:
    """A means of payment from the numbers that somebody typed; refuses numbers that cannot be."""
    details, behaviour = {"card": _card, "bacs_debit": _bacs, "sepa_debit": _sepa}[kind](given)
    method: Json = {
        "id": account.new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": {
            "address": customers.address(payer),
            "email": payer.text("email"),
            "name": payer.text("name"),
            "phone": payer.text("phone"),
            "tax_id": None,
        },
        "created": account.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        kind: details,
    }
    account.behaviours[method["id"]] = behaviour
    return account.add(method)


def named(account: Account, which: str) -> Json:
    """A means of payment by its id, or by one of Stripe's names for test cards."""
    if number := known_numbers.TOKENS.get(which):
        return make(account, "card", Params({"number": number}), Params({}))
    return account.get("payment_method", which, "payment_method")


def attach(account: Account, params: Params, which: str) -> Json:
    method = named(account, which)
    customer = account.get("customer", params.need("customer"), "customer")
    if method["type"] == "card" and (code := account.behaviours[method["id"]].attach):
        raise declined(code)
    attach_to(account, method, customer)
    return method


def attach_to(account: Account, method: Json, customer: Json) -> None:
    """Keep a means of payment with a customer."""
    if method["customer"] not in (None, customer["id"]):
        raise invalid("The payment method is attached to another customer.", "payment_method_unexpected_state")
    if method["customer"] is None:
        method["customer"] = customer["id"]
        account.emit("payment_method.attached", method)


def detach(account: Account, _: Params, which: str) -> Json:
    method = account.get("payment_method", which)
    if method["customer"] is None:
        raise invalid("The payment method is not attached to a customer.", "payment_method_unexpected_state")
    previous = {"customer": method["customer"]}
    method["customer"] = None
    account.emit("payment_method.detached", method, previous)
    return method


def update(account: Account, params: Params, which: str) -> Json:
    method = account.get("payment_method", which)
    changed(account, "payment_method.updated", method, {"metadata": params.metadata(method["metadata"])})
    return method


def declined(code: str, **more: object) -> Refused:
    """What Stripe answers when a card is refused."""
    kind, decline = _codes(code)
    return Refused(402, "card_error", MESSAGES[code], kind, decline_code=decline, **more)


def failure(code: str) -> Json:
    """A failure as payment intents record it."""
    code_, decline = _codes(code)
    kind = "invalid_request_error" if code == "debit_not_authorized" else "card_error"
    return {"type": kind, "code": code_, "decline_code": decline, "message": MESSAGES[code]}


MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your account has insufficient funds.",
    "expired_card": "Your card has expired.",
    "debit_not_authorized": "The customer has told their bank that this debit was not authorised.",
    "mandate_inactive": "The mandate is no longer in force.",
    "no_method": "There is no payment method to charge.",
}


def _codes(code: str) -> tuple[str, str | None]:
    if code in ("generic_decline", "insufficient_funds"):
        return "card_declined", code
    return {"mandate_inactive": "payment_method_unactivated", "no_method": "missing"}.get(code, code), None


def _card(given: Params) -> tuple[Json, Behaviour]:
    if token := given.text("token"):
        raise invalid(f"No such token: '{token}'", "resource_missing", "card[token]")
    number = given.need("number").replace(" ", "")
    if number not in known_numbers.CARDS:
        raise Refused(402, "card_error", "Your card number is incorrect.", "incorrect_number", param="number")
    brand, behaviour = known_numbers.CARDS[number]
    details: Json = {
        "brand": brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "GB",
        "display_brand": brand,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"card{number[-8:]}",
        "funding": "credit",
        "generated_from": None,
        "last4": number[-4:],
        "networks": {"available": [brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return details, behaviour


def _bacs(given: Params) -> tuple[Json, Behaviour]:
    sort_code = given.need("sort_code").replace("-", "").replace(" ", "")
    number = given.need("account_number").replace(" ", "")
    if sort_code != known_numbers.BACS_SORT_CODE or number not in known_numbers.BACS:
        raise invalid("The account number or the sort code is invalid.", "bank_account_unusable", "account_number")
    return {"fingerprint": f"bacs{number}", "last4": number[-4:], "sort_code": sort_code}, known_numbers.BACS[number]


def _sepa(given: Params) -> tuple[Json, Behaviour]:
    iban = given.need("iban").replace(" ", "").upper()
    if iban not in known_numbers.SEPA:
        raise invalid("The IBAN you provided is invalid.", "invalid_bank_account_iban", "iban")
    details: Json = {
        "bank_code": iban[4:12],
        "branch_code": None,
        "country": iban[:2],
        "fingerprint": f"sepa{iban[-8:]}",
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban[-4:],
    }
    return details, known_numbers.SEPA[iban]


def _listed(account: Account, params: Params, which: str) -> Json:
    rows = [one for one in account.all("payment_method") if matches(params, one, ("customer", "type"))]
    rows = [one for one in rows if one["customer"] == which] if which else rows
    return paged(params, f"{customers.PATH}/{which}/payment_methods" if which else PATH, rows)


ROUTES = (
    Route("POST", PATH, create, ("type", *KINDS, "billing_details", "metadata")),
    Route("POST", PATH + "/{id}", update, ("metadata",)),
    Route("POST", PATH + "/{id}/attach", attach, ("customer",)),
    Route("POST", PATH + "/{id}/detach", detach),
    retrieving("payment_method", PATH),
    Route("GET", PATH, _listed, (*PAGING, "customer", "type")),
    Route("GET", customers.PATH + "/{id}/payment_methods", _listed, (*PAGING, "type")),
)
