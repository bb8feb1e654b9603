"""The stores that the contract suites run against, and readers and times to try them with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pennypress.core.meter import Claim, ReaderId
from pennypress.core.window import Window
from pennypress.store import Store
from pennypress.store.opening import open_store

URLS = ("memory:", "sqlite:pennypress.db")

LONDON = ZoneInfo("Europe/London")
MONTH = Window.parse("month", LONDON)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADA, BEA, CEM = (ReaderId(bytes([number]) * 16) for number in (1, 2, 3))


def claim(
    article: str,
    *,
    reader: ReaderId = ADA,
    limit: int = 5,
    window: Window = MONTH,
    now: datetime = NOON,
    title: str = "",
) -> Claim:
    """A claim to an article; by default Ada's, of five in a month, at noon on 20 November 2026."""
    return Claim(reader, article, limit, window.span(now), now, title)


@pytest.fixture(params=URLS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Each store in turn, empty."""
    opened = open_store(request.param, tmp_path)
    yield opened
    await opened.close()
