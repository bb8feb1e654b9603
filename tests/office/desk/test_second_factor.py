"""The second factor of the staff."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value
from django.core.mail import EmailMessage

from pennypress.config import Config
from pennypress.office.models import Account
from tests.office.browser import Browser, Page
from tests.office.signin.steps import code_in

DESK = "/-/pennypress/desk/"


@pytest.fixture(autouse=True)
def wanted(paper: Callable[..., Config]) -> None:
    paper(office={"second_factor": True})


def shown_by_the_app(page: Page) -> str:
    secret = page.tree.css_first("p .code")
    assert secret is not None
    return f"{hotp_value(secret.text().strip(), int(time.time()) // 30):06d}"


@pytest.mark.parametrize("path", [DESK, f"{DESK}payments", "/-/pennypress/admin/"])
def test_nobody_of_the_staff_opens_the_desk_without_one(
    path: str, account: Callable[..., Account], signed_in: Callable[..., Browser]
) -> None:
    page = signed_in(account("clerk@paper.test", role="owner")).get(path)
    assert page.heading == "A second step for the staff"


def test_it_is_switched_on_by_the_right_code_and_spare_codes_are_shown_once(
    account: Callable[..., Account], signed_in: Callable[..., Browser]
) -> None:
    clerk = signed_in(account("clerk@paper.test", role="subscriptions"))
    page = clerk.get(DESK)
    wrong = page.submit({"code": "000000"}, button="Switch it on")
    assert wrong.status == 400
    assert not Authenticator.objects.exists()
    done = wrong.submit({"code": shown_by_the_app(wrong)}, button="Switch it on")
    assert done.heading == "Spare codes"
    assert len(done.tree.css("li.code")) == 10
    assert clerk.get(DESK).heading == "Who is it about?"
    assert clerk.get(f"{DESK}second-factor").url == "/account"


def test_it_is_asked_for_at_the_next_sign_in(
    account: Callable[..., Account], signed_in: Callable[..., Browser], mails: list[EmailMessage]
) -> None:
    first = signed_in(account("clerk@paper.test", role="subscriptions")).get(DESK)
    spare = first.submit({"code": shown_by_the_app(first)}, button="Switch it on").tree.css("li.code")
    other = Browser()
    page = other.get("/sign-in").submit({"mail": "clerk@paper.test"}, button="Send me a code")
    page = page.submit({"code": code_in(mails[-1])}, button="Sign in")
    assert page.heading == "The second step"
    assert other.get(DESK).url.startswith("/sign-in")
    page.submit({"code": spare[0].text().strip()}, button="Sign in")
    assert other.get(DESK).heading == "Who is it about?"


def test_a_reader_is_not_asked_for_one(account: Callable[..., Account], signed_in: Callable[..., Browser]) -> None:
    reader = signed_in(account())
    assert reader.get("/account").status == 200
    assert reader.get(f"{DESK}second-factor").url == "/account"
