"""What is known of somebody who is to be brought over, from wherever it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pennypress.errors import PennypressError
from pennypress.office.models import Period, Status


class Source(StrEnum):
    """Where rows come from."""

    CSV = "csv"
    WOOCOMMERCE = "woocommerce"
    NEWSPACK = "newspack"
    LEAKY_PAYWALL = "leaky-paywall"
    GHOST = "ghost"
    STRIPE = "stripe"


@dataclass(frozen=True, slots=True)
class Row:
    """One subscription, or one reader without any (``status`` None), as its source has it.

    ``line`` is that of the file, from 1; ``key`` tells it from all others of its source, and is the same the next
    time; ``plan`` is the source's own name. Amounts are in minor units. ``complimentary`` rows read without paying.
    """

    source: Source
    line: int
    key: str
    mail: str | None
    name: str = ""
    plan: str = ""
    status: Status | None = None
    cancelled: bool = False
    complimentary: bool = False
    started: datetime | None = None
    paid_until: datetime | None = None
    trial_end: datetime | None = None
    price: int | None = None
    currency: str | None = None
    period: Period | None = None
    stripe_customer: str | None = None
    stripe_subscription: str | None = None

    @property
    def place(self) -> str:
        """Where it stands, for a person."""
        return f"line {self.line}" if self.line else self.key


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one row, and what to do about it."""

    place: str
    wrong: str
    mend: str

    def __str__(self) -> str:
        return f"{self.place}: {self.wrong}; {self.mend}."


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the rows that could be, and the faults of those that could not."""

    source: Source
    rows: tuple[Row, ...]
    faults: tuple[RowFault, ...]


class Unreadable(PennypressError):
    """A file of which nothing can be read; the sentence says why and what to do."""
