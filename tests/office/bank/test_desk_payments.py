"""The clerk's pages for money that comes without a card."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage

from pennypress.office import jobs
from pennypress.office.models import Account, BankLine, Letter, Method, Payment, Plan, Subscription
from pennypress.office.rights import resolve
from pennypress.office.subscribe import ordering
from pennypress.office.till import till_of
from tests.office.browser import Browser, Page

if TYPE_CHECKING:
    from tests.office.conftest import SettableClock


@pytest.fixture
def clerk(account: Callable[..., Account], signed_in: Callable[..., Browser]) -> Browser:
    """The clerk's browser."""
    return signed_in(account("clerk@paper.test", role="subscriptions"))


@pytest.fixture
def ann(account: Callable[..., Account], plan: Callable[..., Plan], clock: SettableClock) -> Subscription:
    """Ann has promised to transfer £8.00."""
    reader = account(name="Ann Ash")
    terms = ordering.terms_for(reader, plan(name="Reader"))
    order = ordering.place(reader, terms, Method.TRANSFER, shown="", language="en", back="")
    till_of(Method.TRANSFER).checkout(order)
    return Subscription.objects.get()


def upload(clerk: Browser, text: str) -> Page:
    page = clerk.get("/-/pennypress/desk/statement")
    token = page.tree.css_first("[name=csrfmiddlewaretoken]")
    assert token is not None
    file = SimpleUploadedFile("statement.csv", text.encode())
    return clerk.post(page.url, {"csrfmiddlewaretoken": token.attributes["value"], "file": file})


def test_a_payment_is_found_by_name_and_recorded_in_one_form(clerk: Browser, ann: Subscription) -> None:
    page = clerk.get("/-/pennypress/desk/payments?q=ash").follow(ann.reference or "?")
    done = page.submit(button="Record the payment")
    assert "Recorded: receipt 1, of Ann Ash." in done.text
    assert Payment.objects.get().subscription == ann


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("amount", "7.99", "£8.00 is due, or a multiple of it"),
        ("amount", "eight", "Please write an amount such as 8.00"),
        ("reference", "XXXXXX", "Nothing is waited for under this reference"),
        ("day", "2027-01-01", "This day has not come yet"),
    ],
)
def test_what_cannot_be_recorded_is_told_at_its_field(
    clerk: Browser, ann: Subscription, field: str, value: str, said: str
) -> None:
    page = clerk.get(f"/-/pennypress/desk/payments?reference={ann.reference}")
    refused = page.submit({field: value}, button="Record the payment")
    assert refused.status == 400
    assert said in refused.text
    assert not Payment.objects.exists()


def test_the_sure_lines_of_a_statement_are_recorded_on_one_press(clerk: Browser, ann: Subscription) -> None:
    page = upload(clerk, f"Date,Description,Amount\n2026-11-24,{ann.reference},8.00\n2026-11-24,rent,500.00\n")
    assert "2 new lines" in page.text
    assert "reference and amount fit" in page.text
    done = page.submit(button="Record 1 sure line")
    assert "1 payment recorded" in done.text
    assert BankLine.objects.get(payment__isnull=False).payment == Payment.objects.get()
    assert "Nothing that is due fits" in done.text


def test_a_statement_that_is_read_twice_counts_once(clerk: Browser, ann: Subscription) -> None:
    text = f"Date,Description,Amount\n2026-11-24,{ann.reference},8.00\n"
    upload(clerk, text).submit(button="Record 1 sure line")
    again = upload(clerk, text)
    assert "0 new lines, 1 known already" in again.text
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("description", "name", "amount", "why"),
    [
        ("{reference}", "Ann Ash", "9.00", "the reference fits, the amount does not"),
        ("{slip}", "A N Other", "8.00", "the reference is one slip away"),
        ("subscription", "ASH ANN MRS", "8.00", "name and amount fit"),
    ],
)
def test_what_is_unsure_is_proposed_and_never_recorded_by_itself(
    clerk: Browser, ann: Subscription, description: str, name: str, amount: str, why: str
) -> None:
    reference = ann.reference or "?"
    slip = reference[1] + reference[0] + reference[2:] if reference[0] != reference[1] else "7" + reference[1:]
    said = description.format(reference=reference, slip=slip)
    page = upload(clerk, f"Date,Description,Amount,Name\n2026-11-24,{said},{amount},{name}\n")
    assert why in page.text
    assert not page.button("sure line")
    assert not Payment.objects.exists()


def test_an_unsure_line_is_confirmed_by_hand(clerk: Browser, ann: Subscription) -> None:
    page = upload(clerk, "Date,Description,Amount,Name\n2026-11-24,subscription,8.00,ASH ANN\n")
    assert "Recorded, of Ann Ash." in page.submit(button="Record as this").text


def test_a_line_that_fits_nothing_is_recorded_under_a_reference_that_the_clerk_knows(
    clerk: Browser, ann: Subscription
) -> None:
    page = upload(clerk, "Date,Amount,Description\n2026-11-24,8.00,newspaper\n")
    done = page.submit({"reference": (ann.reference or "?").lower()}, button="Record under this reference")
    assert "Recorded, of Ann Ash." in done.text
    assert BankLine.objects.get().payment == Payment.objects.get()


def test_a_payment_that_is_sent_twice_is_recorded_once(clerk: Browser, ann: Subscription) -> None:
    page = clerk.get(f"/-/pennypress/desk/payments?reference={ann.reference}")
    page.submit(button="Record the payment")
    again = page.submit(button="Record the payment")
    assert "recorded already" in again.text
    assert Payment.objects.count() == 1
    page.submit({"note": "paid twice"}, button="Record the payment")
    assert Payment.objects.count() == 2


def test_a_subscriber_who_is_taken_twice_is_one(clerk: Browser, ann: Subscription) -> None:
    page = clerk.get("/-/pennypress/desk/subscriber")
    for _ in range(2):
        page.submit({"name": "Bob Birch", "address": "2 High Street", "method": "cheque"}, button="Take")
    assert Account.objects.filter(name="Bob Birch").count() == 1
    assert Subscription.objects.exclude(pk=ann.pk).count() == 1


def test_a_line_is_set_aside_with_a_reason(clerk: Browser, ann: Subscription) -> None:
    page = upload(clerk, "Date,Amount\n2026-11-24,500.00\n")
    assert "Please say why" in page.submit(button="Set aside").text
    done = clerk.get("/-/pennypress/desk/lines").submit({"why": "the rent"}, button="Set aside")
    assert "All lines are matched" in done.text
    assert BankLine.objects.get().set_aside == "the rent"


def test_a_statement_with_a_fault_takes_in_nothing(clerk: Browser, ann: Subscription) -> None:
    page = upload(clerk, f"Date,Description,Amount\n2026-11-24,{ann.reference},8.00\nyesterday,x,8.00\n")
    assert page.status == 400
    assert "line 3" in page.text
    assert not BankLine.objects.exists()


def test_what_is_due_is_listed_and_asked_for_once(
    clerk: Browser, ann: Subscription, clock: SettableClock, mails: list[EmailMessage]
) -> None:
    assert (ann.reference or "?") in clerk.get("/-/pennypress/desk/due").text
    clock.pass_(timedelta(days=11))
    for _ in range(2):
        jobs.run_due()
        clock.pass_(timedelta(hours=2))
    asked = [mail for mail in mails if "is due" in mail.subject]
    assert len(asked) == 1
    assert (ann.reference or "?") in str(asked[0].body)


def test_somebody_without_a_mail_address_subscribes_and_signs_in_by_a_card(
    clerk: Browser, ann: Subscription, browser: Browser, clock: SettableClock
) -> None:
    page = clerk.get("/-/pennypress/desk/subscriber").submit(
        {"name": "Bob Birch", "address": "2 High Street", "method": "cheque"}, button="Take the subscription"
    )
    card = page.submit(button="Make a card")
    number, code = (node.text().strip() for node in card.tree.css(".sheet dd.code"))
    bob = Account.objects.get(number=number)
    assert bob.email is None
    assert resolve(bob, clock()).holds(clock())
    signed_in = browser.get("/sign-in/card").submit({"number": number, "code": code}, button="Sign in")
    assert "Bob Birch" in signed_in.text or signed_in.url.startswith("/account")


def test_letters_to_those_without_a_mail_address_are_printed_and_done(
    clerk: Browser, ann: Subscription, clock: SettableClock
) -> None:
    clerk.get("/-/pennypress/desk/subscriber").submit(
        {"name": "Bob Birch", "address": "2 High Street", "method": "cheque"}, button="Take the subscription"
    )
    page = clerk.get("/-/pennypress/desk/letters")
    assert "2 High Street" in page.text
    letter = Letter.objects.filter(to="", sent=None).first()
    assert letter is not None
    page.submit({"letter": str(letter.pk)}, button="These are posted")
    letter.refresh_from_db()
    assert letter.sent == clock()


def test_nobody_but_staff_opens_these_pages(
    browser: Browser, account: Callable[..., Account], signed_in: Callable[..., Browser]
) -> None:
    reader = signed_in(account("reader@example.com"))
    for name in ("payments", "statement", "lines", "due", "letters", "subscriber"):
        assert browser.get(f"/-/pennypress/desk/{name}", follow=False).status == 302
        assert reader.get(f"/-/pennypress/desk/{name}").status == 403
