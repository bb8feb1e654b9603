"""Making good what was lost between Stripe and here: pages closed too early, webhooks that never came."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import stripe

from pennypress.office import clock
from pennypress.office.installation import installation
from pennypress.office.models import Method, Order, OrderState, Payment, Status, StripeEvent, Subscription
from pennypress.office.till import stripe_facts
from pennypress.office.till.base import TillDown
from pennypress.office.till.status import status_of
from pennypress.office.till.stripe_client import asking, client
from pennypress.office.till.taking_in import Outcome, take_in, take_in_order

_BACK = timedelta(days=35)
"""How far back invoices are looked through."""

_KEEP_EVENTS = timedelta(days=60)
_DEMO = "demo-"

Step = Callable[[str], None]
"""Called for each thing that is looked at, with a word on it."""

_log = logging.getLogger("pennypress")


@dataclass
class Reconciled:
    """What was mended, what stands at Stripe and is of nobody here, what stands here and is not at Stripe, and what
    could not be looked at; each by Stripe's name and in words."""

    looked_at: int = 0
    mended: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def reconcile(step: Step = lambda _: None) -> Reconciled:
    """Compare everything with Stripe and take in what differs; a second run changes nothing. Raises TillDown."""
    done = Reconciled()
    _orders(done, step)
    seen = _subscriptions(done, step)
    _invoices(done, step)
    _missing(done, seen)
    StripeEvent.objects.filter(handled__lt=clock.now() - _KEEP_EVENTS).delete()
    return done


def nightly() -> None:
    """Do so by itself, where there is a Stripe account, and log what was found."""
    if installation().config.stripe.key is None:
        return
    done = reconcile()
    for words in (*done.mended, *done.unknown, *done.missing, *done.failed):
        _log.warning("reconciled with Stripe: %s", words)


def _orders(done: Reconciled, step: Step) -> None:
    at_till = Order.objects.filter(state=OrderState.AT_TILL).exclude(session="").select_related("plan", "account")
    for order in at_till:
        step(f"order {order.pk}")
        outcome = _tried(done, f"order {order.pk}", partial(take_in_order, order))
        order.refresh_from_db(fields=["state"])
        if outcome is Outcome.SECOND:
            done.mended.append(f"order {order.pk} of account {order.account.number} was a second one: given back")
        elif order.state == OrderState.DONE:
            done.mended.append(f"order {order.pk} of account {order.account.number} was paid")


def _subscriptions(done: Reconciled, step: Step) -> set[str]:
    """Take in every subscription that stands otherwise here; the names of all that Stripe has."""
    here = {held.stripe: held for held in Subscription.objects.exclude(stripe=None)}
    seen: set[str] = set()
    for at_stripe in _all_subscriptions():
        step(at_stripe.id)
        seen.add(at_stripe.id)
        done.looked_at += 1
        held = here.get(at_stripe.id)
        if held is not None and _is_same(held, stripe_facts.described(at_stripe, ())):
            continue
        if held is None and _is_of_a_dropped_order(at_stripe):
            continue
        outcome = _tried(done, at_stripe.id, partial(take_in, at_stripe.id))
        _note(done, outcome, at_stripe)
    return seen


def _note(done: Reconciled, outcome: Outcome | None, at_stripe: stripe.Subscription) -> None:
    if outcome is Outcome.UNKNOWN:
        customer = stripe_facts.name_of(at_stripe.customer)
        done.unknown.append(f"{at_stripe.id} of customer {customer} ({at_stripe.status}) is of nobody here")
    elif outcome is Outcome.TAKEN_IN:
        done.mended.append(f"{at_stripe.id} stood otherwise here")
    elif outcome is Outcome.SECOND:
        done.mended.append(f"{at_stripe.id} was a second one: given back")


def _invoices(done: Reconciled, step: Step) -> None:
    """Take in the payments that are not known here."""
    with asking("list its invoices"):
        since = int((clock.now() - _BACK).timestamp())
        listed = client().v1.invoices.list({"status": "paid", "created": {"gte": since}, "limit": 100})
        paid = [invoice for invoice in listed.auto_paging_iter() if stripe_facts.subscription_of(invoice)]
    known = set(
        Payment.objects.filter(stripe__in=[str(invoice.id) for invoice in paid]).values_list("stripe", flat=True)
    )
    for invoice in paid:
        found = stripe_facts.paid_invoice(invoice)
        if invoice.id in known or found is None or (found.is_trial and not found.gift):
            continue
        which = stripe_facts.subscription_of(invoice)
        if not Subscription.objects.filter(stripe=which).exists():
            continue
        step(str(invoice.id))
        before = Payment.objects.count()
        _tried(done, which, partial(take_in, which))
        if Payment.objects.count() > before:
            done.mended.append(f"{invoice.id} was paid for {which}")


def _missing(done: Reconciled, seen: set[str]) -> None:
    running = Subscription.objects.exclude(stripe=None).exclude(status=Status.ENDED)
    for held in running.exclude(stripe__startswith=_DEMO).select_related("account"):
        if held.stripe not in seen:
            done.missing.append(f"{held.stripe} of account {held.account.number} is not in this Stripe account")


def _all_subscriptions() -> Iterator[stripe.Subscription]:
    with asking("list its subscriptions"):
        listed = client().v1.subscriptions.list(
            {
                "status": "all",
                "limit": 100,
                "expand": ["data.latest_invoice", "data.default_payment_method", "data.discounts"],
            }
        )
        yield from listed.auto_paging_iter()


def _is_same(held: Subscription, found: stripe_facts.Found) -> bool:
    """Whether a subscription stands here as it does there, payments apart."""
    status = status_of(found, found.method or Method(held.method))
    if held.status == Status.ENDED:
        return found.is_over
    is_cancelled = found.cancel_at is not None
    statuses = {status, Status.ACTIVE if status is Status.PENDING else status}
    if held.status == Status.PAUSED:
        statuses.add(Status.PAUSED)
    is_paid_alike = found.price in (0, held.price) and (
        status is not Status.TRIALING or held.period_end == found.period_end
    )
    return held.status in statuses and is_cancelled == (held.cancelled is not None) and is_paid_alike


def _is_of_a_dropped_order(at_stripe: stripe.Subscription) -> bool:
    """Whether it is a second subscription that was given back."""
    key = stripe_facts.metadata(at_stripe.metadata, stripe_facts.ORDER)
    is_over = at_stripe.status in ("canceled", "incomplete_expired")
    return is_over and bool(key) and Order.objects.filter(key=key, state=OrderState.DROPPED).exists()


def _tried(done: Reconciled, what: str, work: Callable[[], Outcome]) -> Outcome | None:
    try:
        return work()
    except TillDown as error:
        done.failed.append(f"{what} could not be looked at: {error}")
        return None
