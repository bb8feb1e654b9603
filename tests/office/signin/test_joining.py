"""Joining a browser to the account that signs in on it, and parting it again."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core.mail import EmailMessage
from django.http import HttpRequest

from pennypress.core.meter import Claim, ReaderId, Spend
from pennypress.core.rights import Rights
from pennypress.office import clock
from pennypress.office.beside import beside
from pennypress.office.installation import installation
from pennypress.office.models import Account, Device, Role
from pennypress.office.signin import devices
from tests.office.browser import Browser, Page
from tests.office.conftest import new_browser
from tests.office.signin.steps import asked, code_in, signed_in_by_code

_LIMIT = 5


def test_what_was_opened_is_in_the_account_s_meter_after_the_sign_in(
    browser: Browser, mails: list[EmailMessage], account: Callable[..., Account]
) -> None:
    ann = account("ann@example.com")
    _open(ann.reader, "/news/a", "/news/b")
    _reads(browser, "/news/b", "/news/c")
    signed_in_by_code(browser, mails, "ann@example.com")
    assert _articles(ann.reader) == {"/news/a", "/news/b", "/news/c"}


def test_the_browser_reads_as_a_device_of_the_account_from_then_on(browser: Browser, mails: list[EmailMessage]) -> None:
    _reads(browser, "/news/a")
    signed_in_by_code(browser, mails, "ann@example.com")
    account, device = Account.objects.get(), Device.objects.get()
    assert _devices(browser) == [device.key]
    assert _names(browser) == []
    rights = _rights(device.key)
    assert rights is not None
    assert rights.account == account.reader
    assert rights.registered
    assert account.used is not None


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Version/18.4 Safari/605.1", "Safari, Mac"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("<script>", ""),
    ],
)
def test_a_device_is_called_by_its_browser(agent: str, label: str) -> None:
    request = HttpRequest()
    request.META["HTTP_USER_AGENT"] = agent
    assert devices.label(request) == label


def test_a_step_from_another_site_joins_nothing(browser: Browser, mails: list[EmailMessage]) -> None:
    _reads(browser, "/news/a")
    page = asked(browser, "ann@example.com")
    fields = {"code": code_in(mails[-1]), "asked": page.url.partition("asked=")[2], "csrfmiddlewaretoken": _token(page)}
    browser.post(page.url, fields, follow=False)
    account = Account.objects.get()
    page = browser.get("/sign-in/on", site="cross-site")
    assert page.heading == "You are signed in"
    assert _articles(account.reader) == set()
    page = page.submit(button="Read on")
    assert page.url == "/account"
    assert _articles(account.reader) == {"/news/a"}


def test_a_browser_that_says_nothing_of_sites_is_joined_by_its_referrer_or_by_a_press(
    mails: list[EmailMessage],
) -> None:
    for mail, referrer in (("ann@example.com", "http://paper.test/sign-in"), ("bob@example.com", "")):
        browser = new_browser()
        browser.client.defaults.pop("HTTP_SEC_FETCH_SITE", None)
        page = asked(browser, mail)
        fields = {"code": code_in(mails[-1]), "csrfmiddlewaretoken": _token(page)}
        browser.post(page.url, fields, follow=False)
        browser.client.get("/sign-in/on", headers={"referer": referrer})
        assert Device.objects.filter(account__email=mail).exists() is bool(referrer)
    browser.client.post("/sign-in/on", {"csrfmiddlewaretoken": _token(browser.get("/sign-in", site="cross-site"))})
    browser.client.get("/sign-in/on")
    assert Device.objects.filter(account__email="bob@example.com").exists()


def test_signing_out_hands_nothing_out(browser: Browser, mails: list[EmailMessage]) -> None:
    _reads(browser, "/news/a", "/news/b", "/news/c")
    signed_in_by_code(browser, mails, "ann@example.com")
    key = Device.objects.get().key
    page = _sign_out(browser)
    assert page.heading == "You are signed out"
    (name,) = _names(browser)
    standing = beside().standing(name)
    assert standing.spent == 3
    assert standing.unit("/news/a") is None
    assert _rights(key) is None
    assert not Device.objects.exists()
    assert browser.get("/account").url.startswith("/sign-in")


def test_signing_in_and_out_again_and_again_opens_no_fresh_meter(browser: Browser, mails: list[EmailMessage]) -> None:
    _reads(browser, "/news/a", "/news/b")
    for number in range(3):
        signed_in_by_code(browser, mails, "ann@example.com")
        _sign_out(browser)
        (name,) = _names(browser)
        assert beside().standing(name).spent == 2 + number
        _open(name, f"/news/after-{number}")
    signed_in_by_code(browser, mails, "ann@example.com")
    opened = {"/news/a", "/news/b", "/news/after-0", "/news/after-1", "/news/after-2"}
    assert _articles(Account.objects.get().reader) == opened
    assert beside().standing(Account.objects.get().reader).spent == 5


def test_what_was_merged_into_one_account_is_not_merged_into_a_second(
    browser: Browser, mails: list[EmailMessage]
) -> None:
    name = _reads(browser, "/news/a", "/news/b")
    signed_in_by_code(browser, mails, "ann@example.com")
    _sign_out(browser)
    (after,) = _names(browser)
    _open(after, "/news/c")
    signed_in_by_code(browser, mails, "bob@example.com")
    assert _articles(_account("bob@example.com").reader) == {"/news/c"}
    kept = new_browser()
    kept.client.cookies["pennypress"] = _value(installation().passes.set_cookie(name))
    signed_in_by_code(kept, mails, "eve@example.com")
    assert _articles(_account("eve@example.com").reader) == set()
    assert beside().standing(_account("eve@example.com").reader).spent == 0


def test_another_account_on_the_same_browser_takes_its_place_and_nothing_of_its_meter(
    browser: Browser, mails: list[EmailMessage]
) -> None:
    _reads(browser, "/news/a")
    signed_in_by_code(browser, mails, "ann@example.com")
    _open(_account("ann@example.com").reader, "/news/b")
    key = Device.objects.get().key
    signed_in_by_code(browser, mails, "bob@example.com")
    assert _rights(key) is None
    assert Device.objects.get().account == _account("bob@example.com")
    assert _articles(_account("bob@example.com").reader) == set()
    assert _articles(_account("ann@example.com").reader) == {"/news/a", "/news/b"}


def test_signing_in_again_on_a_device_makes_no_second_one(browser: Browser, mails: list[EmailMessage]) -> None:
    signed_in_by_code(browser, mails, "ann@example.com")
    key = Device.objects.get().key
    signed_in_by_code(browser, mails, "ann@example.com")
    assert Device.objects.get().key == key


def test_a_device_that_was_signed_in_is_not_asked_again(browser: Browser, mails: list[EmailMessage]) -> None:
    signed_in_by_code(browser, mails, "ann@example.com")
    del browser.client.cookies["pennypress-account"]
    assert browser.get("/account").url == "/account"
    assert len(mails) == 1


def test_staff_are_asked_again_whatever_their_device_reads(
    browser: Browser, mails: list[EmailMessage], account: Callable[..., Account]
) -> None:
    account("clerk@example.com", role=Role.READ_ONLY)
    signed_in_by_code(browser, mails, "clerk@example.com")
    del browser.client.cookies["pennypress-account"]
    assert browser.get("/account").url.startswith("/sign-in")


def test_a_forged_device_signs_nobody_in(browser: Browser, mails: list[EmailMessage]) -> None:
    signed_in_by_code(browser, mails, "ann@example.com")
    key = ReaderId(bytes.fromhex(Device.objects.get().key))
    passes = installation().passes
    for forged in (_value(passes.set_cookie(key)), "A" * 43, key.hex()):
        other = new_browser()
        other.client.cookies["pennypress"] = forged
        assert other.get("/account").url.startswith("/sign-in")


def test_a_device_that_is_signed_out_from_elsewhere_is_out_at_once_and_has_no_fresh_meter(
    browser: Browser, mails: list[EmailMessage]
) -> None:
    _reads(browser, "/news/a", "/news/b")
    signed_in_by_code(browser, mails, "ann@example.com")
    device = Device.objects.get()
    devices.sign_out_device(device)
    assert browser.get("/account").url.startswith("/sign-in")
    assert _rights(device.key) is None
    assert beside().standing(ReaderId(bytes.fromhex(device.key))).spent == 2
    signed_in_by_code(browser, mails, "ann@example.com")
    assert Device.objects.get().key != device.key
    assert _articles(Account.objects.get().reader) == {"/news/a", "/news/b"}


def test_all_devices_are_signed_out_and_those_of_others_are_not(mails: list[EmailMessage]) -> None:
    one, two, other = new_browser(), new_browser(), new_browser()
    for browser, mail in ((one, "ann@example.com"), (two, "ann@example.com"), (other, "bob@example.com")):
        signed_in_by_code(browser, mails, mail)
    devices.sign_out_everywhere(_account("ann@example.com"))
    for browser in (one, two):
        assert browser.get("/account").url.startswith("/sign-in")
    assert other.get("/account").url == "/account"
    assert Device.objects.get().account == _account("bob@example.com")


def test_a_session_that_was_not_joined_yet_ends_with_the_others(
    signed_in: Callable[[Account], Browser], account: Callable[..., Account]
) -> None:
    ann = account()
    browser = signed_in(ann)
    devices.sign_out_everywhere(ann)
    assert browser.get("/account").url.startswith("/sign-in")


def test_a_closed_account_s_devices_open_no_page(browser: Browser, mails: list[EmailMessage]) -> None:
    signed_in_by_code(browser, mails, "ann@example.com")
    Account.objects.update(is_active=False)
    assert browser.get("/account").url.startswith("/sign-in")


def test_while_the_store_is_down_the_reader_is_signed_in_and_joined_later(
    browser: Browser, mails: list[EmailMessage]
) -> None:
    _reads(browser, "/news/a")
    with _store_down():
        page = signed_in_by_code(browser, mails, "ann@example.com")
        assert page.heading == "You are signed in"
        assert browser.get("/account").url == "/account"
    assert page.submit(button="Read on").url == "/account"
    assert _articles(Account.objects.get().reader) == {"/news/a"}
    assert Device.objects.exists()


def test_while_the_store_is_down_a_sign_out_holds_and_is_told_later(
    browser: Browser, mails: list[EmailMessage]
) -> None:
    signed_in_by_code(browser, mails, "ann@example.com")
    key = Device.objects.get().key
    with _store_down():
        assert _sign_out(browser).heading == "You are signed out"
    assert _devices(browser) == []
    assert devices.finish_sign_outs() == 1
    assert _rights(key) is None
    assert not Device.objects.exists()


def test_a_sign_out_ends_the_device_whose_pass_was_thrown_away(browser: Browser, mails: list[EmailMessage]) -> None:
    signed_in_by_code(browser, mails, "ann@example.com")
    del browser.client.cookies["pennypress"]
    _sign_out(browser)
    assert not Device.objects.exists()


def test_a_form_from_elsewhere_signs_nobody_out(browser: Browser, mails: list[EmailMessage]) -> None:
    signed_in_by_code(browser, mails, "ann@example.com")
    assert browser.post("/sign-in/out", {}, site="cross-site").status == 403
    assert browser.get("/sign-in/out").heading == "Sign out on this device?"
    assert Device.objects.exists()


def _reads(browser: Browser, *articles: str) -> ReaderId:
    """Let a browser without an account open articles."""
    name = installation().passes.fresh(os.urandom)
    browser.client.cookies["pennypress"] = _value(installation().passes.set_cookie(name))
    _open(name, *articles)
    return name


def _open(name: ReaderId, *articles: str) -> None:
    now = clock.now()
    span = installation().config.policy().window.span(now)
    for article in articles:
        claim = Claim(name, article, _LIMIT, span, now)
        spend: Spend = beside().do(lambda store, claim=claim: store.spend(claim))  # type: ignore[misc]
        assert spend.granted


def _articles(name: ReaderId) -> set[str]:
    return {unit.article for unit in beside().standing(name).units if unit.article is not None}


def _rights(key: str) -> Rights | None:
    rights: Rights | None = beside().do(lambda store: store.get(ReaderId(bytes.fromhex(key))))
    return rights


def _account(mail: str) -> Account:
    return Account.objects.get(email=mail)


def _value(cookie: bytes) -> str:
    return cookie.decode().partition(";")[0].partition("=")[2]


def _held(browser: Browser) -> list[bytes]:
    return [f"pennypress={browser.cookies.get('pennypress', '')}".encode()]


def _names(browser: Browser) -> list[ReaderId]:
    return list(installation().passes.read(_held(browser)))


def _devices(browser: Browser) -> list[str]:
    return [key.hex() for key in installation().passes.read_devices(_held(browser))]


def _token(page: Page) -> str:
    field = page.tree.css_first("input[name=csrfmiddlewaretoken]")
    assert field is not None
    return str(field.attributes["value"])


def _sign_out(browser: Browser) -> Page:
    return browser.get("/sign-in/out").submit(button="Sign out")


@contextmanager
def _store_down() -> Iterator[None]:
    """The meters' file, held by somebody who does not let go."""
    beside()
    file = sqlite3.connect(installation().config.base / "meters.db", isolation_level=None)
    file.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        file.execute("ROLLBACK")
        file.close()
