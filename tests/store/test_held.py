"""The meaning that the stores share: what counts, what a union is, and when a time is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from pennypress.core.meter import Unit
from pennypress.core.window import Window
from pennypress.store.held import SeenTime, counting, forgotten, joined, kept_from

LONDON = ZoneInfo("Europe/London")
DAY = 86_400

windows = st.sampled_from(["day", "week", "month", "1 day", "30 days"]).map(lambda text: Window.parse(text, LONDON))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 31), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
held = st.lists(
    st.builds(Unit, article=st.sampled_from(["/a", "/b", "/c", "/d", None]), taken=moments), max_size=8
).map(tuple)


@given(held, windows, moments)
def test_an_article_counts_once(units: tuple[Unit, ...], window: Window, now: datetime) -> None:
    named = [unit.article for unit in counting(units, window.span(now), now).units if unit.article is not None]
    assert len(named) == len(set(named))


@given(held, windows, moments)
def test_each_forgotten_unit_counts(units: tuple[Unit, ...], window: Window, now: datetime) -> None:
    span = window.span(now)
    standing = counting(forgotten(units), span, now)
    assert standing.spent == sum(span.counts(unit.taken, now) for unit in units)


@given(held, held, windows, moments)
def test_a_join_holds_every_article_that_either_held_and_no_other(
    one: tuple[Unit, ...], other: tuple[Unit, ...], window: Window, now: datetime
) -> None:
    span = window.span(now)
    together = {unit.article for part in (one, other) for unit in counting(part, span, now).units}
    assert {unit.article for unit in counting(joined(one, other, span, now), span, now).units} == together


@given(held, held, windows, moments)
def test_a_join_takes_nothing_from_other_spans(
    one: tuple[Unit, ...], other: tuple[Unit, ...], window: Window, now: datetime
) -> None:
    span = window.span(now)
    outside = [unit for unit in (*one, *other) if not span.counts(unit.taken, now)]
    left = [unit for unit in joined(one, other, span, now) if not span.counts(unit.taken, now)]
    assert sorted(left, key=repr) == sorted(outside, key=repr)


@given(windows, moments)
def test_a_unit_is_kept_until_a_full_window_after_its_span_has_ended(window: Window, now: datetime) -> None:
    span = window.span(now)
    if span.length is not None:
        assert kept_from(span, now) == now - 2 * span.length
        return
    before = window.span(span.start - timedelta(seconds=1))
    assert before.start - timedelta(days=8) < kept_from(span, now) <= before.start


def test_time_that_goes_its_way_is_believed() -> None:
    assert SeenTime(1000).after(1000 + DAY, tick=0.0) == SeenTime(1000 + DAY)


def test_time_that_goes_back_leaves_the_newest_as_it_was() -> None:
    assert SeenTime(1000).after(500, tick=0.0) == SeenTime(1000)


def test_a_leap_is_believed_only_after_a_day_of_running() -> None:
    leapt = SeenTime(0).after(90 * DAY, tick=100.0)
    assert leapt == SeenTime(0, 100.0)
    assert leapt.after(90 * DAY + 3600, tick=100.0 + DAY - 1) == leapt
    assert leapt.after(91 * DAY, tick=100.0 + DAY) == SeenTime(91 * DAY)


def test_a_leap_that_is_taken_back_is_forgotten() -> None:
    leapt = SeenTime(0).after(90 * DAY, tick=100.0)
    assert leapt.after(3600, tick=200.0) == SeenTime(3600)


def test_after_a_new_start_of_the_machine_a_leap_waits_anew() -> None:
    assert SeenTime(0, 10_000.0).after(90 * DAY, tick=5.0) == SeenTime(0, 5.0)
