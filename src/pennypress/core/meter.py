"""The meter: what a reader has spent, what remains, and when it comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, NewType

from pennypress.core.budget import Budget
from pennypress.core.window import Span

ReaderId = NewType("ReaderId", bytes)
"""An opaque random name of 16 bytes."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One article of the meter, spent. ``article`` is None once the reader had it forgotten: the number stays.

    ``taken`` is aware and holds whole seconds: stores keep no finer time. ``carried`` is True where the unit is only
    another reader's number, so that a change of name hands nothing out: it follows into no account.
    """

    article: str | None
    taken: datetime
    title: str = ""
    carried: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a reader stands: the units that count in a span, in the order in which they were taken."""

    units: tuple[Unit, ...] = ()

    @property
    def spent(self) -> int:
        """How many units count; above the limit after a merge or a lowered limit."""
        return len(self.units)

    def remaining(self, limit: int) -> int:
        """How many more articles may be opened; never below 0."""
        return max(0, limit - len(self.units))

    def unit(self, article: str) -> Unit | None:
        """The unit that this article took, or None when it took none in the span."""
        for unit in self.units:
            if unit.article == article:
                return unit
        return None

    def was_last(self, article: str, limit: int) -> bool:
        """Whether this article took the last unit of the limit."""
        return len(self.units) == limit and bool(self.units) and self.units[-1].article == article

    def next_return(self, span: Span, limit: int) -> datetime | None:
        """When the next unit comes back to this reader (calendar: the end of the span).

        With nothing left it is the moment from which another article may be opened. None when a rolling span
        holds no unit: there is nothing to come back.
        """
        if span.length is None:
            return span.end
        if not self.units:
            return None
        over = max(0, len(self.units) - limit)
        return span.returns(sorted(unit.taken for unit in self.units)[over])


@dataclass(frozen=True, slots=True)
class Claim:
    """A wish to open an article: everything that a store needs to grant or refuse it in one step. ``budget`` is what is
    to be taken with it, all or nothing; None where no address pays for it."""

    reader: ReaderId
    article: str
    limit: int
    span: Span
    now: datetime
    title: str = ""
    budget: Budget | None = None

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise ValueError("a limit is at least 1; say premium where nothing may be opened")

    def within(self, budget: Budget) -> Claim:
        """The same, taken from an address's budget too."""
        return Claim(self.reader, self.article, self.limit, self.span, self.now, self.title, budget)


class Outcome(StrEnum):
    """What became of a claim."""

    GRANTED = "granted"
    REPEATED = "repeated"
    USED_UP = "used-up"
    NOT_SPENT = "not-spent"
    BUDGET = "budget"


GRANTING = frozenset((Outcome.GRANTED, Outcome.REPEATED))
"""The outcomes with which an article may be opened."""


class Spend(NamedTuple):
    """The answer to a claim: its outcome and where the reader stands after it.

    NOT_SPENT is for a request that may not spend: the standing was read and the article is not in it. BUDGET is for a
    newcomer at an address whose budget is used up; ``over_budget`` says that it was, though nobody was refused.
    """

    outcome: Outcome
    standing: Standing
    over_budget: bool = False

    @property
    def granted(self) -> bool:
        """Whether the article may be opened: newly granted, or opened before in the span."""
        return self.outcome in GRANTING


def spend(standing: Standing, claim: Claim) -> Spend:
    """The meaning of a claim, pure: what it becomes for a reader who stands there.

    Every store does this, and only this, in one atomic step.
    """
    if standing.unit(claim.article) is not None:
        return Spend(Outcome.REPEATED, standing)
    if standing.remaining(claim.limit) == 0:
        return Spend(Outcome.USED_UP, standing)
    unit = Unit(claim.article, claim.now.replace(microsecond=0), claim.title)
    return Spend(Outcome.GRANTED, Standing((*standing.units, unit)))


def union(one: Standing, other: Standing) -> Standing:
    """Two meters as one: an article in both is one unit, taken when it was first taken."""
    first: dict[str, Unit] = {}
    forgotten: list[Unit] = []
    for unit in sorted((*one.units, *other.units), key=_order):
        if unit.article is None:
            forgotten.append(unit)
        else:
            first.setdefault(unit.article, unit)
    return Standing(tuple(sorted((*first.values(), *forgotten), key=_order)))


def _order(unit: Unit) -> tuple[datetime, str]:
    return unit.taken, unit.article or ""
