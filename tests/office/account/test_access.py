"""Everyone can manage an account: axe, on a narrow screen, and by the keyboard without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import axe_playwright_python
import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, sync_playwright
from pytest_django.live_server_helper import LiveServer

from pennypress.office import clock, lifecycle
from pennypress.office.models import Account, Device, Payment, Subscription
from tests.journeys.running import CHROMIUM_ARGUMENTS
from tests.office.browser import Browser
from tests.office.lifecycle.lives import Subscribe

_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
_NARROW = 320

SignIn = Callable[..., Browser]
Enter = Callable[..., BrowserContext]


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch, settings: object) -> Iterator[str]:
    """The address of the office."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the tab is driven from a loop
    settings.ALLOWED_HOSTS = ["localhost"]  # type: ignore[attr-defined]
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


@pytest.fixture
def entered(chromium_browser: Chromium, office: str, signed_in: SignIn) -> Enter:
    """A window in which an account is signed in."""

    def enter(account: Account, **facts: object) -> BrowserContext:
        name = django_settings.SESSION_COOKIE_NAME
        window = chromium_browser.new_context(bypass_csp=True, **facts)  # type: ignore[arg-type]
        window.add_cookies([{"name": name, "value": signed_in(account).cookies[name], "url": office}])
        return window

    return enter


def test_axe_finds_nothing_on_any_page_of_the_account(office: str, subscribed: Subscribe, entered: Enter) -> None:
    held = subscribed()
    lifecycle.refund(Payment.objects.get(), 100, "a late paper")
    Device.objects.create(account=held.account, key="1" * 32, anonymous="2" * 32, label="Firefox", made=clock.now())
    pages = {
        "account", f"account/cancel/{held.pk}", f"account/withdraw/{held.pk}", f"account/pause/{held.pk}",
        "account/receipts", "account/receipts/1", "account/devices", "account/mail",
    }  # fmt: skip
    tab = entered(held.account, viewport={"width": _NARROW, "height": 700}).new_page()
    found = {}
    for page in sorted(pages):
        tab.goto(f"{office}/{page}")
        tab.evaluate(_AXE)
        found[page] = [
            (fault["id"], [node["html"] for node in fault["nodes"]])
            for fault in tab.evaluate(_RUN, _RULES)["violations"]
        ]
        assert tab.evaluate("document.documentElement.scrollWidth") <= _NARROW, page
    assert {page: faults for page, faults in found.items() if faults} == {}


def test_the_keyboard_alone_cancels_without_scripts(office: str, subscribed: Subscribe, entered: Enter) -> None:
    held = subscribed()
    tab = entered(held.account, java_script_enabled=False).new_page()
    tab.goto(f"{office}/account")
    tab.get_by_role("link", name="Cancel the subscription").focus()
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name="Cancel the subscription").focus()
    tab.keyboard.press("Enter")
    tab.get_by_text("You have cancelled. You read on until").first.wait_for()
    assert Subscription.objects.get().cancelled is not None


def test_a_fault_in_a_form_is_tied_to_its_field(office: str, subscribed: Subscribe, entered: Enter) -> None:
    held = subscribed()
    tab = entered(held.account).new_page()
    tab.goto(f"{office}/account/pause/{held.pk}")
    tab.get_by_label("First day of the pause").fill(f"{clock.today() - timedelta(days=1):%Y-%m-%d}")
    tab.get_by_role("button", name="Pause", exact=True).click()
    tab.evaluate(_AXE)
    assert tab.evaluate(_RUN, _RULES)["violations"] == []
    described = tab.get_by_label("First day of the pause").get_attribute("aria-describedby")
    assert described is not None
    assert "This day is over" in tab.locator(f"#{described}").inner_text()
