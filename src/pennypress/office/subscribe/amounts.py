"""Amounts of money as readers type them."""

from __future__ import annotations

import re
import unicodedata

from babel.numbers import get_currency_precision

_MOST_UNITS = 99_999
"""More than anybody gives a newspaper by a form, and far below what a till refuses."""

_AROUND = re.compile(r"[\s£€$¥]|^[A-Za-z]{3}|[A-Za-z]{3}$")
_AMOUNT = re.compile(r"([0-9]{1,5})(?:[.,]([0-9]+))?")


class Unreadable(ValueError):
    """What was typed is no amount, or could mean two."""


def read_amount(typed: str, currency: str) -> int:
    """The minor units that ``8``, ``8.5``, ``8.00``, ``8,00`` or ``£8`` mean. Raises Unreadable, also for ``1.000``."""
    places: int = get_currency_precision(currency)
    found = _AMOUNT.fullmatch(_AROUND.sub("", unicodedata.normalize("NFKC", typed).strip()))
    if found is None:
        raise Unreadable(typed)
    units, parts = int(found[1]), found[2] or ""
    if len(parts) > places or units > _MOST_UNITS:
        raise Unreadable(typed)
    whole: int = units * 10**places
    return whole + int(parts.ljust(places, "0") or "0")


def typed_amount(amount: int, currency: str) -> str:
    """An amount as one would type it into a field: ``8.00``."""
    places: int = get_currency_precision(currency)
    return f"{amount // 10**places}.{amount % 10**places:0{places}d}" if places else str(amount)
