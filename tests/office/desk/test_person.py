"""The clerk's day: one search, one page a person, and what can be done from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from auditlog.models import LogEntry
from django.core.mail import EmailMessage

from pennypress.core.meter import ReaderId
from pennypress.office.bank.references import new_reference
from pennypress.office.beside import beside
from pennypress.office.desk.searching import Why, search
from pennypress.office.installation import installation
from pennypress.office.models import Account, Device, Letter, Merge, Method, Payment, Plan, Refund, Status, Subscription
from pennypress.office.rights import resolve
from pennypress.readers.code import PURPOSE, reader_code
from tests.office.browser import Browser, Page
from tests.office.signin.steps import code_in, signed_in_by_code

if TYPE_CHECKING:
    from tests.office.conftest import SettableClock

DESK = "/-/pennypress/desk/"


@pytest.fixture
def clerk(account: Callable[..., Account], signed_in: Callable[..., Browser], clock: SettableClock) -> Browser:
    """The clerk's browser."""
    return signed_in(account("clerk@paper.test", role="subscriptions", name="Cleo"))


@pytest.fixture
def ann(account: Callable[..., Account], clock: SettableClock) -> Account:
    """A reader."""
    return account(name="Ann Ashworth", postcode="SK1 2AB")


def subscribed(account: Account, plan: Plan, clock: SettableClock, **facts: object) -> Subscription:
    end = clock() + timedelta(days=30)
    given = {
        "period_end": end,
        "status": Status.ACTIVE,
        "method": Method.CHEQUE,
        "price": 800,
        "currency": "GBP",
        "period": "month",
    }
    return Subscription.objects.create(account=account, plan=plan, started=clock(), **{**given, **facts})


def paid(account: Account, clock: SettableClock) -> Payment:
    return Payment.objects.create(
        number=1, account=account, amount=800, currency="GBP", tax=0, method=Method.CHEQUE, received=clock(), what="x"
    )


def do(clerk: Browser, account: Account, what: str, why: str = "she called", **given: str) -> Page:
    """What the form of the page sends."""
    page = clerk.get(f"{DESK}person/{account.number}")
    token = page.tree.css_first("[name=csrfmiddlewaretoken]")
    assert token is not None
    return clerk.post(page.url, {"csrfmiddlewaretoken": token.attributes["value"], "do": what, "why": why, **given})


@pytest.mark.parametrize("words", ["ashworth", "ann@example.com", "ANN@Example.com", "SK1 2AB", "sk12ab"])
def test_a_reader_is_found_by_what_they_say(ann: Account, words: str) -> None:
    ann.postcode = "SK12AB" if words == "sk12ab" else ann.postcode
    ann.save()
    assert [found.account for found in search(words)] == [ann]


@pytest.mark.parametrize("words", ["Ann Ashwort", "An Ashworht", "ann@exmaple.com"])
def test_a_misspelt_name_or_mail_is_proposed(ann: Account, words: str) -> None:
    assert Account.objects.get() == ann
    assert [(found.account, found.why) for found in search(words)][:1] in ([(ann, Why.ALIKE)], [(ann, Why.HOLDS)])


def test_a_reader_is_found_by_number_and_payment_reference(
    ann: Account, plan: Callable[..., Plan], clock: SettableClock
) -> None:
    reference = new_reference()
    subscribed(ann, plan(), clock, reference=reference)
    for words in (ann.number, reference, reference.lower()):
        assert [(found.account, found.why) for found in search(words)] == [(ann, Why.EXACT)]


@pytest.mark.parametrize("days", [0, 20])
def test_a_reader_is_found_by_the_code_at_the_foot_of_the_wall(ann: Account, clock: SettableClock, days: int) -> None:
    phone = ReaderId(b"p" * 16)
    Device.objects.create(account=ann, key="00" * 16, anonymous=phone.hex(), made=clock())
    span = installation().config.policy().window.span(clock())
    key = installation().keys.derive(PURPOSE)[0]
    codes = [reader_code(name, span, key) for name in (ann.reader, phone)]
    clock.pass_(timedelta(days=days))
    assert [[found.account for found in search(code.lower())] for code in codes] == [[ann], [ann]]


def test_nobody_is_found_where_nobody_fits(ann: Account) -> None:
    assert search("zzzzzzzz") == []
    assert search("  ") == []


def test_the_page_says_in_words_why_somebody_can_read(
    clerk: Browser, ann: Account, plan: Callable[..., Plan], clock: SettableClock
) -> None:
    page = clerk.get(f"{DESK}person/{ann.number}")
    assert "Cannot read" in page.text
    assert "There was never a subscription" in page.text
    subscribed(ann, plan(name="Gold"), clock)
    page = clerk.get(f"{DESK}person/{ann.number}")
    assert "Can read" in page.text
    assert "A subscription that is paid for, until 24 December 2026." in page.text


def test_the_page_never_says_what_was_read(clerk: Browser, ann: Account) -> None:
    beside().carry(ann.reader, ann.reader)
    page = clerk.get(f"{DESK}person/{ann.number}")
    assert "/news/" not in page.html
    assert ann.meter not in page.html


@pytest.mark.parametrize(
    "what", ["send-code", "change-mail", "comp", "cancel", "move", "refund", "sign-out", "note", "merge"]
)
def test_nothing_is_done_without_a_reason(clerk: Browser, ann: Account, what: str) -> None:
    page = do(clerk, ann, what, why="  ", days="3", mail="new@example.com")
    assert page.status == 400
    assert "Please say why" in page.text


def test_what_is_done_is_written_down_with_who_and_why(clerk: Browser, ann: Account) -> None:
    do(clerk, ann, "sign-out", why="lost her telephone")
    entry = LogEntry.objects.filter(additional_data__what="sign-out").get()
    assert entry.actor == Account.objects.get(name="Cleo")
    assert entry.additional_data["why"] == "lost her telephone"


def test_a_code_is_sent(clerk: Browser, ann: Account, mails: list[EmailMessage]) -> None:
    assert "on its way to ann@example.com" in do(clerk, ann, "send-code").text
    assert mails[-1].to == ["ann@example.com"]


def test_no_code_of_a_reader_is_shown_to_the_clerk_even_before_its_letter_has_left(
    clerk: Browser, ann: Account, mails: list[EmailMessage]
) -> None:
    do(clerk, ann, "send-code")
    code = code_in(mails[-1])
    Letter.objects.update(subject=f"{code} is your code", body=code, sent=None)
    owner = clerk.get(f"{DESK}person/{ann.number}")
    assert code not in owner.html
    letters = clerk.get("/-/pennypress/admin/office/letter/")
    assert code not in letters.html
    assert code not in clerk.get(f"/-/pennypress/admin/office/letter/{Letter.objects.get().pk}/change/").html


def test_days_are_given(clerk: Browser, ann: Account, clock: SettableClock) -> None:
    do(clerk, ann, "comp", days="10")
    assert resolve(ann, clock()).holds(clock() + timedelta(days=9))
    assert not resolve(ann, clock()).holds(clock() + timedelta(days=11))


@pytest.mark.parametrize("days", ["0", "-3", "367", "ten", ""])
def test_days_that_are_none_are_refused(clerk: Browser, ann: Account, days: str) -> None:
    assert "Please write a number from 1 to 366" in do(clerk, ann, "comp", days=days).text


def test_a_mail_address_changes_once_the_new_one_confirms_it(
    clerk: Browser, ann: Account, mails: list[EmailMessage]
) -> None:
    do(clerk, ann, "change-mail", mail="new@example.com")
    ann.refresh_from_db()
    assert ann.email == "ann@example.com"
    assert mails[-1].to == ["new@example.com"]


def test_a_mail_that_asks_to_cancel_is_as_good_as_doing_it(
    clerk: Browser, ann: Account, plan: Callable[..., Plan], clock: SettableClock, mails: list[EmailMessage]
) -> None:
    held = subscribed(ann, plan(), clock)
    assert "It ends on 2026-12-24" in do(clerk, ann, "cancel", subscription=str(held.pk)).text
    held.refresh_from_db()
    assert held.cancelled == clock()
    assert mails[-1].to == ["ann@example.com"]


def test_money_goes_back_and_never_more_than_came(clerk: Browser, ann: Account, clock: SettableClock) -> None:
    paid(ann, clock)
    assert "£3.00 goes back" in do(clerk, ann, "refund", payment="1", amount="3.00").text
    assert "more than is left" in do(clerk, ann, "refund", payment="1", amount="5.01").text
    assert Refund.objects.get().amount == 300


def test_somebody_elses_payment_is_none(
    clerk: Browser, ann: Account, account: Callable[..., Account], clock: SettableClock
) -> None:
    paid(account("ben@example.com"), clock)
    assert "no such receipt" in do(clerk, ann, "refund", payment="1", amount="3.00").text


def test_a_subscription_moves_to_another_account(
    clerk: Browser, ann: Account, account: Callable[..., Account], plan: Callable[..., Plan], clock: SettableClock
) -> None:
    ben = account("ben@example.com")
    held = subscribed(ann, plan(), clock)
    do(clerk, ann, "move", subscription=str(held.pk), number=ben.number)
    assert resolve(ben, clock()).holds(clock())
    assert not resolve(ann, clock()).holds(clock())


def test_two_accounts_become_one_and_nothing_is_lost(
    clerk: Browser,
    ann: Account,
    account: Callable[..., Account],
    plan: Callable[..., Plan],
    clock: SettableClock,
    mails: list[EmailMessage],
) -> None:
    old = account("ann@work.example", name="A. Ashworth")
    subscribed(old, plan(), clock)
    paid(old, clock)
    phone = ReaderId(b"p" * 16)
    Device.objects.create(account=old, key=phone.hex(), anonymous="00" * 16, made=clock())
    beside().sign_in(phone, old.reader)
    assert "is part of this account now" in do(clerk, ann, "merge", number=old.number).text
    assert resolve(ann, clock()).holds(clock())
    assert ann.payments.count() == 1
    rights = beside().get(phone)
    assert rights is not None
    assert rights.account == ann.reader
    signed_in_by_code(Browser(), mails, "ann@work.example")
    assert Account.objects.filter(email__contains="ann").count() == 2, (
        "the old mail signs in to the account that stayed"
    )


def test_a_merge_is_taken_back_within_thirty_days_and_not_later(
    clerk: Browser, ann: Account, account: Callable[..., Account], plan: Callable[..., Plan], clock: SettableClock
) -> None:
    old = account("ann@work.example")
    subscribed(old, plan(), clock, period_end=clock() + timedelta(days=300))
    do(clerk, ann, "merge", number=old.number)
    merge = str(Merge.objects.get().pk)
    clock.pass_(timedelta(days=31))
    assert "can be taken back no longer" in do(clerk, ann, "undo-merge", merge=merge).text
    clock.pass_(timedelta(days=-2))
    assert "two accounts again" in do(clerk, ann, "undo-merge", merge=merge).text
    old.refresh_from_db()
    assert resolve(old, clock()).holds(clock())
    assert not resolve(ann, clock()).holds(clock())


def test_the_staffs_accounts_are_never_made_one(clerk: Browser, ann: Account, account: Callable[..., Account]) -> None:
    owner = account("owner@paper.test", role="owner")
    assert "cannot be made one" in do(clerk, ann, "merge", number=owner.number).text


def test_a_note_is_kept_with_its_day_and_writer(clerk: Browser, ann: Account) -> None:
    do(clerk, ann, "note", why="prefers to be called after four")
    assert "2026-11-24 Cleo: prefers to be called after four" in clerk.get(f"{DESK}person/{ann.number}").text


@pytest.mark.parametrize(("role", "status"), [("read-only", 200), ("editor", 403), ("", 403)])
def test_who_may_look_changes_nothing(
    role: str, status: int, ann: Account, account: Callable[..., Account], signed_in: Callable[..., Browser]
) -> None:
    other = signed_in(account("other@paper.test", role=role))
    page = other.get(f"{DESK}person/{ann.number}")
    assert page.status == status
    if status == 200:
        assert do(other, ann, "comp", days="5").status == 403
