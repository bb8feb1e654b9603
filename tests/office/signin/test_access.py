"""Everyone can sign in: axe, the keyboard alone, without scripts, on a narrow screen."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest
from django.core.mail import EmailMessage
from playwright.sync_api import Browser as Chromium

from tests.office.signin.steps import code_in, link_in

_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})"


def test_axe_finds_nothing_on_any_page_of_the_sign_in(
    chromium_browser: Chromium, office: str, mails: list[EmailMessage]
) -> None:
    tab = chromium_browser.new_context(bypass_csp=True, viewport={"width": 320, "height": 700}).new_page()
    found: dict[str, object] = {}

    def look(name: str) -> None:
        tab.evaluate(_AXE)
        answer = tab.evaluate(_RUN, _RULES)
        found[name] = [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in answer["violations"]]
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320, name

    tab.goto(f"{office}/sign-in")
    look("sign-in")
    tab.get_by_label("Your mail address").fill("no address")
    tab.evaluate("for (const form of document.forms) form.noValidate = true")
    tab.get_by_role("button", name="Send me a code").click()
    look("sign-in, refused")
    tab.goto(f"{office}/sign-in/card")
    look("card")
    tab.goto(f"{office}/sign-in")
    tab.get_by_label("Your mail address").fill("ann@example.com")
    tab.get_by_role("button", name="Send me a code").click()
    tab.get_by_label("Code", exact=True).fill("1")
    look("code")
    tab.get_by_role("button", name="Sign in", exact=True).click()
    look("code, refused")
    tab.goto(office + link_in(mails[-1]))
    look("link")
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url(f"{office}/account")
    for page in ("sign-in/passkeys", "sign-in/out", "sign-in/link"):
        tab.goto(f"{office}/{page}")
        look(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("scripts", [True, False])
def test_the_keyboard_alone_signs_in_with_scripts_and_without(
    chromium_browser: Chromium, office: str, mails: list[EmailMessage], scripts: bool
) -> None:
    tab = chromium_browser.new_context(java_script_enabled=scripts).new_page()
    tab.goto(f"{office}/sign-in")
    tab.get_by_label("Your mail address").focus()
    tab.keyboard.type("ann@example.com")
    tab.keyboard.press("Enter")
    field = tab.get_by_label("Code", exact=True)
    field.focus()
    tab.keyboard.type(code_in(mails[-1]))
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{office}/account")
