"""What the address budget has seen, told without an address: for each one how many readers, articles and refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pennypress.store.budget import AddressId, Book, Visitor, address_id

_EVERYBODY = 1 << 60


@dataclass(frozen=True, slots=True)
class AddressFigures:
    """One address in a window. ``newcomers`` were first seen there and are not established; ``established`` were seen
    there. Newcomers opened so many distinct ``articles``. Then the views for which the budget was used up, the
    newcomers whose they were, and of these those who had opened nothing before."""

    newcomers: int = 0
    established: int = 0
    articles: int = 0
    over_views: int = 0
    over_newcomers: int = 0
    over_first: int = 0

    @property
    def readers(self) -> int:
        """All of them."""
        return self.newcomers + self.established


class FiguresBook(Book, Protocol):
    """A book that can be read through."""

    def held_keys(self) -> Sequence[bytes]:
        """The keys that still are."""
        ...

    def visitors(self, since: int) -> Iterable[Visitor]:
        """Every reader who was seen."""
        ...

    def refusals(self, from_day: int) -> Iterable[tuple[AddressId, int, int, int]]:
        """For addresses and days: the views for which the budget was used up, the newcomers, and the first ones."""
        ...


def figures(book: FiguresBook, since: int, from_day: int, names: Collection[str] | None) -> tuple[AddressFigures, ...]:
    """Every address that was seen from a moment on, given as Unix seconds and as a day; with ``names`` only these."""
    only = None if names is None else {address_id(name, key) for name in names for key in book.held_keys()}
    newcomers: Counter[AddressId] = Counter()
    for visitor in book.visitors(since):
        newcomers[visitor.homes[0].ids[0]] += not visitor.established
    over: dict[AddressId, tuple[int, int, int]] = {}
    for address, *counts in book.refusals(from_day):
        views, refused, first = over.get(address, (0, 0, 0))
        over[address] = (views + counts[0], refused + counts[1], first + counts[2])
    addresses = newcomers.keys() | over.keys()
    return tuple(
        _figures_of(book, since, address, newcomers[address], over.get(address, (0, 0, 0)))
        for address in sorted(addresses)
        if only is None or address in only
    )


def _figures_of(
    book: FiguresBook, since: int, address: AddressId, newcomers: int, over: tuple[int, int, int]
) -> AddressFigures:
    crowd = book.crowd((address,), since, _EVERYBODY)
    return AddressFigures(newcomers, crowd.own + crowd.others, book.opened((address,), since), *over)
