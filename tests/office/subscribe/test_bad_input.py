"""What no page of ours sends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pennypress.config import Config
from pennypress.office.models import Account, Order, Plan
from tests.office.browser import Browser
from tests.office.conftest import SettableClock


@pytest.fixture
def reader(
    account: Callable[..., Account],
    signed_in: Callable[..., Browser],
    plan: Callable[..., Plan],
    paper: Callable[..., Config],
    clock: SettableClock,
) -> Browser:
    paper(office={"demo_till": True})
    plan(slug="reader")
    return signed_in(account())


@pytest.mark.parametrize(
    "path",
    [
        "/subscribe?code=%00&from=%00",
        "/subscribe?from=%ff%fe",
        "/subscribe/code?code=%00%0d%0aSet-Cookie:x",
        f"/subscribe/code?code={'x' * 5000}",
        f"/subscribe/reader?code={'x' * 5000}",
        "/subscribe/reader?code=%00",
    ],
)
def test_strange_queries_are_answered_by_the_page(reader: Browser, path: str) -> None:
    page = reader.get(path)
    assert page.status == 200
    assert "Set-Cookie:x" not in str(page.headers)


@pytest.mark.parametrize(
    "path",
    [
        "/subscribe/%00",
        f"/subscribe/{'x' * 3000}",
        "/subscribe/done/%00",
        "/subscribe/done/nobody",
        f"/subscribe/done/{'x' * 3000}",
        "/-/pennypress/till/demo/%00",
        "/-/pennypress/till/demo/nobody",
        "/-/pennypress/till/return/%00",
        "/-/pennypress/till/return/nobody",
    ],
)
def test_what_does_not_exist_is_not_found(reader: Browser, path: str) -> None:
    assert reader.get(path).status == 404


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("code", "x" * 5000),
        ("code", "A\x00B"),
        ("gift", "\x00"),
        ("gift", "9" * 5000),
        ("gift", "-5"),
        ("gift", "as much as you like"),
        ("method", "card\x00"),
        ("method", ""),
    ],
)
def test_a_field_that_cannot_be_right_is_marked_and_orders_nothing(reader: Browser, field: str, typed: str) -> None:
    page = reader.get("/subscribe/reader").submit({"at_once": "yes", field: typed}, button="Subscribe and pay")
    assert page.status == 200
    assert "Nothing was charged. Please look at what is marked below." in page.text
    assert page.tree.css_first(f"#{field}-error") is not None
    assert not Order.objects.exists()


def test_a_form_without_any_field_orders_nothing(reader: Browser) -> None:
    token = reader.get("/subscribe/reader").tree.css_first('[name="csrfmiddlewaretoken"]')
    assert token is not None
    assert reader.post("/subscribe/reader", {"csrfmiddlewaretoken": token.attributes["value"]}).status == 200
    assert not Order.objects.exists()


def test_two_codes_in_one_form_are_one(reader: Browser) -> None:
    page = reader.get("/subscribe/code").submit({"code": ["A", "B"]}, button="Use this code")
    assert page.status == 200
    assert page.tree.css_first("#code-error") is not None
