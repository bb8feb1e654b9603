"""Windows and spans."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pennypress.core.window import Window, WindowKind

LONDON = ZoneInfo("Europe/London")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("window", "zone", "now", "start", "end"),
    [
        ("month", "Europe/London", "2026-03-31T22:59:59Z", "2026-03-01T00:00Z", "2026-03-31T23:00Z"),
        ("month", "Europe/London", "2026-03-31T23:00:00Z", "2026-03-31T23:00Z", "2026-04-30T23:00Z"),
        ("month", "UTC", "2028-02-29T12:00Z", "2028-02-01T00:00Z", "2028-03-01T00:00Z"),
        ("month", "Asia/Kathmandu", "2026-12-31T18:15Z", "2026-12-31T18:15Z", "2027-01-31T18:15Z"),
        ("week", "UTC", "2027-01-01T12:00Z", "2026-12-28T00:00Z", "2027-01-04T00:00Z"),
        ("day", "Europe/London", "2026-10-25T12:00Z", "2026-10-24T23:00Z", "2026-10-26T00:00Z"),
        ("day", "America/Sao_Paulo", "2018-11-04T12:00Z", "2018-11-04T03:00Z", "2018-11-05T02:00Z"),
        ("day", "Pacific/Apia", "2011-12-29T12:00Z", "2011-12-29T10:00Z", "2011-12-30T10:00Z"),
    ],
)
def test_calendar_spans_follow_the_papers_calendar(window: str, zone: str, now: str, start: str, end: str) -> None:
    span = Window.parse(window, ZoneInfo(zone)).span(at(now))
    assert (span.start, span.end) == (at(start), at(end))


def test_a_rolling_unit_comes_back_exactly_so_many_days_after_it_was_taken() -> None:
    window = Window.parse("7 days", LONDON)
    taken = at("2026-10-20T12:00:00Z")
    last = taken + timedelta(days=7) - timedelta(seconds=1)
    assert window.span(last).counts(taken, last)
    assert not window.span(last).counts(taken, taken + timedelta(days=7))
    assert window.span(last).returns(taken) == taken + timedelta(days=7)


@pytest.mark.parametrize("text", ["", "months", "0 days", "-1 days", "30", "1000 days", "30 Days", "1.5 days"])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a window is"):
        Window.parse(text, UTC)


def test_a_window_is_written_as_it_is_read() -> None:
    for text in ("day", "week", "month", "30 days"):
        assert str(Window.parse(text, UTC)) == text


_zones = st.sampled_from(sorted(zone for zone in available_timezones() if "/" in zone and "posix" not in zone))
_moments = st.datetimes(datetime(1975, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
_kinds = st.sampled_from([WindowKind.DAY, WindowKind.WEEK, WindowKind.MONTH])


@given(_zones, _moments, _kinds)
@example("America/Sao_Paulo", datetime(2018, 11, 4, 2, 59, tzinfo=UTC), WindowKind.DAY)
@example("Africa/Cairo", datetime(2010, 9, 10, 12, tzinfo=UTC), WindowKind.DAY)
def test_spans_tile_time_without_gap_or_overlap(zone: str, now: datetime, kind: WindowKind) -> None:
    window = Window(kind, ZoneInfo(zone))
    span = window.span(now)
    assert span.end is not None
    assert span.start <= now < span.end
    assert window.span(span.end).start == span.end
    assert window.span(span.end - timedelta(seconds=1)) == span
    assert window.span(span.start) == span


@given(_zones, _moments, _kinds)
def test_the_last_window_is_the_one_that_ends_where_this_one_begins(zone: str, now: datetime, kind: WindowKind) -> None:
    window = Window(kind, ZoneInfo(zone))
    span = window.span(now)
    last = window.last(span)
    assert window.span(last).end == span.start
    assert (last.utcoffset(), last.astimezone(UTC)) == (
        last.astimezone(ZoneInfo(zone)).utcoffset(),
        window.span(last).start,
    )


def test_the_window_before_a_rolling_one_is_as_long() -> None:
    window = Window.parse("30 days", ZoneInfo("Europe/London"))
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert window.last(window.span(now)) == now - timedelta(days=60)
