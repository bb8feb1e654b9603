"""Signing in by a card with a printed code."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from pennypress.config import Config
from pennypress.office.installation import installation
from pennypress.office.models import Account
from pennypress.office.signin.card import make_card, take_card_back
from tests.office.browser import Browser, Page
from tests.office.conftest import SettableClock, new_browser


@pytest.fixture
def reader(account: Callable[..., Account]) -> Account:
    """A reader without a mail address."""
    return account(None, name="Gwen Parry")


def _typed(browser: Browser, number: str, code: str) -> Page:
    return browser.get("/sign-in").follow("card").submit({"number": number, "code": code}, button="Sign in")


def test_a_reader_without_a_mail_address_signs_in_by_the_card(browser: Browser, reader: Account) -> None:
    code = make_card(reader)
    assert re.fullmatch(r"[3479CDFGHJKMNPQRTVWXY]{4}(-[3479CDFGHJKMNPQRTVWXY]{4}){2}", code)
    assert _typed(browser, reader.number, code).url == "/account"


def test_spaces_dashes_and_small_letters_do_not_matter(browser: Browser, reader: Account) -> None:
    code = make_card(reader).lower().replace("-", " ")
    number = f" {reader.number[:4]}-{reader.number[4:]} "
    assert _typed(browser, number, f" {code} ").url == "/account"


def test_the_card_leads_back_to_the_article(browser: Browser, reader: Account) -> None:
    back = installation().returns.seal("/news/harbour")
    page = browser.get(f"/sign-in?from={back}").follow("card")
    assert page.submit({"number": reader.number, "code": make_card(reader)}).url == "/news/harbour"


def test_a_new_card_ends_the_old_one_and_a_card_can_be_taken_back(browser: Browser, reader: Account) -> None:
    old = make_card(reader)
    new = make_card(reader)
    assert "do not belong together" in _typed(browser, reader.number, old).text
    take_card_back(reader)
    assert "do not belong together" in _typed(browser, reader.number, new).text


def test_the_card_s_code_is_kept_as_a_hash(reader: Account) -> None:
    code = make_card(reader)
    reader.refresh_from_db()
    assert code.replace("-", "") not in reader.card_code
    assert len(reader.card_code) == 64


@pytest.mark.parametrize(("number", "code"), [("", ""), ("1", "x"), ("9" * 40, "y" * 70), ("\x00", "A-B")])
def test_a_wrong_card_is_told_what_to_do(browser: Browser, reader: Account, number: str, code: str) -> None:
    make_card(reader)
    page = _typed(browser, number, code)
    assert page.status == 200
    assert page.tree.css_first("input[aria-invalid=true]") is not None


def test_no_answer_tells_whether_a_number_exists(reader: Account) -> None:
    make_card(reader)
    known = _typed(new_browser(), reader.number, "AAAA-AAAA-AAAA")
    unknown = _typed(new_browser(), "12345678", "AAAA-AAAA-AAAA")
    assert known.text == unknown.text
    assert known.status == unknown.status


def test_an_account_without_a_card_is_opened_by_no_code(browser: Browser, reader: Account) -> None:
    assert "do not belong together" in _typed(browser, reader.number, "-").text


def test_a_closed_account_s_card_opens_nothing(browser: Browser, reader: Account) -> None:
    code = make_card(reader)
    reader.is_active = False
    reader.save()
    assert "do not belong together" in _typed(browser, reader.number, code).text


def test_a_card_cannot_be_guessed(
    browser: Browser, reader: Account, paper: Callable[..., Config], clock: SettableClock
) -> None:
    paper(retention={"attempts": 3})
    code = make_card(reader)
    for _ in range(3):
        _typed(browser, reader.number, "AAAA-AAAA-AAAA")
    page = _typed(new_browser(address="198.51.100.7"), f"{reader.number[:4]} {reader.number[4:]}", code)
    assert page.status == 429
    clock.pass_(timedelta(hours=1, seconds=1))
    assert _typed(browser, reader.number, code).url == "/account"
