"""How the files of each source call their columns, and how they put a status."""

from __future__ import annotations

from dataclasses import dataclass

from pennypress.office.bringing.rows import Source
from pennypress.office.models import Status


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word for a status means; ``status`` None is no subscription at all."""

    status: Status | None
    cancelled: bool = False
    complimentary: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of one source's columns, in small letters with ``_`` between words, the first found counts.

    ``marks`` are columns by which a file of this source is known.
    """

    source: Source
    marks: frozenset[str]
    key: tuple[str, ...]
    mail: tuple[str, ...]
    names: tuple[str, ...]
    plan: tuple[str, ...]
    status: tuple[str, ...]
    started: tuple[str, ...]
    paid_until: tuple[str, ...]
    trial_end: tuple[str, ...]
    price: tuple[str, ...]
    currency: tuple[str, ...]
    period: tuple[str, ...]
    customer: tuple[str, ...]
    subscription: tuple[str, ...]
    words: dict[str, Meaning]


_WOO_WORDS = {
    "active": Meaning(Status.ACTIVE),
    "pending-cancel": Meaning(Status.ACTIVE, cancelled=True),
    "on-hold": Meaning(Status.PAST_DUE),
    "pending": Meaning(Status.INCOMPLETE),
    "cancelled": Meaning(Status.ENDED),
    "expired": Meaning(Status.ENDED),
    "switched": Meaning(Status.ENDED),
    "trash": Meaning(Status.ENDED),
}
_OWN_WORDS = {
    "active": Meaning(Status.ACTIVE),
    "trialing": Meaning(Status.TRIALING),
    "past_due": Meaning(Status.PAST_DUE),
    "unpaid": Meaning(Status.UNPAID),
    "paused": Meaning(Status.PAUSED),
    "cancelled": Meaning(Status.ACTIVE, cancelled=True),
    "ended": Meaning(Status.ENDED),
    "complimentary": Meaning(None, complimentary=True),
    "free": Meaning(None),
}
_LEAKY_WORDS = {
    "active": Meaning(Status.ACTIVE),
    "trial": Meaning(Status.TRIALING),
    "trialing": Meaning(Status.TRIALING),
    "past_due": Meaning(Status.PAST_DUE),
    "pending_cancel": Meaning(Status.ACTIVE, cancelled=True),
    "canceled": Meaning(Status.ACTIVE, cancelled=True),
    "cancelled": Meaning(Status.ACTIVE, cancelled=True),
    "pending": Meaning(Status.INCOMPLETE),
    "expired": Meaning(Status.ENDED),
    "deactivated": Meaning(Status.ENDED),
}


def _woocommerce(source: Source, *marks: str) -> Columns:
    return Columns(
        source=source,
        marks=frozenset(marks),
        key=("subscription_id", "id"),
        mail=("billing_email", "customer_email"),
        names=("billing_first_name", "billing_last_name"),
        plan=("order_items", "line_items", "product_name", "product"),
        status=("subscription_status", "status"),
        started=("start_date", "date_created"),
        paid_until=("next_payment_date", "end_date"),
        trial_end=("trial_end_date",),
        price=("order_total", "total"),
        currency=("order_currency", "currency"),
        period=("billing_period",),
        customer=("stripe_customer_id", "_stripe_customer_id"),
        subscription=("stripe_subscription_id", "_stripe_subscription_id"),
        words=_WOO_WORDS,
    )


SOURCES = (
    _woocommerce(Source.NEWSPACK, "subscription_id", "subscription_status", "newspack_reader_id"),
    _woocommerce(Source.WOOCOMMERCE, "subscription_id", "subscription_status"),
    Columns(
        source=Source.LEAKY_PAYWALL,
        marks=frozenset(("level_id", "payment_status")),
        key=("subscriber_id", "user_id", "id"),
        mail=("user_email", "email"),
        names=("first_name", "last_name"),
        plan=("level_name", "description", "level_id"),
        status=("payment_status",),
        started=("created",),
        paid_until=("expires",),
        trial_end=(),
        price=("price",),
        currency=("currency",),
        period=("interval",),
        customer=("stripe_customer_id",),
        subscription=("stripe_subscription_id",),
        words=_LEAKY_WORDS,
    ),
    Columns(
        source=Source.GHOST,
        marks=frozenset(("subscribed_to_emails", "complimentary_plan")),
        key=("id", "email"),
        mail=("email",),
        names=("name",),
        plan=("tiers",),
        status=(),
        started=("created_at",),
        paid_until=(),
        trial_end=(),
        price=(),
        currency=(),
        period=(),
        customer=("stripe_customer_id",),
        subscription=(),
        words={},
    ),
    Columns(
        source=Source.CSV,
        marks=frozenset(("mail", "status")),
        key=("id",),
        mail=("mail", "email"),
        names=("name",),
        plan=("plan",),
        status=("status",),
        started=("started",),
        paid_until=("paid_until",),
        trial_end=("trial_end",),
        price=("price",),
        currency=("currency",),
        period=("period",),
        customer=("stripe_customer",),
        subscription=("stripe_subscription",),
        words=_OWN_WORDS,
    ),
)
"""Every kind of file, the most particular first."""
