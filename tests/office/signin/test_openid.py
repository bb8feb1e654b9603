"""Signing in through other providers: real processes with keys of their own."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from playwright.sync_api import Browser as Chromium

from pennypress.config import Config
from pennypress.errors import ConfigurationError
from pennypress.office.installation import installation
from pennypress.office.models import Account, Device, Newcomer
from tests.conftest import needs
from tests.office.browser import HOST, Browser, Page
from tests.office.conftest import new_browser

_START_SECONDS = 30
_PROVIDER = Path(__file__).with_name("provider.py")


@pytest.fixture(scope="module")
def wayward() -> Iterator[str]:
    """The address of a provider that misbehaves as it is told."""
    with _process([str(_PROVIDER)]) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The address of a provider that others wrote."""
    needs("module:oidc_provider_mock")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with _process(["-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]):
        address = f"http://127.0.0.1:{port}"
        _await_answer(address)
        yield address


@pytest.fixture
def offers(paper: Callable[..., Config], tmp_path: Path) -> Callable[[str], None]:
    """Makes a provider one of the paper's."""

    def offer(issuer: str) -> None:
        file = tmp_path / "openid.toml"
        file.touch(mode=0o600)
        file.write_text(
            f'[[provider]]\nid = "parish"\nname = "Parish Login"\nissuer = "{issuer}"\n'
            'client = "pennypress"\nsecret = "the client\'s secret, which is long"\n'
        )
        paper(office={"openid": file})

    return offer


def test_a_real_provider_signs_a_reader_in_and_leads_back_to_the_article(
    browser: Browser, mock: str, offers: Callable[[str], None]
) -> None:
    offers(mock)
    httpx.put(f"{mock}/users/ann", json={"email": "Ann@Example.com", "email_verified": True}).raise_for_status()
    back = installation().returns.seal("/news/harbour")
    asked = browser.get(f"/sign-in?from={back}").submit(button="Sign in with Parish Login")
    answer = httpx.post(asked.url, data={"sub": "ann"})
    page = _returned(browser, answer)
    assert page.heading == "You are signed in"
    assert page.submit(button="Read on").url == "/news/harbour"
    account = Account.objects.get(email="ann@example.com")
    assert account.mail_verified is not None
    assert Newcomer.objects.filter(account=account).exists()


def test_a_real_provider_that_is_told_no_signs_nobody_in(
    browser: Browser, mock: str, offers: Callable[[str], None]
) -> None:
    offers(mock)
    asked = browser.get("/sign-in").submit(button="Sign in with Parish Login")
    page = _returned(browser, httpx.post(asked.url, data={"action": "deny"}))
    assert page.heading == "This sign-in did not work"
    assert not Account.objects.exists()


def test_a_browser_that_comes_back_from_a_provider_is_joined_without_a_press(
    chromium_browser: Chromium,
    office: str,
    wayward: str,
    offers: Callable[[str], None],
    paper: Callable[..., Config],
) -> None:
    _prepare(wayward, offers, "none")
    paper(paper={"url": office})
    tab = chromium_browser.new_page()
    tab.goto(f"{office}/sign-in")
    tab.get_by_role("button", name="Sign in with Parish Login").click()
    tab.wait_for_url(f"{office}/account")
    assert Device.objects.get().account == Account.objects.get()


@pytest.mark.parametrize("fault", ["none", "elliptic", "userinfo", "clock-ahead"])
def test_a_provider_that_behaves_signs_in(
    browser: Browser, wayward: str, offers: Callable[[str], None], fault: str
) -> None:
    page = _through(browser, wayward, offers, fault)
    assert page.heading == "You are signed in"
    assert Account.objects.get().email == "ann@example.com"


@pytest.mark.parametrize(
    "fault",
    [
        "wrong-audience",
        "another-party",
        "wrong-issuer",
        "expired",
        "clock-far-ahead",
        "unsigned",
        "signature-cut",
        "signed-by-the-client",
        "signed-by-a-stranger",
        "unknown-key",
        "wrong-nonce",
        "no-nonce",
        "no-expiry",
        "no-subject",
        "no-token",
        "nonsense",
        "denied",
        "userinfo-of-another",
    ],
)
def test_an_answer_that_proves_nothing_is_refused(
    browser: Browser, wayward: str, offers: Callable[[str], None], fault: str
) -> None:
    page = _through(browser, wayward, offers, fault)
    assert page.heading == "This sign-in did not work"
    assert page.follow("Sign in by mail").heading == "Sign in or register"
    assert not Account.objects.exists()


def test_a_token_of_an_earlier_sign_in_is_refused(
    browser: Browser, wayward: str, offers: Callable[[str], None]
) -> None:
    assert _through(new_browser(), wayward, offers, "none").heading == "You are signed in"
    assert _through(browser, wayward, offers, "replay").heading == "This sign-in did not work"


def test_an_answer_is_taken_once_and_in_its_own_browser_alone(
    browser: Browser, wayward: str, offers: Callable[[str], None]
) -> None:
    _prepare(wayward, offers, "none")
    asked = browser.get("/sign-in").submit(button="Sign in with Parish Login")
    answer = httpx.get(asked.url)
    assert _returned(new_browser(), answer).heading == "This sign-in did not work"
    assert _returned(browser, answer).heading == "You are signed in"
    assert _returned(browser, answer).heading == "This sign-in did not work"


def test_an_answer_that_nobody_asked_for_is_refused(
    browser: Browser, wayward: str, offers: Callable[[str], None]
) -> None:
    _prepare(wayward, offers, "none")
    assert browser.get("/sign-in/openid/parish/back?code=a&state=b").heading == "This sign-in did not work"
    assert browser.get("/sign-in/openid/parish/back").heading == "This sign-in did not work"
    assert browser.get("/sign-in/openid/another/back").status == 404


def test_a_provider_that_is_down_leaves_the_other_ways(
    browser: Browser, wayward: str, offers: Callable[[str], None]
) -> None:
    _prepare(wayward, offers, "down")
    page = browser.get("/sign-in").submit(button="Sign in with Parish Login")
    assert page.heading == "This sign-in did not work"


def test_a_mail_that_the_provider_does_not_vouch_for_opens_no_account(
    browser: Browser, wayward: str, offers: Callable[[str], None], account: Callable[..., Account]
) -> None:
    account("ann@example.com")
    for claims in ({"email_verified": False}, {"email_verified": "false"}, {}, {"email_verified": "true"}):
        person = {"sub": "ann", "email": "ann@example.com", **claims}
        page = _through(browser, wayward, offers, "none", person)
        assert page.heading == "Parish Login did not vouch for your mail address"
    assert not SocialAccount.objects.exists()


def test_a_verified_mail_opens_the_account_that_is_there(
    browser: Browser, wayward: str, offers: Callable[[str], None], account: Callable[..., Account]
) -> None:
    known = account("ann@example.com")
    _through(browser, wayward, offers, "none")
    assert Account.objects.get() == known
    assert not Newcomer.objects.exists()


def test_a_person_is_known_again_by_the_provider_s_name_for_them_not_by_a_mail_that_changed(
    browser: Browser, wayward: str, offers: Callable[[str], None], account: Callable[..., Account]
) -> None:
    _through(browser, wayward, offers, "none")
    account("bob@example.com")
    person = {"sub": "ann", "email": "bob@example.com", "email_verified": True}
    other = new_browser()
    _through(other, wayward, offers, "none", person)
    assert "ann@example.com" in other.get("/sign-in").text


def test_the_way_to_a_provider_needs_a_press(browser: Browser, wayward: str, offers: Callable[[str], None]) -> None:
    _prepare(wayward, offers, "none")
    assert browser.get("/sign-in/openid/parish").status == 405
    assert browser.post("/sign-in/openid/parish", {}, site="cross-site").status == 403


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[provider]]",
        "provider = 1",
        "not toml",
        '[[provider]]\nid = "a"\nname = "A"\nissuer = "http://a.example"\nclient = "c"\nsecret = "s"',
        '[[provider]]\nid = "A B"\nname = "A"\nissuer = "https://a.example"\nclient = "c"\nsecret = "s"',
        '[[provider]]\nid = "a"\nname = "A"\nissuer = "https://a.example"\nclient = "c"\nsecret = "s"\n' * 2,
    ],
)
def test_a_file_with_a_fault_is_named_and_leaves_the_other_ways(
    browser: Browser, paper: Callable[..., Config], tmp_path: Path, text: str
) -> None:
    file = tmp_path / "openid.toml"
    file.touch(mode=0o600)
    file.write_text(text)
    paper(office={"openid": file})
    with pytest.raises(ConfigurationError, match="openid"):
        installation().check_secrets()
    assert browser.get("/sign-in").heading == "Sign in or register"


def _through(
    browser: Browser,
    provider: str,
    offers: Callable[[str], None],
    fault: str,
    person: dict[str, object] | None = None,
) -> Page:
    """Go to the provider and come back; the page on which the reader ends."""
    _prepare(provider, offers, fault, person)
    asked = browser.get("/sign-in").submit(button="Sign in with Parish Login")
    query = parse_qs(urlsplit(asked.url).query)
    assert query["nonce"]
    assert query["code_challenge_method"] == ["S256"]
    return _returned(browser, httpx.get(asked.url))


def _prepare(provider: str, offers: Callable[[str], None], fault: str, person: dict[str, object] | None = None) -> None:
    offers(provider)
    httpx.post(f"{provider}/be/{fault}").raise_for_status()
    claims = person or {"sub": "ann", "email": "ann@example.com", "email_verified": True}
    httpx.post(f"{provider}/person", json=claims).raise_for_status()


def _returned(browser: Browser, answer: httpx.Response) -> Page:
    """Follow the provider's way back, which is a step from another site."""
    target = urlsplit(answer.headers["location"])
    assert target.netloc == HOST
    step = browser.get(f"{target.path}?{target.query}", site="cross-site", follow=False)
    if step.status != 302:
        return step
    return browser.get(re.sub(f"^http://{HOST}", "", step.headers["Location"]), site="cross-site")


@contextmanager
def _process(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _await_answer(address: str) -> None:
    end = time.monotonic() + _START_SECONDS
    while True:
        try:
            httpx.get(address)
            return
        except httpx.TransportError:
            assert time.monotonic() < end, f"nothing answers at {address}"
            time.sleep(0.05)
