"""The meaning of the address budget that every store shares: who is established, and what newcomers have opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Protocol

from pennypress.core.budget import Address, Budget
from pennypress.core.meter import Claim, ReaderId

AddressId = bytes
"""An address as it is kept: a keyed hash. The key is the month's, so one address has an id a month."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A reader as addresses know them: the days of the first view and of the latest, when that was, at which addresses
    the first was made, and whether they are established."""

    first_day: int
    last_day: int
    moment: int
    homes: tuple[AddressId, ...]
    established: bool


class Book(Protocol):
    """What a store keeps for the budget. Moments are Unix seconds; ``ids`` are all that one address has."""

    def keys(self, now: datetime) -> Sequence[bytes]:
        """The keys that still are, this month's first."""
        ...

    def visitor(self, reader: ReaderId) -> Visitor | None:
        """A reader; None for one never seen."""
        ...

    def keep(self, reader: ReaderId, visitor: Visitor) -> None:
        """Keep a reader."""
        ...

    def opened(self, ids: Sequence[AddressId], since: int) -> int:
        """How many distinct articles newcomers opened."""
        ...

    def has_opened(self, ids: Sequence[AddressId], article: str, since: int) -> bool:
        """Whether newcomers opened this one."""
        ...

    def open(self, address: AddressId, article: str, moment: int) -> None:
        """Note that newcomers opened it."""
        ...

    def seen(self, ids: Sequence[AddressId], since: int) -> int:
        """How many established readers were seen."""
        ...

    def made(self, ids: Sequence[AddressId], since: int) -> int:
        """How many readers became established who were first seen there."""
        ...

    def see(self, address: AddressId, reader: ReaderId, moment: int, *, made: bool) -> None:
        """Note that an established reader was seen; ``made``: who became so now, and was first seen there."""
        ...


@dataclass(frozen=True, slots=True)
class Charge:
    """What a claim took of the budgets: the addresses at which the article was noted. ``over`` says that a budget was
    used up."""

    over: bool = False
    taken: tuple[AddressId, ...] = ()


def note_visit(book: Book, claim: Claim, budget: Budget) -> bool:
    """Note a view of an article, the first of a day; whether its reader is established."""
    visitor = book.visitor(claim.reader)
    if visitor is not None and visitor.last_day == budget.day and visitor.established >= budget.established:
        return visitor.established
    moment = int(claim.now.timestamp())
    places = list(_places(book, claim, budget))
    if visitor is None:
        homes = tuple(ids[0] for _, ids in places)
        visitor = Visitor(budget.day, budget.day, moment, homes, budget.established)
    elif not visitor.established:
        proven = budget.established or (budget.day != visitor.first_day and _may_be_made(book, claim, visitor, places))
        if proven and not budget.established:
            for home in visitor.homes:
                book.see(home, claim.reader, moment, made=True)
        visitor = replace(visitor, established=proven)
    book.keep(claim.reader, replace(visitor, last_day=budget.day, moment=moment))
    if visitor.established:
        for _, ids in places:
            book.see(ids[0], claim.reader, moment, made=False)
    return visitor.established


def charge(book: Book, claim: Claim, budget: Budget) -> Charge:
    """Take a newcomer's article from the budgets of the address: from all or, where one that is enforced is used up,
    from none."""
    moment = int(claim.now.timestamp())
    since, before = _since(claim)
    over, to_take = False, []
    for address, ids in _places(book, claim, budget):
        if book.has_opened(ids, claim.article, since):
            continue
        over = over or book.opened(ids, since) >= address.allowed(book.seen(ids, before))
        to_take.append(ids[0])
    if over and budget.enforced:
        return Charge(over=True)
    for place in to_take:
        book.open(place, claim.article, moment)
    return Charge(over, tuple(to_take))


def month_of(now: datetime) -> str:
    """The calendar month of a key, such as 2026-11."""
    return f"{now:%Y-%m}"


def _may_be_made(
    book: Book, claim: Claim, visitor: Visitor, places: Sequence[tuple[Address, Sequence[AddressId]]]
) -> bool:
    """Whether another reader who was first seen at these homes may become established."""
    since, _ = _since(claim)
    for home, (address, ids) in zip(visitor.homes, places, strict=False):
        if book.made(ids if home in ids else (home,), since) >= address.readers:
            return False
    return True


def _places(book: Book, claim: Claim, budget: Budget) -> Iterator[tuple[Address, tuple[AddressId, ...]]]:
    keys = book.keys(claim.now)
    for address in budget.addresses:
        name = address.name.encode("utf-8", "replace")
        yield address, tuple(blake2b(name, key=key, digest_size=16).digest() for key in keys)


def _since(claim: Claim) -> tuple[int, int]:
    """From when on things count in this window, and from when on in this and the last."""
    span = claim.span
    length = span.length if span.length is not None else (span.end or claim.now) - span.start
    start = claim.now - span.length if span.length is not None else span.start
    return int(start.timestamp()), int((start - length).timestamp())
