"""Taking in what Stripe knows: always as it stands there now, whichever word of it came, in whatever order."""

from __future__ import annotations

import logging
from datetime import datetime
from enum import Enum, auto

import stripe
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from pennypress.office import clock, lifecycle
from pennypress.office.lifecycle import writing
from pennypress.office.lifecycle.holding import hold
from pennypress.office.models import Account, Method, Order, OrderState, Payment, Status, Subscription
from pennypress.office.till import stripe_facts
from pennypress.office.till.base import TillDown
from pennypress.office.till.status import mandate_failed, status_of, was_paid
from pennypress.office.till.stripe import StripeTill, intent_of
from pennypress.office.till.stripe_client import asking, client, gone_is_fine
from pennypress.office.till.stripe_facts import ORDER, Found, PaidInvoice

_log = logging.getLogger("pennypress")

_ATTEMPTS = 5


class Outcome(Enum):
    """What came of it."""

    TAKEN_IN = auto()
    NOT_YET = auto()
    SECOND = auto()
    UNKNOWN = auto()


def take_in(which: str) -> Outcome:
    """Take over a subscription as it stands at Stripe now: its payments, its status, its end. Twice is once.

    UNKNOWN for one that no order and no account here stands behind; SECOND for one that an account was sold beside
    another: it is cancelled and its money goes back. Raises TillDown.
    """
    for _attempt in range(_ATTEMPTS):
        before = Subscription.objects.filter(stripe=which).first()
        found = _ended_if_mandate_failed(stripe_facts.found(which), before)
        if found is None:
            return Outcome.UNKNOWN
        begun = before
        if begun is None:
            begun, outcome = _begin(found)
            if begun is None:
                return outcome
        if _apply(begun, before.taken_in if before else 0, found):
            _follow_the_reader(before, found)
            _take_discount_away(found)
            return Outcome.TAKEN_IN
    raise TillDown("the subscription is being changed at the same time")


def take_in_order(order: Order) -> Outcome:
    """Take over what became of the session by which an order is paid. Raises TillDown."""
    if not order.session:
        return Outcome.NOT_YET
    return take_in_session(order.session)


def take_in_session(which: str) -> Outcome:
    """Take over what became of a session. Raises TillDown."""
    with asking("show a session"):
        session = client().v1.checkout.sessions.retrieve(which)
    if session.subscription:
        return take_in(stripe_facts.name_of(session.subscription))
    order = Order.objects.filter(key=stripe_facts.metadata(session.metadata, ORDER)).select_related("plan").first()
    if order is None:
        return Outcome.UNKNOWN
    if session.status == "expired":
        _drop(order, session.id)
    if session.status != "complete" or session.payment_status == "unpaid":
        return Outcome.NOT_YET
    _paid_once(order, session)
    return Outcome.TAKEN_IN


def _begin(found: Found) -> tuple[Subscription | None, Outcome]:
    """The subscription that is begun for an order; None where there is nothing to begin, and why."""
    order = Order.objects.filter(key=found.order).select_related("plan", "account").first() if found.order else None
    if order is None or not order.plan.recurs:
        return None, Outcome.UNKNOWN
    if order.state == OrderState.DROPPED and order.subscription is None:
        return None, _give_back(order, found)
    method = found.method or Method(order.method)
    status = status_of(found, method)
    if status is Status.INCOMPLETE or (status is Status.ENDED and not was_paid(found)):
        return None, Outcome.NOT_YET
    begins = Status.ACTIVE if status is Status.ENDED else status
    trial_end = found.trial_end if status is Status.TRIALING else None
    try:
        begun = lifecycle.begin(order, status=begins, period_end=found.period_end, trial_end=trial_end, stripe=found.id)
    except lifecycle.AlreadySubscribed as already:
        return None, _give_back(order, found, already.subscription)
    if begun is None or begun.stripe != found.id:
        return None, _give_back(order, found, begun)
    return begun, Outcome.TAKEN_IN


def _give_back(order: Order, found: Found, first: Subscription | None = None) -> Outcome:
    """Cancel a second subscription, give its money back, and say so once all that is done."""
    with asking("take a second subscription back"):
        with gone_is_fine():
            if not found.is_over:
                client().v1.subscriptions.cancel(found.id)
        for invoice in found.paid:
            _refund_whole(invoice)
    if first is not None:
        with transaction.atomic():
            if order.subscription_id is None:
                Order.objects.filter(pk=order.pk).exclude(state=OrderState.DONE).update(state=OrderState.DROPPED)
            name = first.plan.name_in(order.language)
            writing.write("second", order.account, f"second-{found.id}", {"name": name}, order.language)
    return Outcome.SECOND


def _refund_whole(invoice: PaidInvoice) -> None:
    intent = intent_of(invoice.id) if invoice.amount + invoice.gift else ""
    if not intent:
        return
    try:
        client().v1.refunds.create({"payment_intent": intent}, {"idempotency_key": f"second-{invoice.id}"})
    except stripe.InvalidRequestError as error:
        if error.code != "charge_already_refunded":
            raise


@transaction.atomic
def _apply(begun: Subscription, version: int, found: Found) -> bool:
    """Take over what was found, unless something was taken over since it was asked for: then False."""
    held = hold(begun)
    if held.taken_in != version:
        return False
    held.method = found.method or held.method
    held.price = found.price or held.price
    held.taken_in += 1
    held.save(update_fields=["method", "price", "taken_in"])
    for invoice in found.paid:
        _receive(held, invoice)
    status = status_of(found, Method(held.method))
    came_back = found.was_not_paid or (status is Status.ENDED and held.failing is not None)
    failing = {"failing": held.failing or clock.now()} if came_back else {}
    lifecycle.set_status(held, status, period_end=_end_of(held, found, status), **failing)
    return True


def _end_of(held: Subscription, found: Found, status: Status) -> datetime | None:
    """Until when it is paid for. One that was brought over moves on with what is paid here."""
    if found.cancel_at is not None:
        return found.cancel_at
    if status in (Status.ACTIVE, Status.TRIALING, Status.PENDING) and not held.imported:
        return found.period_end
    return held.period_end


def _receive(held: Subscription, invoice: PaidInvoice) -> None:
    if invoice.is_trial and not invoice.gift:
        return
    if _is_older_than_the_move(held, invoice):
        return
    account = held.account
    with translation.override(writing.language_of(account)):
        if not invoice.is_trial:
            what = held.plan.name_in(writing.language_of(account))
            period = (invoice.start, invoice.end)
            _take(held, invoice, invoice.amount, what, invoice.id, period=period, subscription=held)
        if invoice.gift:
            what = _("A gift beside the subscription")
            _take(held, invoice, invoice.gift, what, f"{invoice.id}-gift", is_gift=True)


def _take(
    held: Subscription,
    invoice: PaidInvoice,
    amount: int,
    what: str,
    name: str,
    *,
    period: tuple[datetime, datetime] | None = None,
    subscription: Subscription | None = None,
    is_gift: bool = False,
) -> None:
    lifecycle.receive(
        held.account,
        amount,
        invoice.currency,
        Method(held.method),
        received=invoice.paid,
        what=what,
        subscription=subscription,
        period=period,
        stripe=name,
        is_gift=is_gift,
    )


def _is_older_than_the_move(held: Subscription, invoice: PaidInvoice) -> bool:
    """Whether it was paid before the subscription was brought over: nobody gets a receipt for it again."""
    is_known = Payment.objects.filter(stripe=invoice.id).exists()
    return bool(held.imported) and not is_known and held.period_end is not None and invoice.end <= held.period_end


def _ended_if_mandate_failed(found: Found | None, before: Subscription | None) -> Found | None:
    """What is read on trust in a mandate ends when its first debit comes back: Stripe tries no more either."""
    if found is None or before is None or not mandate_failed(found, found.method or Method(before.method)):
        return found
    Subscription.objects.filter(pk=before.pk, failing=None).update(failing=clock.now())
    StripeTill().cancel(before, now=True)
    return stripe_facts.found(found.id)


def _follow_the_reader(before: Subscription | None, found: Found) -> None:
    """Cancel, or go on, where the reader did so on Stripe's own page; what was done here in the meantime stays."""
    if before is None or found.is_over:
        return
    if found.cancel_at is not None and before.cancelled is None:
        lifecycle.cancel(before)
    elif found.cancel_at is None and before.cancelled is not None:
        lifecycle.go_on(before)


def _take_discount_away(found: Found) -> None:
    """End an introductory price that Stripe cannot count: one of several weeks."""
    held = Subscription.objects.filter(stripe=found.id, intro_left=0).first()
    if found.lasting_discount and held is not None and not found.is_over:
        with asking("end an introductory price"):
            client().v1.subscriptions.update(found.id, {"discounts": ""})


def _drop(order: Order, session: str) -> None:
    open_ = Order.objects.filter(pk=order.pk, session=session).exclude(state=OrderState.DONE)
    open_.update(state=OrderState.DROPPED)


@transaction.atomic
def _paid_once(order: Order, session: stripe.checkout.Session) -> None:
    """A pass or a donation that is paid."""
    lifecycle.begin(order, status=Status.ACTIVE, period_end=None)
    intent = stripe_facts.name_of(session.payment_intent)
    if not intent:
        return
    account = Account.objects.get(pk=order.account_id)
    total = session.amount_total or 0
    with translation.override(order.language):
        _take_once(order, account, total - order.gift, order.plan.name_in(order.language), intent)
        if order.gift:
            _take_once(order, account, order.gift, _("A gift beside it"), f"{intent}-gift", is_gift=True)


def _take_once(order: Order, account: Account, amount: int, what: str, name: str, *, is_gift: bool = False) -> None:
    lifecycle.receive(
        account,
        amount,
        order.currency,
        Method(order.method),
        received=clock.now(),
        what=what,
        stripe=name,
        is_gift=is_gift,
    )
