"""What Stripe says of a subscription and its invoices, in our words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import stripe

from pennypress.office.models import Method
from pennypress.office.till.base import TillDown
from pennypress.office.till.stripe_client import asking, client, is_missing

ORDER = "pennypress_order"
"""The field of metadata that names an order, on sessions, subscriptions and payments."""

REFUND = "pennypress_refund"
"""The field of metadata that names a refund that was asked for here."""

MOVED_TO = "pennypress_moved_to"
"""The field of metadata that says that a trial is none, but a pause: the next payment was moved to this second."""


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """An invoice that is paid, in minor units: ``amount`` for the period from ``start`` to ``end``, ``gift`` beside it.

    ``is_trial`` says that it asked for nothing: the period is a trial, or the time of a pause.
    """

    id: str
    amount: int
    gift: int
    currency: str
    paid: datetime
    start: datetime
    end: datetime
    is_trial: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A subscription as it stands at Stripe now; ``paid`` are its paid invoices, oldest first.

    ``is_under_way`` says that the newest invoice waits for its money.
    """

    id: str
    customer: str
    item: str
    status: str
    price: int
    method: Method | None
    period_end: datetime
    trial_end: datetime | None
    moved_to: datetime | None
    cancel_at: datetime | None
    order: str
    is_under_way: bool
    was_not_paid: bool
    lasting_discount: bool
    paid: tuple[PaidInvoice, ...]

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come of it."""
        return self.status in ("canceled", "incomplete_expired")


def found(which: str, *, with_invoices: bool = True) -> Found | None:
    """The subscription as it stands now; None where Stripe has none of this name.

    Raises TillDown, for an answer in the shape of another version too.
    """
    with asking("show a subscription"):
        try:
            held = client().v1.subscriptions.retrieve(
                which, {"expand": ["latest_invoice", "default_payment_method", "discounts"]}
            )
        except stripe.InvalidRequestError as error:
            if is_missing(error):
                return None
            raise
        try:
            return described(held, tuple(_paid(which)) if with_invoices else ())
        except (AttributeError, KeyError, StopIteration, TypeError) as error:
            raise TillDown("Stripe answers in the shape of another version") from error


def described(held: stripe.Subscription, paid: tuple[PaidInvoice, ...]) -> Found:
    """A subscription in our words."""
    item = next(iter(held["items"].data))
    latest = held.latest_invoice
    details = held.cancellation_details
    moved_to = metadata(held.metadata, MOVED_TO)
    end = item.current_period_end
    return Found(
        id=held.id,
        customer=name_of(held.customer),
        item=item.id,
        status=held.status,
        price=(item.price.unit_amount or 0) * (item.quantity or 1),
        method=_method(held.default_payment_method),
        period_end=moment(end),
        trial_end=moment(held.trial_end) if held.trial_end else None,
        moved_to=moment(int(moved_to)) if moved_to.isdigit() else None,
        cancel_at=moment(held.cancel_at or end) if held.cancel_at or held.cancel_at_period_end else None,
        order=metadata(held.metadata, ORDER),
        is_under_way=isinstance(latest, stripe.Invoice) and latest.status == "open",
        was_not_paid=details is not None and details.reason == "payment_failed",
        lasting_discount=any(_lasts(discount) for discount in held.discounts),
        paid=paid,
    )


def metadata(fields: object, name: str) -> str:
    """A field of metadata; empty where there is none."""
    return str(getattr(fields, name, None) or "")


def name_of(what: object) -> str:
    """Stripe's name for a thing that may be there whole, or by its name alone."""
    return what if isinstance(what, str) else str(getattr(what, "id", "") or "")


def moment(second: int) -> datetime:
    """A second of Stripe's, as a moment."""
    return datetime.fromtimestamp(second, UTC)


def paid_invoice(invoice: stripe.Invoice) -> PaidInvoice | None:
    """A paid invoice in our words; None for one that is no subscription's."""
    own = [line for line in invoice.lines.data if line.parent and line.parent.type == "subscription_item_details"]
    if not own:
        return None
    beside = sum(line.amount for line in invoice.lines.data if line not in own)
    gift = min(max(beside, 0), invoice.amount_paid) if invoice.billing_reason == "subscription_create" else 0
    period = own[-1].period
    return PaidInvoice(
        id=str(invoice.id),
        amount=invoice.amount_paid - gift,
        gift=gift,
        currency=invoice.currency.upper(),
        paid=moment(invoice.status_transitions.paid_at or invoice.created),
        start=moment(period.start),
        end=moment(period.end),
        is_trial=not any(line.amount for line in own),
    )


def subscription_of(invoice: stripe.Invoice) -> str:
    """The name of the subscription that an invoice bills; empty where it bills none."""
    details = invoice.parent.subscription_details if invoice.parent else None
    return name_of(details.subscription) if details else ""


def _paid(which: str) -> Iterator[PaidInvoice]:
    listed = client().v1.invoices.list({"subscription": which, "status": "paid", "limit": 100})
    invoices = [paid_invoice(invoice) for invoice in listed.auto_paging_iter()]
    yield from sorted((one for one in invoices if one is not None), key=lambda one: one.start)


def _lasts(discount: object) -> bool:
    """Whether a discount is one of ours that has no end."""
    source = getattr(discount, "source", None)
    coupon = name_of(getattr(source, "coupon", None))
    return coupon.startswith("pennypress-") and "-forever-" in coupon


def _method(held: object) -> Method | None:
    kind = getattr(held, "type", None)
    return Method(kind) if kind in (Method.CARD, Method.BACS, Method.SEPA) else None
