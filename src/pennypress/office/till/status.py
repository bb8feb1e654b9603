"""What Stripe's word for the state of a subscription means here."""

from __future__ import annotations

from pennypress.office.models import Method, Status
from pennypress.office.till.stripe_facts import Found

DEBITS = frozenset({Method.BACS, Method.SEPA})

STATUS = {
    "incomplete": Status.INCOMPLETE,
    "incomplete_expired": Status.ENDED,
    "trialing": Status.TRIALING,
    "active": Status.ACTIVE,
    "past_due": Status.PAST_DUE,
    "unpaid": Status.UNPAID,
    "canceled": Status.ENDED,
    "paused": Status.UNPAID,  # a trial that ended with nothing to pay by; the reader's own pause is kept here
}
"""Stripe's word, and ours."""


def status_of(found: Found, method: Method) -> Status:
    """The status of a subscription that is paid by ``method``, as it stands at Stripe."""
    status = STATUS[found.status]
    if status is Status.TRIALING and found.moved_to is not None and found.moved_to == found.trial_end:
        return Status.ACTIVE
    if status is Status.ACTIVE and method in DEBITS and found.is_under_way and not was_paid(found):
        return Status.PENDING
    return status


def was_paid(found: Found) -> bool:
    """Whether any of its periods was ever paid for."""
    return any(not invoice.is_trial for invoice in found.paid)


def mandate_failed(found: Found, method: Method) -> bool:
    """Whether the first debit of a mandate came back: the trust that it was read on is over."""
    return found.status in ("past_due", "unpaid") and method in DEBITS and not was_paid(found)
