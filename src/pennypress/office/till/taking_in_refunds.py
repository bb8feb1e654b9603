"""Taking in what was given back in Stripe's own dashboard."""

from __future__ import annotations

import stripe
from django.db import transaction
from django.db.models import Sum

from pennypress.office.lifecycle import writing
from pennypress.office.models import Payment, Refund
from pennypress.office.till.stripe_client import asking, client
from pennypress.office.till.stripe_facts import REFUND, metadata, moment, name_of
from pennypress.office.till.taking_in import Outcome


def take_in_refunds(intent: str) -> Outcome:
    """Note every refund of a payment that was made at Stripe and not here, once. Raises TillDown."""
    if not intent:
        return Outcome.NOT_YET
    with asking("show refunds"):
        refunds = [
            each for each in client().v1.refunds.list({"payment_intent": intent, "limit": 100}).data if _is_theirs(each)
        ]
        names = (intent, *_invoices_of(intent)) if refunds else ()
    payments = list(Payment.objects.filter(stripe__in=[name for each in names for name in (each, f"{each}-gift")]))
    for refund in refunds:
        _note(refund, payments)
    return Outcome.TAKEN_IN if payments else Outcome.NOT_YET


def _is_theirs(refund: stripe.Refund) -> bool:
    return not metadata(refund.metadata, REFUND) and refund.status not in ("failed", "canceled")


def _invoices_of(intent: str) -> list[str]:
    listed = client().v1.invoice_payments.list({"payment": {"type": "payment_intent", "payment_intent": intent}})
    return [name_of(each.invoice) for each in listed.data]


@transaction.atomic
def _note(refund: stripe.Refund, payments: list[Payment]) -> None:
    """The refund of the first of the payments of which enough is left: the gift beside one comes last."""
    if Refund.objects.filter(stripe=refund.id).exists():
        return
    for payment in sorted(payments, key=lambda each: each.is_gift):
        held = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
        left = held.amount - (held.refunds.aggregate(all=Sum("amount"))["all"] or 0)
        if left >= refund.amount:
            made = moment(refund.created)
            noted = Refund.objects.create(
                payment=held, amount=refund.amount, made=made, sent=made, why="given back at Stripe", stripe=refund.id
            )
            writing.refunded(noted)
            return
