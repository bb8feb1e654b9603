"""Webhooks are signed as Stripe signs them, and come late, twice, reversed or never when a test says so."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe
from stripe import StripeClient

from tests.stripe_server.running import StripeServer


@dataclass
class Listener:
    """One who listens to webhooks, and answers as told."""

    address: str = ""
    status: int = 200
    heard: list[tuple[bytes, str]] = field(default_factory=list)

    def names(self) -> list[str]:
        """The e-mail addresses of the customers that were told of, in the order of arrival."""
        return [json.loads(payload)["data"]["object"]["email"] for payload, _ in self.heard]


@pytest.fixture
def listener(stripe_server: StripeServer) -> Iterator[Listener]:
    """Somebody to whom the server's webhooks go."""
    told = Listener()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers["Content-Length"]))
            told.heard.append((payload, self.headers["Stripe-Signature"]))
            self.send_response(told.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as ear:
        thread = threading.Thread(target=ear.serve_forever)
        thread.start()
        stripe_server.send_webhooks_to(f"http://127.0.0.1:{ear.server_port}/webhook")
        yield told
        ear.shutdown()
        thread.join()


def _three(client: StripeClient) -> None:
    for name in ("ann", "ben", "cat"):
        client.v1.customers.create({"email": name})


def test_a_webhook_bears_a_signature_that_stripes_own_check_accepts(
    client: StripeClient, stripe_server: StripeServer, listener: Listener
) -> None:
    client.v1.customers.create({"email": "ann"})
    stripe_server.now()
    payload, signature = listener.heard[0]
    event = client.construct_event(payload, signature, stripe_server.webhook_secret)
    assert event.type == "customer.created"
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(payload, signature, "whsec_another")


def test_they_come_in_order_and_without_an_address_they_wait(client: StripeClient, stripe_server: StripeServer) -> None:
    _three(client)
    waiting = stripe_server.deliveries()
    assert [json.loads(payload)["data"]["object"]["email"] for payload, _ in waiting] == ["ann", "ben", "cat"]
    assert stripe_server.deliveries() == []
    client.construct_event(*waiting[0], stripe_server.webhook_secret)


@pytest.mark.parametrize(
    ("mode", "then", "arrived"),
    [
        ("deliver", "deliver", ["ann", "ben", "cat"]),
        ("hold", "deliver", []),
        ("hold", "flush", ["ann", "ben", "cat"]),
        ("hold", "reverse", ["cat", "ben", "ann"]),
        ("lose", "flush", []),
        ("double", "deliver", ["ann", "ann", "ben", "ben", "cat", "cat"]),
    ],
)
def test_they_come_as_the_mode_says(
    client: StripeClient, stripe_server: StripeServer, listener: Listener, mode: str, then: str, arrived: list[str]
) -> None:
    stripe_server.webhooks(mode)
    _three(client)
    stripe_server.webhooks(then)
    assert listener.names() == arrived
    assert len(client.v1.events.list().data) == 3


def test_what_was_not_taken_comes_again_when_time_goes_on(
    client: StripeClient, stripe_server: StripeServer, listener: Listener
) -> None:
    listener.status = 503
    client.v1.customers.create({"email": "ann"})
    stripe_server.now()
    listener.status = 200
    stripe_server.pass_days(1)
    stripe_server.pass_days(1)
    assert listener.names() == ["ann", "ann"]


def test_a_signature_of_an_earlier_second_can_be_made_to_try_a_replay(
    client: StripeClient, stripe_server: StripeServer
) -> None:
    payload, signature = stripe_server.signed({"id": "evt_1", "object": "event"}, at=1_000_000_000)
    with pytest.raises(stripe.SignatureVerificationError, match="Timestamp outside"):
        client.construct_event(payload, signature, stripe_server.webhook_secret)
