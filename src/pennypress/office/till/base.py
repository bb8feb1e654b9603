"""What every till can do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from pennypress.office.models import Account, Method, Order, Payment, Subscription


class TillDown(Exception):
    """The till cannot be asked now; nothing was charged and nothing was changed."""


class Till(Protocol):
    """Where money is taken. Everything raises TillDown where the till cannot be asked."""

    methods: tuple[Method, ...]

    def checkout(self, order: Order) -> str:
        """The address to which the reader is sent to pay; the same order twice is paid once."""

    def cancel(self, subscription: Subscription, *, now: bool = False) -> None:
        """Take no more money after the period's end; with ``now`` end it at once."""

    def go_on(self, subscription: Subscription) -> None:
        """Take a cancellation back."""

    def pause(self, subscription: Subscription, until: datetime) -> None:
        """Take no money until a moment."""

    def unpause(self, subscription: Subscription) -> None:
        """Take money again."""

    def change_price(self, subscription: Subscription, price: int, since: date) -> None:
        """Take another price from the first renewal on or after a day, in minor units."""

    def refund(self, payment: Payment, amount: int, key: str) -> str | None:
        """Give money back the way it came, once a ``key``; the till's name for it, None where staff must send it."""

    def portal(self, account: Account, back: str) -> str | None:
        """Where the reader changes the card or mandate; None where nowhere."""
