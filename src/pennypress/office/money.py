"""Money: whole minor units of one currency, never floats."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (pence, cents) of an ISO 4217 currency in capitals."""

    amount: int
    currency: str = "GBP"

    def __add__(self, other: Money) -> Money:
        self._alike(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._alike(other)
        return Money(self.amount - other.amount, self.currency)

    def times(self, count: int) -> Money:
        """So many times as much."""
        return Money(self.amount * count, self.currency)

    def share(self, part: int, whole: int) -> Money:
        """``part`` of ``whole`` of it, rounded half up to a minor unit."""
        return Money((2 * self.amount * part + whole) // (2 * whole), self.currency)

    def tax_contained(self, rate: int) -> Money:
        """The tax that the amount contains at a rate in hundredths of a per cent."""
        return self.share(rate, 10_000 + rate)

    def shown(self, language: str) -> str:
        """As it is written in a language: £8.00."""
        places = get_currency_precision(self.currency)
        return format_currency(Decimal(self.amount).scaleb(-places), self.currency, locale=language.replace("-", "_"))

    def _alike(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added")
