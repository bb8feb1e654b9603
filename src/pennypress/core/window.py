"""Windows, and the spans of time in which articles count together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache


class WindowKind(StrEnum):
    """The kinds of window."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ROLLING = "rolling"


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch of time in which articles count together, as it stands at one moment.

    A calendar span is ``[start, end)``. A rolling one has ``length`` and no ``end``: a unit counts from the moment
    it was taken until ``length`` later, exactly. ``start`` of a rolling span is the earliest taking that still counts.
    """

    start: datetime
    end: datetime | None
    length: timedelta | None = None

    def counts(self, taken: datetime, now: datetime) -> bool:
        """Whether a unit taken then still counts now; one taken later than now (a clock set back) does count."""
        if self.length is not None:
            return taken + self.length > now
        return self.start <= taken and (self.end is None or taken < self.end)

    def returns(self, taken: datetime) -> datetime:
        """When a unit taken then comes back."""
        if self.length is not None:
            return taken + self.length
        assert self.end is not None
        return self.end


@dataclass(frozen=True, slots=True)
class Window:
    """How long an opened article counts: a day, an ISO week or a month of the paper's calendar, or rolling days."""

    kind: WindowKind
    zone: tzinfo
    days: int = 0

    def __post_init__(self) -> None:
        if (self.kind is WindowKind.ROLLING) != (self.days > 0):
            raise ValueError("a rolling window has at least one day; a calendar window has none")

    @classmethod
    def parse(cls, text: str, zone: tzinfo) -> Window:
        """Read ``"day"``, ``"week"``, ``"month"`` or ``"30 days"``. Raises ValueError for anything else."""
        if text in ("day", "week", "month"):
            return cls(WindowKind(text), zone)
        found = re.fullmatch(r"([1-9][0-9]{0,2}) days?", text)
        if found is None:
            raise ValueError(f'a window is "day", "week", "month" or a number of days such as "30 days", not {text!r}')
        return cls(WindowKind.ROLLING, zone, int(found[1]))

    def __str__(self) -> str:
        return f"{self.days} days" if self.kind is WindowKind.ROLLING else self.kind.value

    def span(self, now: datetime) -> Span:
        """The span that holds ``now`` (an aware datetime)."""
        if self.kind is WindowKind.ROLLING:
            length = timedelta(days=self.days)
            return Span(now - length, None, length)
        return _span_of_day(self, now.astimezone(self.zone).date())

    def last(self, span: Span) -> datetime:
        """When the window before this one's ``span`` began, in the paper's zone."""
        if span.length is not None:
            return (span.start - span.length).astimezone(self.zone)
        return _start_before(self, span.start)

    def of_day(self, today: date) -> Span:
        """The calendar span that holds a day of the paper's calendar."""
        if self.kind is WindowKind.DAY:
            first, after = today, today + timedelta(days=1)
        elif self.kind is WindowKind.WEEK:
            first = today - timedelta(days=today.weekday())
            after = first + timedelta(days=7)
        else:
            first = today.replace(day=1)
            after = (first + timedelta(days=31)).replace(day=1)
        return Span(self._midnight(first), self._midnight(after))

    def _midnight(self, day: date) -> datetime:
        """The first instant of a day, in UTC. Where the clocks skip midnight, the first instant after the gap;
        where they repeat it, the earlier of the two."""
        naive = datetime.combine(day, time.min)
        instant = naive.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) == naive:
            return instant
        return _first_instant_after_gap(naive, self.zone)


@lru_cache(maxsize=64)
def _span_of_day(window: Window, today: date) -> Span:
    """Worked out once a day, not once a view: the zone's rules cost twenty times the look-up."""
    return window.of_day(today)


@lru_cache(maxsize=64)
def _start_before(window: Window, start: datetime) -> datetime:
    """When the calendar window began that ended at ``start``."""
    return window.span(start - timedelta(seconds=1)).start.astimezone(window.zone)


def _first_instant_after_gap(naive: datetime, zone: tzinfo) -> datetime:
    """The instant at which a zone's clocks jump over ``naive``, in UTC (to the second)."""
    low = naive.replace(tzinfo=zone, fold=1).astimezone(UTC) - timedelta(days=1)
    high = low + timedelta(days=2)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) < naive:
            low = middle
        else:
            high = middle
    return high
