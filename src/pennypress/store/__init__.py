"""The stores: where meters, openings and counts are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from pennypress.core.entitlement import Lock, Opening
from pennypress.core.known import KnownText, Lessons
from pennypress.core.meter import Claim, ReaderId, Spend, Standing
from pennypress.core.policy import Mode
from pennypress.core.rights import Rights
from pennypress.core.use import Use
from pennypress.core.window import Span
from pennypress.store.budget_figures import AddressFigures


class MeterStore(Protocol):
    """Keeps every reader's meter. All of it raises StoreUnavailable when the store does not answer in time."""

    async def spend(self, claim: Claim) -> Spend:
        """Grant or refuse a claim in one atomic step, all or nothing; a grant is durable when this returns.

        A claim whose wait has ended (StoreUnavailable) is withdrawn: it is never committed afterwards.
        """
        ...

    async def standing(self, reader: ReaderId, span: Span, now: datetime) -> Standing:
        """Where a reader stands; the empty standing for one never seen."""
        ...

    async def merge(self, source: ReaderId, into: ReaderId, span: Span, now: datetime) -> Standing:
        """Join the meter of ``source`` into that of ``into`` as a union, once; later spends on the source follow."""
        ...

    async def forget(self, reader: ReaderId, span: Span, now: datetime) -> None:
        """Forget which articles the reader opened; the number stays spent until each would have come back."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go of every resource."""
        ...


@dataclass(frozen=True, slots=True)
class Controls:
    """What running workers are to know: an operator's openings, locks, and mode where one was said after their start;
    and the canonical links that are no longer believed.

    ``generation`` grows with every change; ``mode_said`` is the generation at which the mode was said.
    """

    generation: int = 0
    mode: Mode | None = None
    mode_said: int = 0
    openings: tuple[Opening, ...] = ()
    locks: tuple[Lock, ...] = ()
    disbelieved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of ``status``: readers with a unit in the span, those stopped, and the day's tallies by name."""

    readers: int
    stopped: int
    would_be_stopped: int
    tallies: Mapping[str, int]


class ControlStore(Protocol):
    """Carries an operator's words to running workers, and the workers' tallies back."""

    async def controls(self) -> Controls:
        """The controls as they stand; cheap while nothing has changed. Openings and locks that are over are left out
        only by those who read them: they carry their own times."""
        ...

    async def say_mode(self, mode: Mode) -> None:
        """Switch running workers to a mode."""
        ...

    async def open(self, opening: Opening) -> None:
        """Add an opening."""
        ...

    async def lock(self, lock: Lock) -> None:
        """Add a lock; it takes the place of one on the same pattern."""
        ...

    async def unlock(self, path: str) -> bool:
        """Lift the lock on a pattern's text; False when there was none."""
        ...

    async def claim_link(self, link: str, address: str, sketch: bytes) -> None:
        """Note that the page at ``address`` calls itself ``link``, with a body of this sketch.

        A link that pages at two addresses claim with bodies that share no text is disbelieved from then on.
        """
        ...

    async def tally(
        self, day: date, counts: Mapping[str, int], stopped: Sequence[ReaderId], *, observed: bool, now: datetime
    ) -> None:
        """Add to the tallies of a day in the paper's zone, and note readers who were stopped (or, observed, would
        have been) by ``now``."""
        ...

    async def summary(self, span: Span, day: date, now: datetime) -> Summary:
        """The figures for ``status``."""
        ...

    async def addresses(self, span: Span, first_day: date, names: Collection[str] | None) -> tuple[AddressFigures, ...]:
        """What the address budget has seen in a span that began on this day in the paper's zone, each address without
        its name; with ``names`` of these addresses alone."""
        ...


@dataclass(frozen=True, slots=True)
class Changes:
    """What was said of rights since a version: the accounts and devices concerned, None where that is no longer
    known and all of them may be. ``version`` is the one to ask with the next time."""

    version: int
    names: frozenset[ReaderId] | None = frozenset()


class RightsStore(Protocol):
    """Keeps what the office says of accounts, and which devices are signed in to them, beside the meters.

    All of it raises StoreUnavailable when the store does not answer in time; what was then written may stand, and
    asking again is safe.
    """

    async def put(self, account: ReaderId, rights: Rights) -> None:
        """Say what an account may read from now on; a revocation is a put."""
        ...

    async def get(self, device: ReaderId) -> Rights | None:
        """What the account may read to which a device is signed in; None for a device that is signed in to none."""
        ...

    async def sign_in(self, device: ReaderId, account: ReaderId) -> None:
        """Let a device read with the rights of an account, and no longer with those of another."""
        ...

    async def sign_out(self, device: ReaderId) -> None:
        """Let a device read with the rights of no account."""
        ...

    async def changed_since(self, version: int) -> Changes:
        """What was said since a version; cheap while that is nothing."""
        ...

    async def carry(self, source: ReaderId, into: ReaderId, span: Span, now: datetime) -> None:
        """Give ``into`` the number of units that count for ``source``, without the articles, each until it would
        have come back. What was carried is merged into no other reader, and carrying twice carries once."""
        ...

    async def erase(self, account: ReaderId, span: Span, now: datetime) -> None:
        """Delete an account: its rights, its devices and its articles. The number of what counts stays, without the
        articles, on its devices and on the names that were merged into it, so that none of them opens a fresh meter."""
        ...


class TextStore(Protocol):
    """Carries what one worker learned of the articles' texts to the others, and over a restart. Raises
    StoreUnavailable when the store does not answer in time; learning again is safe."""

    async def learn(self, texts: Sequence[KnownText]) -> None:
        """Keep some texts, each in the place of what was known under its name."""
        ...

    async def learned_since(self, version: int) -> Lessons:
        """What was learned since a version, 0 for all, in steps; cheap while that is nothing."""
        ...


class UseStore(Protocol):
    """Keeps who used what last. Raises StoreUnavailable when the store does not answer in time."""

    async def note_uses(self, uses: Sequence[Use]) -> None:
        """Add uses to those of the same name. Feeds are kept in a bounded number, those that were fetched least go
        first; and two months after they were fetched last."""
        ...

    async def uses(self) -> tuple[Use, ...]:
        """All uses, the most frequent first; those of feeds that are over are left out only by the upkeep."""
        ...


class Store(MeterStore, ControlStore, RightsStore, TextStore, UseStore, Protocol):
    """All in one: what ``[store] meters`` names."""
