"""What a store holds of one reader, and what of it counts: the meaning that every store shares, pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pennypress.core.meter import Claim, Standing, Unit, union
from pennypress.core.window import Span

LONGEST_TITLE = 200
"""A title is kept to this many characters."""

MERGED_FOR = timedelta(days=400)
"""A merged reader's name is followed for as long as a cookie may hold it: thirteen months, and a little."""

_DAY = 86_400.0
_SLACK = timedelta(days=4)

Units = tuple[Unit, ...]
"""All the units that a store holds of a reader, counting or not, in the order in which they were taken."""


@dataclass(frozen=True, slots=True)
class SeenTime:
    """The newest time that a store believes to have seen, in Unix seconds.

    ``ahead_since`` is the tick (of a clock that nobody sets) at which claims began to come from more than a day
    later; None while they do not.
    """

    newest: int
    ahead_since: float | None = None

    def after(self, now: int, tick: float) -> SeenTime:
        """What is believed after a claim at ``now``: a leap of over a day only once it has lasted a day of running.

        So a clock that jumps ahead and back within that day has nothing cleaned away. A tick below ``ahead_since``
        means that the machine was started anew: the wait begins again.
        """
        if now <= self.newest + _DAY:
            return SeenTime(max(self.newest, now))
        if self.ahead_since is None or tick < self.ahead_since:
            return SeenTime(self.newest, tick)
        return SeenTime(now) if tick - self.ahead_since >= _DAY else self


def as_kept(claim: Claim) -> Claim:
    """The claim as a store keeps it: its time in UTC, its title at most LONGEST_TITLE long, its texts encodable."""
    if claim.now.tzinfo is UTC and len(claim.title) <= LONGEST_TITLE and (claim.article + claim.title).isascii():
        return claim
    title = _encodable(claim.title[:LONGEST_TITLE])
    return replace(claim, article=_encodable(claim.article), now=claim.now.astimezone(UTC), title=title)


def counting(units: Units, span: Span, now: datetime) -> Standing:
    """Where a reader with these units stands now: those that count, each article once.

    An article can be held twice, from two spans of a window that was shorter then.
    """
    counted = [unit for unit in units if span.counts(unit.taken, now)]
    named = {unit.article for unit in counted if unit.article is not None}
    if len(named) == len(counted):
        return Standing(tuple(counted))
    once: list[Unit] = []
    for unit in counted:
        if unit.article is None:
            once.append(unit)
        elif unit.article in named:
            named.discard(unit.article)
            once.append(unit)
    return Standing(tuple(once))


def joined(source: Units, into: Units, span: Span, now: datetime) -> Units:
    """Two readers' units as one reader's: the union of what counts, and all that does not count as it is; but not
    what the source itself had only carried to it."""
    source = tuple(unit for unit in source if not unit.carried)
    united = union(counting(source, span, now), counting(into, span, now)).units
    others = [unit for unit in (*source, *into) if not span.counts(unit.taken, now)]
    return tuple(sorted((*others, *united), key=lambda unit: unit.taken))


def forgotten(units: Units) -> Units:
    """The same units without their articles."""
    return tuple(Unit(None, unit.taken, carried=unit.carried) for unit in units)


def carried(source: Units, into: Units, span: Span, now: datetime) -> Units:
    """The units of ``into`` with the number of the source's that count: of each moment as many as there are in
    either, so that carrying again adds nothing."""
    lacking = Counter(unit.taken for unit in counting(source, span, now).units)
    lacking.subtract(unit.taken for unit in into)
    added = [Unit(None, taken, carried=True) for taken, count in lacking.items() for _ in range(count)]
    return tuple(sorted((*into, *added), key=lambda unit: unit.taken))


def kept_from(span: Span, now: datetime) -> datetime:
    """The moment before which units have no more use: their span ended a full window ago, or longer.

    Calendar spans differ in length by up to three days and an hour, so a little more is kept.
    """
    if span.length is not None:
        return now - 2 * span.length
    assert span.end is not None
    return span.start - (span.end - span.start) - _SLACK


def _encodable(text: str) -> str:
    """The text with a question mark for each lone surrogate, which a JSON escape in a page can smuggle in."""
    return text.encode("utf-8", "replace").decode("utf-8")
