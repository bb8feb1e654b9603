"""The office answering a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.journeys.running import CHROMIUM_ARGUMENTS
from tests.office.browser import HOST


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch, settings: object) -> Iterator[str]:
    """The address of the office, answering under a name that passkeys may be bound to."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the tab is driven from a loop
    settings.ALLOWED_HOSTS = ["localhost", HOST]  # type: ignore[attr-defined]
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def chromium_browser(chromium: str) -> Iterator[Chromium]:
    """Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()
