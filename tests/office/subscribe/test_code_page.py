"""The page for codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from pennypress.config import Config
from pennypress.office.installation import installation
from pennypress.office.models import Account, Plan, Right, Subscription
from pennypress.office.subscribe.codes import make_codes
from tests.office.browser import Browser, Page
from tests.office.conftest import SettableClock

MakePlan = Callable[..., Plan]
ARTICLE = "/news/slow-clock"


@pytest.fixture
def ann(account: Callable[..., Account], clock: SettableClock) -> Account:
    return account()


@pytest.fixture
def reader(ann: Account, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(ann)


def code_page(browser: Browser) -> Page:
    return browser.get(f"/subscribe/code?{urlencode({'from': installation().returns.seal(ARTICLE)})}")


def drawn(clock: SettableClock, **facts: Any) -> str:
    (code,) = make_codes(1, until=clock.moment + timedelta(days=30), **facts)
    return code.printed


def refused(page: Page) -> str:
    told = page.tree.css_first("#code-error")
    return "" if told is None else told.text()


def test_days_to_read_begin_at_once_and_one_is_back_at_the_article(
    reader: Browser, ann: Account, clock: SettableClock
) -> None:
    page = code_page(reader).submit({"code": drawn(clock, days=7)})
    assert page.url == ARTICLE
    assert Right.objects.get(account=ann).until == clock.moment + timedelta(days=7)


def test_who_came_from_no_article_sees_until_when_in_the_account(reader: Browser, clock: SettableClock) -> None:
    page = reader.get("/subscribe/code").submit({"code": drawn(clock, days=7)}, button="Use this code")
    assert page.url == installation().config.office.account
    assert "you can read everything until 1 December 2026" in page.text


def test_a_code_waits_for_the_sign_in_and_is_still_in_the_field_afterwards(
    browser: Browser, clock: SettableClock
) -> None:
    typed = drawn(clock, days=7)
    page = code_page(browser)
    assert "You sign in first" in page.text
    there = page.submit({"code": typed})
    assert urlsplit(there.url).path == "/sign-in"
    back = installation().returns.open(parse_qs(urlsplit(there.url).query)["from"][0])
    assert back is not None
    assert not Right.objects.exists()
    field = browser.get(back).tree.css_first('[name="code"]')
    assert field is not None
    assert field.attributes["value"] == typed
    kept = parse_qs(urlsplit(back).query)["from"][0]
    assert installation().returns.open(kept) == ARTICLE


def test_a_discount_comes_along_to_its_offer(
    reader: Browser, clock: SettableClock, plan: MakePlan, paper: Callable[..., Config]
) -> None:
    paper(office={"demo_till": True})
    page = code_page(reader).submit({"code": drawn(clock, percent=25, plan=plan())})
    assert page.button("Subscribe and pay £6.00 now, later £8.00 a month")


def test_a_discount_on_any_offer_comes_along_to_all_of_them(
    reader: Browser, clock: SettableClock, plan: MakePlan, paper: Callable[..., Config]
) -> None:
    paper(office={"demo_till": True})
    plan(name="Monthly")
    typed = drawn(clock, percent=25)
    page = code_page(reader).submit({"code": typed})
    assert f"Your code {typed} comes with you" in page.text
    assert page.follow("Choose Monthly").button("Subscribe and pay £6.00 now, later £8.00 a month")


@pytest.mark.parametrize("typed", ["NOSUCH", "'; --", "<b>", "０"])
def test_an_unknown_code_says_what_to_do(reader: Browser, typed: str) -> None:
    page = code_page(reader).submit({"code": typed})
    assert refused(page).startswith("We do not know this code. Please compare it")
    assert "<b>" not in page.html


def test_an_old_code_and_one_that_was_used_say_what_to_do(reader: Browser, clock: SettableClock) -> None:
    typed, old = drawn(clock, days=7), drawn(clock, days=7)
    code_page(reader).submit({"code": typed})
    assert refused(code_page(reader).submit({"code": typed})).startswith("You have used this code before")
    clock.pass_(timedelta(days=31))
    assert refused(code_page(reader).submit({"code": old})).startswith("This code was good until 24 December 2026.")


def test_who_subscribes_keeps_the_code(
    reader: Browser, ann: Account, clock: SettableClock, plan: MakePlan, subscribed: Callable[..., Subscription]
) -> None:
    subscribed(ann, plan())
    assert "so the code was not used up" in refused(code_page(reader).submit({"code": drawn(clock, days=7)}))
    assert not Right.objects.exists()


def test_codes_cannot_be_guessed(
    reader: Browser,
    clock: SettableClock,
    paper: Callable[..., Config],
    account: Callable[..., Account],
    signed_in: Callable[..., Browser],
) -> None:
    paper(retention={"attempts": 3})
    good = drawn(clock, days=7)
    for number in range(3):
        code_page(reader).submit({"code": f"GUESS{number}"})
    page = code_page(reader).submit({"code": good})
    assert refused(page).startswith("Too many codes that do not exist were tried. Please wait an hour")
    assert not Right.objects.exists()
    ben = signed_in(account("ben@example.com"), address="203.0.113.77")
    assert code_page(ben).submit({"code": good}).url == ARTICLE
    clock.pass_(timedelta(minutes=61))
    other = drawn(clock, days=7)
    assert code_page(reader).submit({"code": other}).url == ARTICLE


def test_many_accounts_at_one_address_guess_no_better(
    clock: SettableClock,
    paper: Callable[..., Config],
    account: Callable[..., Account],
    signed_in: Callable[..., Browser],
) -> None:
    paper(retention={"attempts": 3})
    for number in range(15):
        code_page(signed_in(account(f"reader{number}@example.com"))).submit({"code": f"GUESS{number}"})
    page = code_page(signed_in(account())).submit({"code": drawn(clock, days=7)})
    assert refused(page).startswith("Too many codes")
