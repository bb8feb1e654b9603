"""The desk's page for codes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pennypress.office.models import Account, Code
from tests.office.browser import Browser
from tests.office.conftest import SettableClock

PAGE = "/-/pennypress/desk/codes"


@pytest.fixture
def editor(account: Callable[..., Account], signed_in: Callable[..., Browser], clock: SettableClock) -> Browser:
    """The editor's browser."""
    return signed_in(account("editor@paper.test", role="editor"))


def test_a_batch_is_made_shown_and_reported_on(editor: Browser) -> None:
    page = editor.get(PAGE).submit(
        {"count": "3", "why": "harvest fair", "days": "7", "until": "2026-12-31"}, button="Make them"
    )
    assert "3 new codes" in page.text
    assert all(code.printed in page.text for code in Code.objects.all())
    assert "harvest fair 3 0 3 0 31 December 2026" in page.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"days": "7", "percent": "10"}, "either days to read, or a discount"),
        ({}, "either days to read, or a discount"),
        ({"days": "7", "until": "2026-11-01"}, "This day has passed"),
        ({"percent": "101"}, "less than or equal to 100"),
        ({"days": "7", "count": "0"}, "greater than or equal to 1"),
    ],
)
def test_codes_that_cannot_be_are_refused_with_the_reason(editor: Browser, given: dict[str, str], said: str) -> None:
    page = editor.get(PAGE).submit({"count": "3", "why": "fair", "until": "2026-12-31", **given}, button="Make them")
    assert page.status == 400
    assert said in page.text
    assert not Code.objects.exists()
