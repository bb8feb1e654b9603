"""A running server, as the tests hold it."""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.stripe_server.webhooks import signature
from tests.stripe_server.wire import Json

ROOT = Path(__file__).resolve().parents[2]
CARD = "4242424242424242"
FAILS_LATER = "4000000000000341"
BACS = {"method": "bacs_debit", "name": "Ann Reader", "sort_code": "108800", "account_number": "00012345"}
SEPA = {"method": "sepa_debit", "name": "Ann Reader", "iban": "DE89370400440532013000"}


class NotPaid(Exception):
    """The page did not take the money, and says why."""


@dataclass
class StripeServer:
    """The server process: where it listens, what it is spoken to with, and its controls."""

    address: str
    key: str
    webhook_secret: str
    process: subprocess.Popen[str]

    def advance(self, to: int) -> None:
        """Let the time go on; what falls due happens, and its webhooks have arrived when this returns."""
        self._control("advance", to=to)

    def pass_days(self, days: float) -> None:
        """Let so many days go by."""
        self.advance(self.now() + round(days * 86_400))

    def now(self) -> int:
        """What the server's clock says; it stands still unless it is moved on."""
        now: int = self._control("settle")["now"]
        return now

    def webhooks(self, mode: str) -> None:
        """Say what becomes of webhooks: deliver, hold, lose, double; flush or reverse sends what was held."""
        self._control("webhooks", mode=mode)

    def send_webhooks_to(self, url: str | None) -> None:
        """Say where webhooks go; with None they wait for ``deliveries``."""
        self._control("webhooks", url=url)

    def deliveries(self) -> list[tuple[bytes, str]]:
        """What waits when webhooks go nowhere: payloads with the header ``Stripe-Signature``; each is given once."""
        found = self._control("deliveries")["deliveries"]
        return [(one["payload"].encode(), one["signature"]) for one in found]

    def signed(self, event: Json, at: int | None = None) -> tuple[bytes, str]:
        """A payload of one's own with its signature, as of now or of a second."""
        payload = json.dumps(event).encode()
        return payload, signature(payload, self.webhook_secret, at)

    def down(self, on: bool, how: str = "error") -> None:
        """Be down (``error``: answers 500, ``close``: hangs up, ``lost``: does what is asked, then hangs up), or up."""
        self._control("down", on=on, how=how)

    def rules(self, **rules: object) -> None:
        """Set what an owner sets in the dashboard: ``after_retries`` (canceled, unpaid, past_due), ``retry_days``."""
        self._control("rules", **rules)

    def pay_by(self, customer: str, number: str = FAILS_LATER) -> None:
        """From now on the customer's subscriptions are charged by this card (which fails, unless another is named)."""
        self._control("method", customer=customer, number=number)

    def seed(self, count: int, price: str) -> None:
        """Let ``reader0@example.com`` and so on have paid for a price for the first time just now."""
        self._control("seed", count=count, price=price)

    def pay(self, session_url: str, card: str = CARD, **fields: str) -> str:
        """Fill in the page of a session and pay; where the reader is sent. Raises NotPaid with what the page says.

        ``fields`` are the form's own: ``**BACS``, ``**SEPA``, ``email``, ``promotion_code``.
        """
        values = {"email": "ann@example.com", "number": card, **fields}
        return self._submit(session_url, "Pay", fields.get("method", "card"), values)

    def decline(self, session_url: str) -> str:
        """Try to pay by a card that its bank refuses; what the page says."""
        try:
            self._submit(session_url, "Decline", "card", {"email": "ann@example.com"})
        except NotPaid as said:
            return str(said)
        raise AssertionError("a refused card paid")

    def close(self, session_url: str) -> str:
        """Leave the page without paying; where the reader is sent."""
        return _read(self._get(session_url)).links["Close"]

    def submit(self, session_url: str, fields: dict[str, str]) -> str:
        """Send a page's form without looking at the page, as a second tab does; where the reader is sent."""
        return _post(session_url, fields)

    def change_card(self, portal_url: str, card: str = CARD, **fields: str) -> str:
        """Change how a customer pays, on the portal's page; where they are then."""
        return self._submit(portal_url, "Change", fields.get("method", "card"), {"number": card, **fields})

    def cancel_at_portal(self, portal_url: str) -> str:
        """Cancel the first subscription on the portal's page; where the customer is then."""
        return self._submit(portal_url, "Cancel", None, {})

    def last_events(self, count: int = 10) -> list[Json]:
        """The newest events, newest first."""
        found: list[Json] = self.api("GET", f"/v1/events?limit={count}")["data"]
        return found

    def api(self, method: str, path: str, **params: str) -> Json:
        """One request of the API, without Stripe's own client."""
        body = urlencode(params).encode() if params else None
        headers = {"Authorization": f"Bearer {self.key}"}
        return _json(urllib.request.Request(self.address + path, body, headers, method=method))

    def _control(self, what: str, **asked: object) -> Json:
        return _json(urllib.request.Request(f"{self.address}/_test/{what}", json.dumps(asked).encode(), method="POST"))

    def _get(self, url: str) -> str:
        with urllib.request.urlopen(url) as page:
            text: str = page.read().decode()
        return text

    def _submit(self, url: str, button: str, method: str | None, values: dict[str, str]) -> str:
        for form in _read(self._get(url)).forms:
            if form.button == button and form.values.get("method") == method:
                filled = {
                    name: form.values[name] or values[name]
                    for name in form.values
                    if form.values[name] or name in values
                }
                to = _post(form.action, filled)
                self._control("settle")
                return to
        raise AssertionError(f"the page at {url} has no such form: {button}, {method}")


@contextlib.contextmanager
def running(
    *, webhook: str | None = None, now: int | None = None, state_file: Path | None = None
) -> Iterator[StripeServer]:
    """A server process of one's own; it has ended when the block is left."""
    given = {"--webhook": webhook, "--now": now, "--state-file": state_file}
    options = [str(word) for name, value in given.items() if value is not None for word in (name, value)]
    key, secret = "sk_test_harbour", "whsec_harbour"
    command = [sys.executable, "-m", "tests.stripe_server", "--key", key, "--secret", secret, *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address, "the server did not start"
            yield StripeServer(address, key, secret, process)
        finally:
            process.terminate()


@pytest.fixture
def stripe_server() -> Iterator[StripeServer]:
    """A server that plays Stripe; its webhooks wait for ``deliveries`` until ``send_webhooks_to`` is called."""
    with running() as server:
        yield server


@dataclass
class _Form:
    action: str
    values: dict[str, str]
    button: str = ""


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self.links: dict[str, str] = {}
        self.alert = ""
        self._within = ""
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._within = "alert" if given.get("role") == "alert" else tag
        if tag == "form":
            self.forms.append(_Form(given["action"], {}))
        elif tag == "input":
            self.forms[-1].values[given["name"]] = given.get("value", "")
        elif tag == "a":
            self._link = given["href"]

    def handle_data(self, data: str) -> None:
        if self._within == "button":
            self.forms[-1].button = data
        elif self._within == "a":
            self.links[data] = self._link
        elif self._within == "alert":
            self.alert = data

    def handle_endtag(self, tag: str) -> None:
        self._within = ""


def _read(page: str) -> _Read:
    read = _Read()
    read.feed(page)
    return read


def _post(action: str, values: dict[str, str]) -> str:
    url = urlsplit(action)
    connection = http.client.HTTPConnection(str(url.hostname), url.port)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", url.path, urlencode(values), headers)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    if answer.status != 303:
        raise NotPaid(_read(page).alert or f"{answer.status}")
    return str(answer.getheader("Location"))


def _json(request: urllib.request.Request) -> Json:
    try:
        with urllib.request.urlopen(request) as answer:
            found: Json = json.load(answer)
    except urllib.error.HTTPError as refused:
        raise AssertionError(refused.read().decode()) from refused
    return found
