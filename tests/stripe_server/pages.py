"""The hosted pages, as plain forms: the checkout, and the customer portal."""

from __future__ import annotations

from html import escape

from tests.stripe_server import portal, sessions, subscriptions
from tests.stripe_server.account import Account
from tests.stripe_server.wire import Json, Params, Refused

DECLINED = "4000000000000002"
_FIELDS = {
    "card": (("number", "Card number"),),
    "bacs_debit": (("name", "Account holder"), ("sort_code", "Sort code"), ("account_number", "Account number")),
    "sepa_debit": (("name", "Account holder"), ("iban", "IBAN")),
}
_NAMES = {"card": "Card", "bacs_debit": "Bacs Direct Debit", "sepa_debit": "SEPA Direct Debit"}


class Page:
    """An answer to a browser: a page, or another place to go to."""

    def __init__(self, title: str, body: str, status: int = 200, to: str | None = None) -> None:
        self.status = 303 if to else status
        self.to = to
        head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        self.text = f"{head}<main><h1>{escape(title)}</h1>{body}</main></html>"


def checkout(account: Account, which: str, form: Params | None) -> Page:
    """The page at which a session is paid; a form that comes twice is taken once."""
    session = account.get("checkout.session", which)
    if session["status"] == "complete":
        return Page("Paid", "", to=_success(session))
    if session["status"] == "expired":
        return Page("This page has expired", "<p>Go back to the shop and begin again.</p>", 410)
    if form is None:
        return _checkout(account, session)
    try:
        if code := form.text("promotion_code"):
            sessions.apply_code(account, session, code)
        if form.has("apply"):
            return _checkout(account, session)
        sessions.complete(account, session, form)
    except Refused as refused:
        return _checkout(account, session, refused.body["error"]["message"])
    return Page("Paid", "", to=_success(session))


def at_portal(account: Account, which: str, form: Params | None) -> Page:
    """The page at which a customer changes how they pay, or cancels."""
    session = account.get("billing_portal.session", which)
    if form is None:
        return _portal(account, session)
    try:
        act = portal.cancel if form.has("subscription") else portal.change_method
        act(account, session, form)
    except Refused as refused:
        return _portal(account, session, refused.body["error"]["message"])
    if (flow := session["flow"]) and (redirect := flow["after_completion"]["redirect"]):
        return Page("Done", "", to=redirect["return_url"])
    return Page("Done", "", to=session["url"])


def _success(session: Json) -> str:
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _checkout(account: Account, session: Json, error: str = "") -> Page:
    rows = sessions.line_items(account, session)["data"]
    told = "".join(f"<li>{escape(str(one['description']))}</li>" for one in rows)
    due = f"<p>Due today: {_sum(session)}</p>" if session["amount_total"] is not None else ""
    forms = "".join(_pay_form(session, kind) for kind in session["payment_method_types"])
    decline = _form(session["url"], _hidden("method", "card") + _hidden("number", DECLINED) + _mail(session), "Decline")
    close = f'<p><a href="{escape(session["cancel_url"])}">Close</a></p>' if session["cancel_url"] else ""
    return Page("Pay", f"{_error(error)}<ul>{told}</ul>{due}{forms}{decline}{close}", 402 if error else 200)


def _pay_form(session: Json, kind: str) -> str:
    code = _field("promotion_code", "Code", required=False) if session["allow_promotion_codes"] else ""
    fields = _hidden("method", kind) + _mail(session) + "".join(_field(*one) for one in _FIELDS[kind]) + code
    return f"<h2>{_NAMES[kind]}</h2>" + _form(session["url"], fields, "Pay")


def _portal(account: Account, session: Json, error: str = "") -> Page:
    forms = [f"<h2>{_NAMES[kind]}</h2>{_change_form(session, kind)}" for kind in _FIELDS]
    ends = [_cancel_form(session, one) for one in subscriptions.live_of(account, session["customer"])]
    back = f'<p><a href="{escape(session["return_url"])}">Return</a></p>' if session["return_url"] else ""
    return Page("Your subscription", _error(error) + "".join(forms + ends) + back, 402 if error else 200)


def _change_form(session: Json, kind: str) -> str:
    fields = _hidden("method", kind) + "".join(_field(*one) for one in _FIELDS[kind])
    return _form(session["url"], fields, "Change")


def _cancel_form(session: Json, subscription: Json) -> str:
    ends = subscription["cancel_at_period_end"]
    fields = _hidden("subscription", subscription["id"]) + (_hidden("keep", "1") if ends else "")
    return _form(session["url"], fields, "Keep" if ends else "Cancel")


def _form(action: str, fields: str, button: str) -> str:
    return f'<form method="post" action="{escape(action)}">{fields}<button>{button}</button></form>'


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _field(name: str, label: str, *, required: bool = True) -> str:
    return f'<p><label>{label} <input name="{name}"{" required" if required else ""}></label></p>'


def _mail(session: Json) -> str:
    if session["customer"] or session["customer_email"]:
        return ""
    return _field("email", "Mail address")


def _error(error: str) -> str:
    return f'<p role="alert">{escape(error)}</p>' if error else ""


def _sum(session: Json) -> str:
    return f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
