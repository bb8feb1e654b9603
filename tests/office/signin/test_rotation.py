"""Keys rotate without signing anybody out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import decrypt
from django.core.mail import EmailMessage

from pennypress.office.installation import Installation, install, installation
from pennypress.office.models import Account, Device
from pennypress.office.signin.card import make_card
from pennypress.readers.keys import Keys
from tests.office.browser import Browser
from tests.office.conftest import new_browser
from tests.office.signin.steps import asked, code_in, link_in, signed_in_by_code


@pytest.fixture
def rotate(settings: object) -> Iterator[Callable[[], None]]:
    """Puts a new key before the old ones, as a restart after an edit of the key file does."""
    before = installation()

    def put() -> None:
        held = installation()
        install(Installation(held.config, Keys((os.urandom(32), *held.keys.secrets))))
        newest, *older = (key.hex() for key in installation().keys.derive("office"))
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = newest, older  # type: ignore[attr-defined]

    yield put
    install(before)


def test_who_is_signed_in_stays_so(browser: Browser, mails: list[EmailMessage], rotate: Callable[[], None]) -> None:
    signed_in_by_code(browser, mails, "ann@example.com")
    key = Device.objects.get().key
    rotate()
    assert browser.get("/account").url == "/account"
    del browser.client.cookies["pennypress-account"]
    assert browser.get("/account").url == "/account"
    assert Device.objects.get().key == key


def test_codes_and_links_that_were_sent_before_stay_good(
    browser: Browser, mails: list[EmailMessage], rotate: Callable[[], None]
) -> None:
    page = asked(browser, "ann@example.com")
    asked(new_browser(), "bob@example.com")
    rotate()
    assert page.submit({"code": code_in(mails[0])}, button="Sign in").url == "/account"
    assert new_browser().get(link_in(mails[1])).submit(button="Sign in").url == "/account"


def test_cards_and_second_factors_stay_good(
    browser: Browser, account: Callable[..., Account], rotate: Callable[[], None]
) -> None:
    reader, secret = account(None), generate_totp_secret()
    code = make_card(reader)
    TOTP.activate(account("clerk@example.com"), secret)
    rotate()
    assert browser.get("/sign-in/card").submit({"number": reader.number, "code": code}).url == "/account"
    assert decrypt(Authenticator.objects.get().data["secret"]) == secret
