"""The server: Stripe's API, its hosted pages, and the controls of the tests, over HTTP."""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from tests.stripe_server import (
    billing,
    charges,
    clock,
    coupons,
    customers,
    events,
    invoices,
    lists,
    mandates,
    pages,
    payment_intents,
    payment_methods,
    portal,
    prices,
    products,
    promotion_codes,
    refunds,
    sessions,
    setup_intents,
    subscriptions,
)
from tests.stripe_server.account import API_VERSION, DAY, Account, Route
from tests.stripe_server.webhooks import Webhooks
from tests.stripe_server.wire import Json, Params, Refused, invalid

_NOUNS = (
    *(customers, products, prices, coupons, promotion_codes, payment_methods, mandates, payment_intents),
    *(setup_intents, charges, refunds, invoices, billing, subscriptions, sessions, portal, events),
)
ROUTES: tuple[Route, ...] = tuple(route for noun in _NOUNS for route in noun.ROUTES)
INCLUDED: dict[tuple[str, str], lists.Included] = {
    ("charge", "refunds"): refunds.of_charge,
    ("invoice", "payments"): invoices.with_payments,
    ("checkout.session", "line_items"): sessions.line_items,
    ("customer", "subscriptions"): subscriptions.of_customer,
}


@dataclass
class Remembered:
    """The answer to a request that bore an idempotency key."""

    asked: str
    status: int
    answer: Json
    at: int


@dataclass
class Office:
    """All that the server holds: the account, the webhooks, the remembered answers, and whether it is down."""

    account: Account
    webhooks: Webhooks
    remembered: dict[str, Remembered] = field(default_factory=dict)
    down: str | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)


@dataclass
class Request:
    """One request of the API."""

    method: str
    path: str
    body: str
    key: str | None
    version: str | None
    idempotency: str | None


def answer(office: Office, asked: Request) -> tuple[int, Json, bool]:
    """The status, the answer, and whether it is the answer to an earlier request with the same key."""
    try:
        _let_in(office.account, asked)
        if asked.method == "POST" and asked.idempotency:
            return _once(office, asked, asked.idempotency)
        return 200, act(office.account, asked), False
    except Refused as refused:
        return refused.status, refused.body, False


def act(account: Account, asked: Request) -> Json:
    """Find the endpoint, and let it do what is asked."""
    params = Params.decoded(asked.body)
    for route in _ordered():
        match = re.fullmatch(route.path.replace("{id}", "([^/]+)"), asked.path)
        if match and route.method == asked.method:
            params.refuse_but((*route.accepts, "expand"))
            found = route.handler(account, params, unquote(match[1]) if match.groups() else "")
            return lists.expanded(account, found, params.texts("expand"), INCLUDED)
    raise invalid(f"Unrecognized request URL ({asked.method}: {asked.path}).", status=404)


@cache
def _ordered() -> tuple[Route, ...]:
    return tuple(sorted(ROUTES, key=lambda route: route.path.count("{id}")))


def _let_in(account: Account, asked: Request) -> None:
    if asked.key is None:
        raise invalid("You did not provide an API key.", status=401)
    if asked.key != account.secret_key:
        raise invalid(f"Invalid API Key provided: {asked.key[:8]}****", status=401)
    if asked.version not in (None, API_VERSION):
        raise invalid(f"Invalid Stripe API version: {asked.version}. This server speaks {API_VERSION}.")


def _once(office: Office, asked: Request, key: str) -> tuple[int, Json, bool]:
    account = office.account
    same = f"{asked.path}?{asked.body}"
    before = office.remembered.get(key)
    if before and account.now < before.at + DAY:
        if before.asked != same:
            told = "Keys for idempotent requests can only be used with the same parameters they were first used with."
            raise Refused(400, "idempotency_error", told)
        return before.status, before.answer, True
    account.idempotency_key = key
    try:
        status, found = 200, act(account, asked)
    except Refused as refused:
        status, found = refused.status, refused.body
    finally:
        account.idempotency_key = None
    office.remembered[key] = Remembered(same, status, json.loads(json.dumps(found)), account.now)
    return status, found, False


def control(office: Office, what: str, asked: Json) -> Json:
    """Do what a test asks: move the clock, change the webhooks' mode, be down."""
    with office.lock:
        found = _CONTROLS[what](office, asked)
    office.webhooks.settle()
    return found or {"now": office.account.now}


def _advance(office: Office, asked: Json) -> None:
    office.webhooks.try_again()
    clock.advance(office.account, int(asked["to"]))


def _set_webhooks(office: Office, asked: Json) -> None:
    if "url" in asked:
        office.webhooks.url = asked["url"]
    if "mode" in asked:
        office.webhooks.turn_to(asked["mode"])


def _set_down(office: Office, asked: Json) -> None:
    office.down = asked.get("how", "error") if asked["on"] else None


def _set_rules(office: Office, asked: Json) -> None:
    rules = office.account.rules
    rules.after_retries = asked.get("after_retries", rules.after_retries)
    rules.retry_days = tuple(asked.get("retry_days", rules.retry_days))


def _set_method(office: Office, asked: Json) -> None:
    account = office.account
    kind = asked.pop("method", "card")
    method = payment_methods.make(account, kind, Params(asked), Params({}))
    portal.pay_by(account, account.get("customer", asked["customer"]), method)


def _seed(office: Office, asked: Json) -> None:
    """Customers with a card and a subscription each, as a paper that has long been with Stripe has them."""
    account = office.account
    for number in range(asked["count"]):
        customer = customers.make(account, f"reader{number}@example.com", f"Reader {number}")
        method = payment_methods.named(account, "pm_card_visa")
        portal.pay_by(account, customer, method)
        line = {"price": account.get("price", asked["price"])["id"], "quantity": 1}
        subscriptions.start(account, customer, [line], Params({}), method["id"], [])


def _fetch(office: Office, _: Json) -> Json:
    return {"deliveries": office.webhooks.fetch()}


_CONTROLS: dict[str, Callable[[Office, Json], Json | None]] = {
    "advance": _advance,
    "webhooks": _set_webhooks,
    "down": _set_down,
    "rules": _set_rules,
    "method": _set_method,
    "seed": _seed,
    "deliveries": _fetch,
    "settle": lambda office, _: None,
}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one write: else each waits 40 ms for the other side's word
    office: Office

    def do_GET(self) -> None:
        """Answer a reading request."""
        self._answer("")

    do_DELETE = do_GET  # noqa: N815 - the base class's name

    def do_POST(self) -> None:
        """Answer a request with a body."""
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def _answer(self, body: str) -> None:
        url = urlsplit(self.path)
        if url.path.startswith("/_test/"):
            self._control(url.path.removeprefix("/_test/"), body)
        elif self.office.down in ("error", "close"):
            self._be_down()
        elif url.path.startswith("/v1/"):
            self._api(url.path, body or url.query)
        else:
            self._page(url.path, body)

    def _control(self, what: str, body: str) -> None:
        try:
            self._json(200, control(self.office, what, json.loads(body or "{}")))
        except Refused as refused:
            self._json(refused.status, refused.body)
        except (KeyError, ValueError) as error:
            self._json(400, {"error": {"type": "invalid_request_error", "message": f"{what}: {error!r}"}})

    def _be_down(self) -> None:
        if self.office.down == "close":
            self._hang_up()
        else:
            self._json(500, {"error": {"type": "api_error", "message": "Stripe is down."}})

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _api(self, path: str, body: str) -> None:
        asked = Request(
            self.command,
            path,
            body,
            _key(self.headers.get("Authorization")),
            self.headers.get("Stripe-Version"),
            self.headers.get("Idempotency-Key"),
        )
        with self.office.lock:
            account = self.office.account
            account.request_id = account.new_id("req")
            status, found, replayed = answer(self.office, asked)
            text = json.dumps(found)
            named, account.request_id = account.request_id, None
        if self.office.down == "lost" and self.command == "POST":
            self._hang_up()
            return
        headers = {"Request-Id": named, "Stripe-Version": API_VERSION}
        self._send(status, text, "application/json", headers | ({"Idempotent-Replayed": "true"} if replayed else {}))

    def _page(self, path: str, body: str) -> None:
        form = Params.decoded(body) if self.command == "POST" else None
        kind, _, which = path.strip("/").partition("/")
        show = {"pay": pages.checkout, "portal": pages.at_portal}.get(kind)
        try:
            with self.office.lock:
                page = show(self.office.account, which, form) if show else pages.Page("Not found", "", 404)
        except Refused as refused:
            page = pages.Page("Not found", "", refused.status)
        self._send(page.status, page.text, "text/html; charset=utf-8", {"Location": page.to} if page.to else {})

    def _json(self, status: int, found: Json) -> None:
        self._send(status, json.dumps(found), "application/json", {})

    def _send(self, status: int, text: str, kind: str, headers: dict[str, str]) -> None:
        payload = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)


def _key(authorization: str | None) -> str | None:
    kind, _, rest = (authorization or "").partition(" ")
    if kind == "Basic":
        return base64.b64decode(rest).decode().partition(":")[0]
    return rest or None


def server_for(office: Office, listening: ThreadingHTTPServer) -> None:
    """Let a listening server answer for an office."""
    listening.RequestHandlerClass = type("Bound", (Handler,), {"office": office})
    office.account.on_event.append(office.webhooks.hear)
    office.webhooks.start()
