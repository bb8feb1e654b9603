"""Periods: when the next one begins."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

from tests.stripe_server.wire import Json


def add(at: int, interval: str, count: int, anchor: int | None = None) -> int:
    """The second that lies n intervals later; months keep the anchor's day where the month has it."""
    moment = datetime.fromtimestamp(at, UTC)
    if interval in ("day", "week"):
        return int((moment + timedelta(days=count * (7 if interval == "week" else 1))).timestamp())
    months = moment.year * 12 + moment.month - 1 + count * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    day = datetime.fromtimestamp(at if anchor is None else anchor, UTC).day
    return int(moment.replace(year=year, month=month + 1, day=min(day, _days(year, month + 1))).timestamp())


def next_end(price: Json, start: int, anchor: int) -> int:
    """The end of the period of a recurring price that begins at a second."""
    return add(start, price["recurring"]["interval"], price["recurring"]["interval_count"], anchor)


def _days(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
