"""What every till does: take what an order asks for, and change what was agreed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from pennypress.office.models import Account, Method, Order, Payment, Subscription


class TillDown(Exception):
    """The till cannot be asked now; nothing was charged."""


class Till(Protocol):
    """Takes money by ``methods``. Everything raises TillDown where the till cannot be asked, and may then be tried
    again: nothing is done twice.
    """

    @property
    def methods(self) -> tuple[Method, ...]:
        """The methods that it takes and that this installation offers, in the order in which they are shown."""
        ...

    def checkout(self, order: Order) -> str:
        """The address, ours or another's, to which the reader goes to pay; the same for the same order."""
        ...

    def cancel(self, subscription: Subscription, *, now: bool = False) -> None:
        """Take no further payment from the period's end, or from now on."""
        ...

    def go_on(self, subscription: Subscription) -> None:
        """Take back a cancellation."""
        ...

    def pause(self, subscription: Subscription, until: datetime) -> None:
        """Take no payment until then."""
        ...

    def unpause(self, subscription: Subscription) -> None:
        """Take payments again."""
        ...

    def change_price(self, subscription: Subscription, price: int, since: date) -> None:
        """Take another price for the first period that begins on this day or later."""
        ...

    def refund(self, payment: Payment, amount: int, key: str) -> str | None:
        """Give money back the way it came; the till's name for it, None where staff must send it. Once a ``key``."""
        ...

    def portal(self, account: Account, back: str) -> str | None:
        """The address where the reader changes the card or mandate and comes ``back`` from; None where there is none."""
        ...
