"""The office's one clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from pennypress.office.installation import installation

Clock = Callable[[], datetime]


def _system() -> datetime:
    return datetime.now(UTC)


_clock: Clock = _system


def now() -> datetime:
    """The moment, aware, in UTC."""
    return _clock()


def today() -> date:
    """The day in the paper's zone."""
    return now().astimezone(installation().config.paper.timezone).date()


def set_clock(clock: Clock | None) -> None:
    """Go by another clock; None is the system's."""
    global _clock
    _clock = clock or _system
