"""Periods on the calendar of the paper."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pennypress.office.models import Period
from pennypress.office.periods import after


@pytest.mark.parametrize(
    ("start", "period", "count", "end"),
    [
        ("2026-11-24T12:00", Period.WEEK, 1, "2026-12-01T12:00"),
        ("2026-11-24T12:00", Period.MONTH, 1, "2026-12-24T12:00"),
        ("2026-11-24T12:00", Period.QUARTER, 1, "2027-02-24T12:00"),
        ("2026-11-24T12:00", Period.YEAR, 1, "2027-11-24T12:00"),
        ("2027-01-31T12:00", Period.MONTH, 1, "2027-02-28T12:00"),
        ("2027-01-31T12:00", Period.MONTH, 2, "2027-03-31T11:00"),
        ("2028-02-29T12:00", Period.YEAR, 1, "2029-02-28T12:00"),
        ("2026-12-31T12:00", Period.MONTH, 2, "2027-02-28T12:00"),
    ],
)
def test_a_period_ends_on_the_same_day_or_on_the_months_last(start: str, period: Period, count: int, end: str) -> None:
    assert after(_utc(start), period, count) == _utc(end)


def _utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)
