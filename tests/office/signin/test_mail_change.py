"""Changing the mail address of an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage

from pennypress.config import Config
from pennypress.office.models import Account
from pennypress.office.signin.codes import CodeRefused, Refusal
from pennypress.office.signin.limits import TooMany
from pennypress.office.signin.mail_change import AddressTaken, confirm_change, request_change
from tests.office.browser import Browser
from tests.office.conftest import SettableClock
from tests.office.signin.steps import asked, code_in, link_in


@pytest.fixture
def ann(account: Callable[..., Account]) -> Account:
    """An account."""
    return account("ann@example.com")


def test_the_new_address_confirms_and_the_old_one_is_told(ann: Account, mails: list[EmailMessage]) -> None:
    request_change(ann, "Ann.Parry@Example.org")
    assert mails[-1].to == ["ann.parry@example.org"]
    assert Account.objects.get().email == "ann@example.com"
    confirm_change(ann, "Ann.Parry@example.org", code_in(mails[-1]))
    assert Account.objects.get().email == "ann.parry@example.org"
    assert mails[-1].to == ["ann@example.com"]
    assert "ann.parry@example.org" in str(mails[-1].body)
    assert "help@paper.test" in str(mails[-1].body)


def test_the_link_confirms_by_a_press(ann: Account, mails: list[EmailMessage], browser: Browser) -> None:
    request_change(ann, "new@example.org")
    page = browser.get(link_in(mails[-1]))
    assert "new@example.org" in page.text
    assert Account.objects.get().email == "ann@example.com"
    assert page.submit(button="Confirm this address").heading == "Your mail address was changed"
    assert Account.objects.get().email == "new@example.org"
    assert browser.get(page.url).heading == "This link was used already"


def test_a_code_for_a_change_signs_nobody_in_and_one_for_signing_in_changes_nothing(
    ann: Account, mails: list[EmailMessage], browser: Browser
) -> None:
    request_change(ann, "new@example.org")
    change = mails[-1]
    key = link_in(change).partition("?")[2]
    assert browser.get(f"/sign-in/link?{key}").submit(button="Sign in").heading == "This link cannot be read"
    page = asked(browser, "new@example.org").submit({"code": code_in(change)}, button="Sign in")
    assert "This is not the code" in page.text
    with pytest.raises(CodeRefused) as refused:
        confirm_change(ann, "new@example.org", code_in(mails[-1]))
    assert refused.value.refusal is Refusal.WRONG
    key = link_in(mails[-1]).partition("?")[2]
    assert browser.get(f"/sign-in/mail?{key}").heading == "This link cannot be read"


def test_an_address_that_has_an_account_is_told_by_mail_alone(
    ann: Account, mails: list[EmailMessage], account: Callable[..., Account]
) -> None:
    account("bob@example.com")
    assert request_change(ann, "BOB@example.com") is None
    assert mails[-1].to == ["bob@example.com"]
    assert "already" in mails[-1].subject


def test_an_address_that_is_taken_in_the_meantime_is_refused(
    ann: Account, mails: list[EmailMessage], account: Callable[..., Account], browser: Browser
) -> None:
    request_change(ann, "new@example.org")
    account("new@example.org")
    with pytest.raises(AddressTaken):
        confirm_change(ann, "new@example.org", code_in(mails[-1]))
    page = browser.get(link_in(mails[-1])).submit(button="Confirm this address")
    assert page.heading == "This address belongs to another account"
    assert Account.objects.get(pk=ann.pk).email == "ann@example.com"


def test_a_code_of_another_account_or_an_old_one_changes_nothing(
    ann: Account, mails: list[EmailMessage], account: Callable[..., Account], clock: SettableClock
) -> None:
    eve = account("eve@example.com")
    request_change(ann, "new@example.org")
    with pytest.raises(CodeRefused):
        confirm_change(eve, "new@example.org", code_in(mails[-1]))
    clock.pass_(timedelta(hours=1))
    with pytest.raises(CodeRefused):
        confirm_change(ann, "new@example.org", code_in(mails[-1]))
    assert Account.objects.get(pk=ann.pk).email == "ann@example.com"


def test_an_account_without_an_address_gets_one(account: Callable[..., Account], mails: list[EmailMessage]) -> None:
    reader = account(None)
    request_change(reader, "new@example.org")
    confirm_change(reader, "new@example.org", code_in(mails[-1]))
    reader.refresh_from_db()
    assert reader.mail_verified is not None
    assert len(mails) == 1


def test_a_code_cannot_be_guessed_nor_letters_be_sent_without_end(
    ann: Account, mails: list[EmailMessage], paper: Callable[..., Config]
) -> None:
    paper(retention={"attempts": 3})
    request_change(ann, "new@example.org")
    for _ in range(3):
        with pytest.raises(CodeRefused):
            confirm_change(ann, "new@example.org", "1")
    with pytest.raises(TooMany):
        confirm_change(ann, "new@example.org", code_in(mails[-1]))
    request_change(ann, "new@example.org")
    request_change(ann, "other@example.org")
    with pytest.raises(TooMany):
        request_change(ann, "third@example.org")
    assert len(mails) == 3


def test_the_address_that_the_account_has_needs_no_letter(ann: Account, mails: list[EmailMessage]) -> None:
    assert request_change(ann, "ANN@example.com") is None
    assert mails == []
