"""Against localstripe, a server by others that plays Stripe with state.

It speaks the interface of 2017: customers, products, payments, refunds, events and their signatures are the same to
this day, subscriptions and invoices are not.
"""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from pennypress.config import Config
from pennypress.office import clock as office_clock
from pennypress.office.models import Account, Method, Payment, Plan, StripeEvent, Subscription
from pennypress.office.till import checkout
from pennypress.office.till.stripe import StripeTill
from tests.conftest import needs
from tests.office.till.world import post, secret_file

SECRET = "whsec_local"
_PATIENCE = 30


@dataclass
class Local:
    """A running localstripe, and the webhooks that it has sent."""

    address: str
    sent: queue.Queue[tuple[bytes, str]] = field(default_factory=queue.Queue)

    def api(self, method: str, path: str, **params: str) -> dict[str, Any]:
        """One request of its interface."""
        body = urlencode(params).encode() if params else None
        asked = urllib.request.Request(
            self.address + path, body, {"Authorization": "Bearer sk_test_local"}, method=method
        )
        with urllib.request.urlopen(asked, timeout=_PATIENCE) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def webhook(self, kind: str) -> tuple[bytes, str]:
        """The next webhook of a kind, as it came."""
        while True:
            payload, signature = self.sent.get(timeout=_PATIENCE)
            if json.loads(payload)["type"] == kind:
                return payload, signature


@pytest.fixture
def local(paper: Callable[..., Config], tmp_path: Path) -> Iterator[Local]:
    """localstripe in a process of its own, empty, sending its webhooks to the test."""
    needs("module:localstripe")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-u", "-m", "localstripe", "--port", str(port), "--from-scratch"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
        assert run.stdout is not None
        while "Running on" not in (line := run.stdout.readline()):
            assert line, "localstripe did not start"
        server = Local(f"http://127.0.0.1:{port}")
        listening = ThreadingHTTPServer(("127.0.0.1", 0), _catching(server))
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        hook = f"http://127.0.0.1:{listening.server_address[1]}/"
        _register(server.address, hook)
        key, secret = secret_file(tmp_path / "key", "sk_test_local"), secret_file(tmp_path / "hook", SECRET)
        paper(stripe={"key": key, "webhook": secret, "address": server.address})
        yield server
        run.terminate()
        listening.shutdown()
        listening.server_close()


def test_a_customer_is_made_with_number_and_mail_and_stays_the_same(
    local: Local, account: Callable[..., Account]
) -> None:
    ann = account()
    first = checkout.customer_of(ann)
    assert checkout.customer_of(Account.objects.get()) == first
    customers = local.api("GET", "/v1/customers")["data"]
    assert [(each["id"], each["email"]) for each in customers] == [(first, "ann@example.com")]
    assert customers[0]["metadata"] == {"pennypress_account": ann.number}


def test_the_product_of_a_plan_is_made_once_and_found_again(local: Local, plan: Callable[..., Plan]) -> None:
    bought = plan()
    names = {str(checkout.price_data(bought, 800, "GBP", None)["product"]) for _ in range(2)}
    assert names == {f"pennypress-{bought.slug}"}
    assert local.api("GET", f"/v1/products/{names.pop()}")["name"] == "Reader"


def test_an_event_that_localstripe_signs_is_taken_in_once_and_one_changed_on_its_way_is_refused(
    local: Local, account: Callable[..., Account]
) -> None:
    checkout.customer_of(account())
    payload, signature = local.webhook("customer.created")
    assert post(payload.replace(b"ann@", b"eve@"), signature) == 400
    assert not StripeEvent.objects.exists()
    assert [post(payload, signature), post(payload, signature)] == [200, 200]
    assert StripeEvent.objects.get().kind == "customer.created"


def test_a_payment_is_refunded_in_part_and_once_more(local: Local, account: Callable[..., Account]) -> None:
    card = _card(local, checkout.customer_of(account()))
    intent = local.api(
        "POST", "/v1/payment_intents", amount="2000", currency="gbp", payment_method=card,
        customer=str(Account.objects.get().stripe_customer), confirm="true",
    )  # fmt: skip
    assert intent["status"] == "succeeded"
    payment = Payment.objects.create(
        number=1, account=Account.objects.get(), amount=2000, currency="GBP", tax=0, method=Method.CARD,
        received=office_clock.now(), what="Gift", stripe=intent["id"],
    )  # fmt: skip
    till = StripeTill()
    assert till.refund(payment, 500, "refund-1") != till.refund(payment, 1500, "refund-2")
    charge = local.api("GET", f"/v1/payment_intents/{intent['id']}")["charges"]["data"][0]
    assert charge["amount_refunded"] == 2000


def test_a_subscription_in_localstripes_shape_of_2017_is_too_old_to_be_taken_in_and_changes_nothing(
    local: Local, account: Callable[..., Account]
) -> None:
    customer = checkout.customer_of(account())
    card = _card(local, customer)
    local.api("POST", f"/v1/customers/{customer}", **{"invoice_settings[default_payment_method]": card})
    local.api("POST", "/v1/products", id="p", name="Reader", type="service")
    local.api("POST", "/v1/plans", id="m", product="p", currency="gbp", amount="800", interval="month")
    local.api("POST", "/v1/subscriptions", customer=customer, **{"items[0][plan]": "m"})
    payload, signature = local.webhook("customer.subscription.created")
    assert post(payload, signature) == 503
    assert StripeEvent.objects.get(kind="customer.subscription.created").handled is None
    assert not Subscription.objects.exists()


def _card(local: Local, customer: str) -> str:
    facts = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2034", "cvc": "123"}
    made = local.api("POST", "/v1/payment_methods", type="card", **{f"card[{k}]": v for k, v in facts.items()})
    local.api("POST", f"/v1/payment_methods/{made['id']}/attach", customer=customer)
    return str(made["id"])


def _register(address: str, hook: str) -> None:
    body = json.dumps({"url": hook, "secret": SECRET}).encode()
    asked = urllib.request.Request(f"{address}/_config/webhooks/us", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(asked, timeout=_PATIENCE).close()


def _catching(local: Local) -> type[BaseHTTPRequestHandler]:
    class Catching(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers["Content-Length"]))
            local.sent.put((payload, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    return Catching
