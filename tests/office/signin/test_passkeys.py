"""Passkeys, in Chromium with an authenticator that Chromium itself plays."""

from __future__ import annotations

import base64
import hmac
import struct
import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.mail import EmailMessage
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page as Tab

from pennypress.office.models import Account, Role
from tests.office.browser import Browser
from tests.office.conftest import new_browser
from tests.office.signin.steps import code_in, signed_in_by_code

_FORGE = """() => {
  const honest = window.webauthnJSON
  window.webauthnJSON = { ...honest, get: async options => {
    const answer = await honest.get(options)
    const signature = answer.response.signature
    answer.response.signature = signature.slice(0, 20) + (signature[20] === 'A' ? 'B' : 'A') + signature.slice(21)
    return answer
  } }
}"""


@pytest.fixture
def tab(chromium_browser: Chromium) -> Tab:
    """A tab on a device that has an authenticator."""
    tab = chromium_browser.new_page()
    device = tab.context.new_cdp_session(tab)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return tab


def test_a_passkey_is_added_and_signs_in_and_is_removed(tab: Tab, office: str, mails: list[EmailMessage]) -> None:
    _sign_in_by_code(tab, office, mails)
    tab.goto(f"{office}/sign-in/passkeys")
    tab.get_by_label("What to call it").fill("Kitchen")
    tab.get_by_role("button", name="Add a passkey").click()
    tab.get_by_text("Kitchen").wait_for()
    assert "passkey was added" in mails[-1].subject
    assert "Kitchen" in str(mails[-1].body)
    _sign_out(tab, office)
    tab.goto(f"{office}/sign-in")
    tab.get_by_role("button", name="Sign in with a passkey").click()
    tab.wait_for_url(f"{office}/account")
    tab.goto(f"{office}/sign-in")
    assert "ann@example.com" in tab.content()
    tab.goto(f"{office}/sign-in/passkeys")
    tab.get_by_role("button", name="Remove").click()
    tab.get_by_text("You have none yet").wait_for()
    _sign_out(tab, office)
    tab.goto(f"{office}/sign-in")
    tab.get_by_role("button", name="Sign in with a passkey").click()
    tab.get_by_text("The passkey could not be used").or_(tab.get_by_text("This passkey could not be used")).wait_for()


def test_a_passkey_of_a_closed_account_signs_nobody_in(tab: Tab, office: str, mails: list[EmailMessage]) -> None:
    _sign_in_by_code(tab, office, mails)
    _add_passkey(tab, office)
    _sign_out(tab, office)
    Account.objects.update(is_active=False)
    tab.goto(f"{office}/sign-in")
    tab.get_by_role("button", name="Sign in with a passkey").click()
    tab.get_by_role("heading", name="This passkey could not be used").wait_for()


def test_a_forged_signature_signs_nobody_in(tab: Tab, office: str, mails: list[EmailMessage]) -> None:
    _sign_in_by_code(tab, office, mails)
    _add_passkey(tab, office)
    _sign_out(tab, office)
    tab.goto(f"{office}/sign-in")
    tab.evaluate(_FORGE)
    tab.get_by_role("button", name="Sign in with a passkey").click()
    tab.get_by_role("heading", name="This passkey could not be used").wait_for()
    tab.goto(f"{office}/sign-in")
    assert "You are signed in" not in tab.content()


def test_without_scripts_no_page_offers_a_passkey(
    signed_in: Callable[..., Browser], account: Callable[..., Account]
) -> None:
    form = new_browser().get("/sign-in").tree.css_first("form[data-passkey]")
    assert form is not None
    assert "hidden" in form.attributes
    page = signed_in(account()).get("/sign-in/passkeys")
    assert "switch JavaScript on" in page.html


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", '"x"', '{"response": {"userHandle": "MQ"}}', "{", "1" * 9000]
)
def test_what_is_no_passkey_signs_nobody_in(browser: Browser, account: Callable[..., Account], answer: str) -> None:
    account()
    browser.get("/sign-in/passkey")
    page = browser.get("/sign-in").submit({"credential": answer}, button="Sign in with a passkey")
    assert page.heading == "This passkey could not be used"


@pytest.mark.parametrize("answer", ["", "{}", "[]", '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}'])
def test_what_is_no_passkey_is_not_added(
    signed_in: Callable[..., Browser], account: Callable[..., Account], answer: str
) -> None:
    page = signed_in(account()).get("/sign-in/passkeys").submit({"credential": answer}, button="Add a passkey")
    assert "could not be added" in page.text
    assert not Authenticator.objects.exists()


def test_one_removes_only_one_s_own_passkeys(
    signed_in: Callable[..., Browser], account: Callable[..., Account]
) -> None:
    other = Authenticator.objects.create(
        user=account("eve@example.com"), type=Authenticator.Type.WEBAUTHN, data={"name": "Hers"}
    )
    browser = signed_in(account("ann@example.com"))
    browser.get("/sign-in/passkeys").submit({}, button="Add a passkey")
    page = browser.get("/sign-in/passkeys")
    token = page.tree.css_first("input[name=csrfmiddlewaretoken]")
    assert token is not None
    for number in (str(other.pk), "x", "9" * 30):
        browser.post("/sign-in/passkeys", {"csrfmiddlewaretoken": token.attributes["value"], "remove": number})
    assert Authenticator.objects.filter(pk=other.pk).exists()


def test_passkeys_are_for_those_who_are_signed_in(browser: Browser) -> None:
    assert browser.get("/sign-in/passkeys").url.startswith("/sign-in?")


def test_a_reader_s_passkey_is_no_condition_of_signing_in_by_mail(
    tab: Tab, office: str, mails: list[EmailMessage]
) -> None:
    _sign_in_by_code(tab, office, mails)
    _add_passkey(tab, office)
    assert signed_in_by_code(new_browser(), mails, "ann@example.com").url == "/account"


def test_staff_with_a_second_factor_are_asked_for_it(
    browser: Browser, account: Callable[..., Account], mails: list[EmailMessage]
) -> None:
    clerk = account("clerk@example.com", role=Role.SUBSCRIPTIONS)
    secret = generate_totp_secret()
    TOTP.activate(clerk, secret)
    assert secret not in str(Authenticator.objects.get().data)
    page = signed_in_by_code(browser, mails, "clerk@example.com")
    assert page.heading == "The second step"
    assert "You are signed in" not in browser.get("/sign-in").text
    assert "not right" in page.submit({"code": "000000x"}, button="Sign in").text
    assert page.submit({"code": _app_code(secret)}, button="Sign in").url == "/account"


def test_a_passkey_of_the_staff_is_a_second_factor(
    tab: Tab, office: str, account: Callable[..., Account], mails: list[EmailMessage]
) -> None:
    account("ann@example.com", role=Role.OWNER)
    _sign_in_by_code(tab, office, mails)
    _add_passkey(tab, office)
    _sign_out(tab, office)
    _type_code(tab, office, mails)
    tab.get_by_role("button", name="Use a passkey").click()
    tab.wait_for_url(f"{office}/account")
    assert signed_in_by_code(new_browser(), mails, "ann@example.com").heading == "The second step"


def _sign_in_by_code(tab: Tab, office: str, mails: list[EmailMessage]) -> None:
    _type_code(tab, office, mails)
    tab.wait_for_url(f"{office}/account")


def _type_code(tab: Tab, office: str, mails: list[EmailMessage]) -> None:
    tab.goto(f"{office}/sign-in")
    tab.get_by_label("Your mail address").fill("ann@example.com")
    tab.get_by_role("button", name="Send me a code").click()
    field = tab.get_by_label("Code", exact=True)
    field.wait_for()
    field.fill(code_in(mails[-1]))
    tab.get_by_role("button", name="Sign in", exact=True).click()


def _add_passkey(tab: Tab, office: str) -> None:
    tab.goto(f"{office}/sign-in/passkeys")
    tab.get_by_role("button", name="Add a passkey").click()
    tab.get_by_role("button", name="Remove").wait_for()


def _app_code(secret: str) -> str:
    """What an authenticator app shows now, by RFC 6238."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


def _sign_out(tab: Tab, office: str) -> None:
    tab.goto(f"{office}/sign-in/out")
    tab.get_by_role("button", name="Sign out").click()
    tab.get_by_role("heading", name="You are signed out").wait_for()
