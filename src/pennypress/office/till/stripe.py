"""Stripe's till: card, and direct debit by Bacs and SEPA."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse

from pennypress.office import clock
from pennypress.office.models import Account, Method, Order, OrderState, Payment, Period, Subscription
from pennypress.office.till import checkout, stripe_facts
from pennypress.office.till.base import TillDown
from pennypress.office.till.stripe_client import asking, client, gone_is_fine


class StripeTill:
    """A till that keeps cards and mandates at Stripe, and none here."""

    methods: tuple[Method, ...] = (Method.CARD, Method.BACS, Method.SEPA)

    def checkout(self, order: Order) -> str:
        """The address of Stripe's page; where the order is paid already, that of the way back."""
        if order.state == OrderState.DONE:
            return reverse("till-return", args=[order.key])
        with asking("open its checkout"):
            session = checkout.session_for(order)
        return session.url or reverse("till-return", args=[order.key])

    def cancel(self, subscription: Subscription, *, now: bool = False) -> None:
        """Take no further payment; what ends already stays as it is."""
        held = _standing(subscription)
        if held is None or held.is_over:
            return
        with asking("cancel a subscription"), gone_is_fine():
            if now:
                client().v1.subscriptions.cancel(held.id)
            elif held.cancel_at is None:
                client().v1.subscriptions.update(held.id, {"cancel_at_period_end": True})

    def go_on(self, subscription: Subscription) -> None:
        """Take the cancellation back."""
        held = _standing(subscription)
        if held is None or held.is_over:
            raise TillDown("it has ended at Stripe")
        if held.cancel_at is not None:
            with asking("let a subscription go on"):
                client().v1.subscriptions.update(held.id, {"cancel_at_period_end": False})

    def pause(self, subscription: Subscription, until: datetime) -> None:
        """Move the next payment by the length of the pause."""
        if subscription.period_end is not None:
            _move(subscription, subscription.period_end + max(until - clock.now(), timedelta(0)))

    def unpause(self, subscription: Subscription) -> None:
        """Move the next payment back by what is left of the pause."""
        if subscription.period_end is not None and subscription.pause_until is not None:
            _move(subscription, subscription.period_end - max(subscription.pause_until - clock.now(), timedelta(0)))

    def change_price(self, subscription: Subscription, price: int, since: date) -> None:
        """Take another price from the next payment on: to be asked once the day has come."""
        held = _standing(subscription)
        if held is None or held.is_over:
            return
        with asking("change a price"):
            period = Period(subscription.period)
            data: Any = checkout.price_data(subscription.plan, price, subscription.currency, period)
            client().v1.subscriptions.update(
                held.id, {"items": [{"id": held.item, "price_data": data}], "proration_behavior": "none"}
            )

    def refund(self, payment: Payment, amount: int, key: str) -> str | None:
        """Stripe's name for the refund."""
        with asking("refund"):
            intent = intent_of(payment.stripe or "")
            if not intent:
                return None
            made = client().v1.refunds.create(
                {"payment_intent": intent, "amount": amount, "metadata": {stripe_facts.REFUND: key}},
                {"idempotency_key": key},
            )
        return made.id

    def portal(self, account: Account, back: str) -> str | None:
        """Stripe's page for the card and the mandate; None for who never paid there."""
        if not account.stripe_customer:
            return None
        with asking("open its portal"):
            session = client().v1.billing_portal.sessions.create(
                {
                    "customer": account.stripe_customer,
                    "return_url": checkout.absolute(back),
                    "locale": checkout.locale_of(account.language or "en"),
                }
            )
        return session.url


def intent_of(name: str) -> str:
    """The payment intent behind a payment's name: of an invoice, with the gift beside it, or of an order paid once."""
    invoice = name.partition("-")[0]
    if invoice.startswith("pi_"):
        return invoice
    if not invoice.startswith("in_"):
        return ""
    for payment in client().v1.invoice_payments.list({"invoice": invoice, "status": "paid"}).data:
        if payment.payment.payment_intent:
            return stripe_facts.name_of(payment.payment.payment_intent)
    return ""


def _standing(subscription: Subscription) -> stripe_facts.Found | None:
    return stripe_facts.found(subscription.stripe, with_invoices=False) if subscription.stripe else None


def _move(subscription: Subscription, to: datetime) -> None:
    held = _standing(subscription)
    if held is None or held.is_over:
        return
    second = int(to.timestamp())
    trial_end: Any = second if to > clock.now() else "now"
    with asking("move a payment"):
        client().v1.subscriptions.update(
            held.id,
            {
                "trial_end": trial_end,
                "proration_behavior": "none",
                "metadata": {stripe_facts.MOVED_TO: str(second)},
            },
        )
