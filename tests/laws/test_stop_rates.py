"""The meter's meaning against exact answers worked out elsewhere, on real page-view logs."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pennypress.core.meter import Claim, Outcome, ReaderId, Standing, spend
from pennypress.core.window import Window

LOGS = {"deskdrop": "deskdrop_views.csv", "ebnerd": "ebnerd_sample.csv"}
WINDOWS = {
    "calendar_month_utc": ("month", "UTC"),
    "calendar_month_America/Sao_Paulo": ("month", "America/Sao_Paulo"),
    "calendar_month_Europe/Copenhagen": ("month", "Europe/Copenhagen"),
    "iso_week_America/Sao_Paulo": ("week", "America/Sao_Paulo"),
    "iso_week_Europe/Copenhagen": ("week", "Europe/Copenhagen"),
    "rolling_7d": ("7 days", "UTC"),
    "rolling_30d": ("30 days", "UTC"),
}


def views_by_reader(path: Path) -> dict[str, list[tuple[datetime, str]]]:
    views: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    with path.open(newline="") as lines:
        for row in csv.DictReader(lines):
            views[row["reader"]].append((datetime.fromtimestamp(int(row["unix_time"]), UTC), row["article"]))
    for held in views.values():
        held.sort(key=lambda view: view[0])
    return views


def blocked_views(window: Window, limit: int, views: list[tuple[datetime, str]]) -> Iterator[datetime]:
    """The moments at which one reader's views were refused."""
    standing = Standing()
    for now, article in views:
        span = window.span(now)
        counted = Standing(tuple(unit for unit in standing.units if span.counts(unit.taken, now)))
        answer = spend(counted, Claim(ReaderId(b"r" * 16), article, limit, span, now))
        if answer.outcome is Outcome.USED_UP:
            yield now
        standing = answer.standing


@pytest.mark.parametrize("log", LOGS)
def test_replaying_a_real_log_refuses_exactly_the_views_and_readers_of_the_reference(shared: Path, log: str) -> None:
    views = views_by_reader(shared / "clicks" / LOGS[log])
    with (shared / "clicks" / "reference_stop_rates.csv").open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["dataset"] == log and row["count"] == "unique"]
    # Two limits a window: one that stops many readers and one that stops few.
    checked = 0
    for name, (text, zone) in WINDOWS.items():
        window = Window.parse(text, ZoneInfo(zone))
        for row in [row for row in rows if row["window"] == name][::3]:
            blocked = [list(blocked_views(window, int(row["limit"]), held)) for held in views.values()]
            found = (sum(map(len, blocked)), sum(map(bool, blocked)))
            assert found == (int(row["blocked_views"]), int(row["stopped_readers"])), row
            checked += 1
    assert checked >= 6
