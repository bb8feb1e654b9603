"""Who subscribes at Stripe: the subscriptions stay where they are, and nobody types a card again."""

from __future__ import annotations

from datetime import UTC, datetime

import stripe

from pennypress.office.bringing.rows import Reading, Row, RowFault, Source
from pennypress.office.mailboxes import one_spelling
from pennypress.office.models import Period
from pennypress.office.till.status import STATUS
from pennypress.office.till.stripe_client import asking, client

_PERIODS = {
    ("week", 1): Period.WEEK,
    ("month", 1): Period.MONTH,
    ("month", 3): Period.QUARTER,
    ("year", 1): Period.YEAR,
    ("month", 12): Period.YEAR,
}


def read_account() -> Reading:
    """A row for every subscription in the Stripe account of this installation that has not ended. Raises TillDown."""
    rows: list[Row] = []
    faults: list[RowFault] = []
    with asking("list its subscriptions"):
        found = client().v1.subscriptions.list({"limit": 100, "expand": ["data.customer"]})
        for subscription in found.auto_paging_iter():
            row = _row(subscription)
            if isinstance(row, Row):
                rows.append(row)
            else:
                faults.append(row)
    return Reading(Source.STRIPE, tuple(rows), tuple(faults))


def _row(found: stripe.Subscription) -> Row | RowFault:
    customer = found.customer
    items = list(found["items"].data)  # the word alone is a method of every dict
    if isinstance(customer, str) or len(items) != 1:
        return RowFault(found.id, "it has several prices, or no customer", "mend it at Stripe, then read it again")
    (item,) = items
    recurring = item.price.recurring
    period = _PERIODS.get((recurring.interval, recurring.interval_count)) if recurring else None
    if period is None or item.price.unit_amount is None:
        return RowFault(found.id, "its price is paid in periods that are not known here", "give it another at Stripe")
    return Row(
        source=Source.STRIPE,
        line=0,
        key=f"stripe:{found.id}",
        mail=one_spelling(customer.email) if customer.email else None,
        name=customer.name or "",
        plan=item.price.id,
        status=STATUS[found.status],
        cancelled=found.cancel_at_period_end or found.cancel_at is not None,
        started=_moment(found.start_date),
        paid_until=_moment(item.current_period_end),
        trial_end=None if found.trial_end is None or found.status != "trialing" else _moment(found.trial_end),
        price=item.price.unit_amount * (item.quantity or 1),
        currency=item.price.currency.upper(),
        period=period,
        stripe_customer=customer.id,
        stripe_subscription=found.id,
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
