"""A reader who buys at Stripe, and what the two sides hold of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client

from pennypress.office import law, rights
from pennypress.office.models import Account, Letter, Method, Order, Payment, Plan, Subscription
from pennypress.office.subscribe import ordering
from pennypress.office.till import till_of
from tests.office.conftest import SettableClock
from tests.stripe_server.running import CARD, StripeServer
from tests.stripe_server.wire import Json

WEBHOOK = "/-/pennypress/till/webhook"


@dataclass
class World:
    """The office, and the server that plays Stripe to it."""

    server: StripeServer
    clock: SettableClock

    def order(self, account: Account, plan: Plan, method: Method = Method.CARD, **terms: Any) -> Order:
        """What the button places."""
        offered = ordering.terms_for(account, plan, **terms)
        shown = law.summary(offered, "en").text
        return ordering.place(account, offered, method, shown=shown, language="en", back="/news/slow-clock")

    def checkout(self, order: Order) -> str:
        """The address of the page at which an order is paid."""
        return till_of(Method(order.method)).checkout(order)

    def buy(self, account: Account, plan: Plan, method: Method = Method.CARD, **terms: Any) -> Subscription:
        """Order, pay at Stripe, and have the webhooks arrive."""
        card = terms.pop("card", CARD)
        fields = terms.pop("fields", {})
        order = self.order(account, plan, method, **terms)
        self.server.pay(self.checkout(order), card, **fields)
        self.deliver()
        return Subscription.objects.get(orders=order)

    def deliver(self, *, reverse: bool = False, times: int = 1) -> list[int]:
        """Let all webhooks arrive that wait; what was answered."""
        waiting = self.server.deliveries()
        ordered = waiting[::-1] if reverse else waiting
        return [post(*one) for one in ordered for _ in range(times)]

    def lose(self) -> None:
        """Let all webhooks be lost that wait."""
        self.server.deliveries()

    def pass_days(self, days: float, *, deliver: bool = True) -> None:
        """Let time pass on both sides."""
        self.clock.pass_(timedelta(days=days))
        self.server.advance(int(self.clock.moment.timestamp()))
        if deliver:
            self.deliver()

    def reads(self, account: Account) -> bool:
        """Whether an account may read now."""
        now = self.clock.moment
        found = rights.resolve(account, now).entitlements
        return any(
            (each.start is None or each.start <= now) and (each.until is None or now < each.until) for each in found
        )

    def listed(self, what: str) -> list[Json]:
        """What Stripe holds of a kind, newest first."""
        found: list[Json] = self.server.api("GET", f"/v1/{what}?limit=100")["data"]
        return found

    def all_subscriptions(self) -> list[Json]:
        """Every subscription at Stripe, newest first."""
        found: list[Json] = self.server.api("GET", "/v1/subscriptions?limit=100&status=all")["data"]
        return found


def post(payload: bytes, signature: str) -> int:
    """Let one webhook arrive; the status that it is answered with."""
    return (
        Client(SERVER_NAME="paper.test", raise_request_exception=False)
        .post(WEBHOOK, payload, content_type="application/json", headers={"stripe-signature": signature})
        .status_code
    )


def amounts() -> list[int]:
    """What was received, oldest first."""
    return list(Payment.objects.order_by("pk").values_list("amount", flat=True))


def letters(kind: str) -> list[str]:
    """The letters of a kind that were written."""
    return list(Letter.objects.filter(kind=kind).order_by("pk").values_list("body", flat=True))


def secret_file(path: Path, secret: str) -> Path:
    """A file that only this user reads."""
    path.write_text(secret + "\n")
    path.chmod(0o600)
    return path
