"""The meaning of the address budget that every store shares: who is established, and what newcomers have opened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import blake2b
from typing import NamedTuple, Protocol

from pennypress.core.budget import Address, Budget, Crowd
from pennypress.core.meter import Claim, Outcome, ReaderId, Spend, Standing
from pennypress.core.window import Span
from pennypress.store.held import kept_from

AddressId = bytes
"""An address as it is kept: a keyed hash of ID_BYTES. The key is the month's, so one address has an id a month."""

ID_BYTES = 16

Place = tuple[Address, tuple[AddressId, ...]]
"""One of the addresses of a claim, with all ids that it has, this month's first."""


class Home(NamedTuple):
    """Where a reader was first seen: all ids that this address then had, and how many may become established there.

    With all of them, those first seen there in two months find each other, wherever their second day is.
    """

    ids: tuple[AddressId, ...]
    readers: int


class Visitor(NamedTuple):
    """A reader as addresses know them: the days of the first view and of the latest, when that was, at which addresses
    the first was made, the day of the latest view there, whether they are established, and when a budget was last
    found used up for them (0: never)."""

    first_day: int
    last_day: int
    moment: int
    homes: tuple[Home, ...]
    home_day: int
    established: bool
    refused: int = 0


class Book(Protocol):
    """What a store keeps for the budget. Moments are Unix seconds; ``ids`` are all that one address has."""

    def keys(self, month: str) -> Sequence[bytes]:
        """The keys that still are, first that of the month that it is now."""
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

    def open(self, address: AddressId, article: str, moment: int, since: int) -> None:
        """Note that a newcomer opened it; what was opened before ``since`` is as good as never."""
        ...

    def crowd(self, ids: Sequence[AddressId], since: int, most: int) -> Crowd:
        """The established readers who were seen, as they were under the newest id; no more than ``most`` others."""
        ...

    def made(self, ids: Sequence[AddressId], since: int) -> int:
        """How many readers became established who were first seen there."""
        ...

    def see(self, address: AddressId, reader: ReaderId, moment: int, made: int | None = None) -> None:
        """Note that an established reader was seen; ``made`` is when they became so, for one who was first seen there
        (0: long ago), and a later one is kept."""
        ...

    def refuse(self, address: AddressId, day: int, *, newcomer: bool, first: bool) -> None:
        """Count a view for which the budget was used up; ``newcomer``: the first such of a reader in the window,
        ``first``: who had opened nothing yet."""
        ...


class Charge(NamedTuple):
    """What a claim took of the budgets: the addresses at which the article was noted. ``over`` says that a budget was
    used up."""

    over: bool = False
    taken: tuple[AddressId, ...] = ()


def take_from(book: Book, claim: Claim, budget: Budget, answer: Spend, before: Standing) -> tuple[Spend, Charge]:
    """What a claim becomes once its view was noted and, where a newcomer who stands at ``before`` is to be granted
    something, the budgets of the address were asked; and what it took of them."""
    places = places_of(book, budget)
    visitor = note_visit(book, claim, budget, places)
    if answer.outcome is not Outcome.GRANTED or visitor.established:
        return answer, Charge()
    charged = charge(book, claim, budget, places, visitor, spent=before.spent)
    if charged.over and budget.enforced:
        return Spend(Outcome.BUDGET, before), charged
    return answer._replace(over_budget=charged.over), charged


def note_visit(book: Book, claim: Claim, budget: Budget, places: Sequence[Place]) -> Visitor:
    """Note a view of an article, the first of a day; its reader as they are now."""
    day, moment = budget.today.toordinal(), int(claim.now.timestamp())
    held = _still_known(book.visitor(claim.reader), claim, budget)
    if held is not None and held.last_day == day and held.established >= budget.established:
        return held
    if held is None:
        homes = tuple(Home(ids, address.readers) for address, ids in places)
        visitor = Visitor(day, day, moment, homes, day, budget.established)
    else:
        homes = tuple(_renewed(home, places) for home in held.homes)
        home_day = day if _at_home(homes, places) else held.home_day
        # A first day later than today was a clock's that ran ahead.
        first_day = min(held.first_day, day)
        visitor = held._replace(first_day=first_day, last_day=day, moment=moment, homes=homes, home_day=home_day)
        if not held.established:
            becomes = budget.established or (day > held.first_day and _becomes(book, claim, homes))
            visitor = visitor._replace(established=becomes)
    book.keep(claim.reader, visitor)
    if visitor.established:
        for _, ids in places:
            own = not budget.established and any(ids[0] in home.ids for home in visitor.homes)
            book.see(ids[0], claim.reader, moment, 0 if own else None)
    return visitor


def charge(
    book: Book, claim: Claim, budget: Budget, places: Sequence[Place], visitor: Visitor, *, spent: int
) -> Charge:
    """Take a newcomer's article from the budgets of the address: from all or, where one that is enforced is used up,
    from none. ``spent`` is how many articles the newcomer has opened."""
    since = counts_from(claim.span)
    over = any(_is_used_up(book, claim, budget, address, ids) for address, ids in places)
    if over:
        _note_refusal(book, claim, budget, visitor, places[0][1][0], spent=spent)
    if over and budget.enforced:
        return Charge(over=True)
    for _, ids in places:
        book.open(ids[0], claim.article, int(claim.now.timestamp()), since)
    return Charge(over, tuple(ids[0] for _, ids in places))


def month_of(day: date) -> str:
    """The calendar month of a key, such as 2026-11."""
    return day.isoformat()[:7]


def keys_from(claim: Claim) -> str:
    """The oldest month whose key is still of use at a claim: that in which the last window began."""
    return month_of(claim.budget.last_window if claim.budget is not None else kept_from(claim.span, claim.now))


def address_id(name: str, key: bytes) -> AddressId:
    """The id of an address under a key."""
    return blake2b(name.encode("utf-8", "replace"), key=key, digest_size=ID_BYTES).digest()


def counts_from(span: Span) -> int:
    """The first Unix second at which what was taken counts in a span; as ``Span.counts`` has it."""
    start = int(span.start.timestamp())
    return start if span.length is None else start + 1


def _still_known(held: Visitor | None, claim: Claim, budget: Budget) -> Visitor | None:
    """The same, unless it is as old as what is let go, or the first address of one who is not established can be looked
    up no longer: they begin anew, and are counted where they do."""
    if held is None or held.moment < int(kept_from(claim.span, claim.now).timestamp()):
        return None
    if not held.established and month_of(date.fromordinal(held.home_day)) < month_of(budget.last_window):
        return None
    return held


def _renewed(home: Home, places: Sequence[Place]) -> Home:
    """A reader's home with all ids that it has now, where they are there; so it is known after its first month too."""
    for address, ids in places:
        if not set(ids).isdisjoint(home.ids):
            return Home(ids, address.readers)
    return home


def _at_home(homes: Sequence[Home], places: Sequence[Place]) -> bool:
    return any(ids[0] in home.ids for home in homes for _, ids in places)


def _becomes(book: Book, claim: Claim, homes: Sequence[Home]) -> bool:
    """Whether there is room for one more of those who were first seen at the same addresses; it is taken."""
    since, moment = counts_from(claim.span), int(claim.now.timestamp())
    if any(book.made(home.ids, since) >= home.readers for home in homes):
        return False
    for home in homes:
        for held_id in home.ids:
            book.see(held_id, claim.reader, moment, moment)
    return True


def _is_used_up(book: Book, claim: Claim, budget: Budget, address: Address, ids: Sequence[AddressId]) -> bool:
    since = counts_from(claim.span)
    if book.has_opened(ids, claim.article, since):
        return False
    opened = book.opened(ids, since)
    if opened < address.articles:
        return False
    return opened >= address.allowed(book.crowd(ids, int(budget.last_window.timestamp()), address.largest_crowd))


def _note_refusal(
    book: Book, claim: Claim, budget: Budget, visitor: Visitor, address: AddressId, *, spent: int
) -> None:
    newcomer = visitor.refused < counts_from(claim.span)
    book.refuse(address, budget.today.toordinal(), newcomer=newcomer, first=newcomer and spent == 0)
    if newcomer:
        book.keep(claim.reader, visitor._replace(refused=int(claim.now.timestamp())))


def places_of(book: Book, budget: Budget) -> list[Place]:
    """The addresses of a claim with all ids that they have."""
    keys = book.keys(month_of(budget.today))
    return [(address, tuple([address_id(address.name, key) for key in keys])) for address in budget.addresses]
