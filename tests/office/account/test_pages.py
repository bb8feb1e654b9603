"""The pages of an account, as its reader goes through them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage

from pennypress.config import Config
from pennypress.office import lifecycle
from pennypress.office.models import Account, Kind, Method, Payment, Plan, Status, Subscription
from tests.office.browser import Browser
from tests.office.conftest import SettableClock
from tests.office.lifecycle.lives import PlaceOrder, Subscribe

SignIn = Callable[..., Browser]
Make = Callable[..., Account]
OWN = ("/account", "/account/receipts", "/account/devices", "/account/mail")


@pytest.mark.parametrize("path", OWN)
def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(browser: Browser, path: str) -> None:
    page = browser.get(path)
    assert page.trail == (path,)
    assert page.url.startswith("/sign-in?from=")


def test_it_says_what_one_has_until_when_and_what_is_paid_next(
    clock: SettableClock, subscribed: Subscribe, signed_in: SignIn
) -> None:
    page = signed_in(subscribed().account).get("/account")
    assert "You are signed in as ann@example.com." in page.text
    assert "It is paid until 24 December 2026, and then renews." in page.text
    assert "Next payment £8.00 on 24 December 2026" in page.text
    assert "Price £8.00 a month" in page.text


def test_without_a_subscription_it_shows_the_way_to_the_offers(account: Make, signed_in: SignIn) -> None:
    page = signed_in(account()).get("/account")
    assert "You have no subscription." in page.text
    assert page.tree.css_first('a[href="/subscribe"]') is not None


def test_one_cancels_on_one_page_and_it_says_when_it_ends(
    clock: SettableClock, subscribed: Subscribe, signed_in: SignIn, mails: list[EmailMessage]
) -> None:
    held = subscribed(at_once=False)
    clock.pass_(timedelta(days=20))
    page = signed_in(held.account).get("/account").follow("Cancel the subscription")
    assert "your subscription ends on 24 December 2026. Until then you read on." in page.text
    after = page.submit(button="Cancel the subscription")
    assert "You have cancelled. You read on until 24 December 2026, and nothing more is charged." in after.text
    assert "Next payment" not in after.text
    assert mails[-1].subject == "The Skerrow Lantern: you have cancelled"
    assert "It ends on 24 December 2026" in mails[-1].body


def test_the_page_for_cancelling_has_one_offer_at_most_and_asks_for_nothing(
    clock: SettableClock, subscribed: Subscribe, signed_in: SignIn
) -> None:
    held = subscribed()
    page = signed_in(held.account).get(f"/account/cancel/{held.pk}")
    main = page.tree.css("main a")
    assert len(main) == 2
    assert not page.tree.css("main form input:not([type=hidden]), main form select, main form textarea")
    clock.pass_(timedelta(days=20))
    later = signed_in(held.account).get(f"/account/cancel/{held.pk}")
    assert "Pause for a holiday" in later.text
    assert len(later.tree.css("main a")) == 2


def test_a_cancellation_is_taken_back_by_one_press(subscribed: Subscribe, signed_in: SignIn) -> None:
    held = lifecycle.cancel(subscribed())
    page = signed_in(held.account).get("/account").submit(button="Go on after all")
    assert "Your subscription goes on. Thank you." in page.text
    held.refresh_from_db()
    assert held.cancelled is None


def test_cancelling_twice_in_two_tabs_is_one_cancellation(
    subscribed: Subscribe, signed_in: SignIn, mails: list[EmailMessage]
) -> None:
    held = subscribed()
    reader = signed_in(held.account)
    one, two = reader.get(f"/account/cancel/{held.pk}"), reader.get(f"/account/cancel/{held.pk}")
    one.submit(button="Cancel the subscription")
    two.submit(button="Cancel the subscription")
    assert [mail.subject for mail in mails].count("The Skerrow Lantern: you have cancelled") == 1


def test_changing_ones_mind_gives_back_what_is_not_used(
    clock: SettableClock, subscribed: Subscribe, signed_in: SignIn
) -> None:
    held = subscribed()
    clock.pass_(timedelta(days=10))
    page = signed_in(held.account).get("/account")
    assert "until 8 December 2026 you can have it end at once and get money back" in page.text
    asked = page.follow("Change your mind")
    assert "£5.33 goes back to you" in asked.text
    done = asked.submit(button="End it now")
    assert "£5.33 goes back to you, the way it was paid." in done.text
    held.refresh_from_db()
    assert (held.status, held.end_why) == (Status.ENDED, "withdrawn")


def test_when_the_time_for_it_is_over_the_page_for_cancelling_comes_instead(
    clock: SettableClock, subscribed: Subscribe, signed_in: SignIn
) -> None:
    held = subscribed()
    clock.pass_(timedelta(days=15))
    page = signed_in(held.account).get(f"/account/withdraw/{held.pk}")
    assert page.heading == "Cancel “Reader”"


def test_a_holiday_is_chosen_by_its_days(clock: SettableClock, subscribed: Subscribe, signed_in: SignIn) -> None:
    held = subscribed()
    page = signed_in(held.account).get("/account").follow("Pause for a holiday")
    done = page.submit({"start": "2026-12-01", "until": "2026-12-15"})
    assert "Your pause is noted." in done.text
    assert "It pauses from 1 December 2026 until 15 December 2026." in done.text
    back = done.submit(button="Take the pause back")
    assert "The pause is taken back." in back.text


@pytest.mark.parametrize(
    ("start", "until", "said"),
    [
        ("2026-11-23", "2026-12-01", "This day is over. Please choose today or a later day."),
        ("2026-12-01", "2026-12-01", "Please choose a day after the first day of the pause."),
        ("2026-12-01", "2027-06-01", "A pause is three months at most. Please choose an earlier day."),
        ("2029-12-01", "2029-12-05", "Please choose a day within a year from now."),
        ("", "2026-12-05", "This field is required."),
        ("soon", "2026-12-05", "Enter a valid date."),
    ],
)
def test_days_that_make_no_pause_are_explained_beside_the_field(
    clock: SettableClock, subscribed: Subscribe, signed_in: SignIn, start: str, until: str, said: str
) -> None:
    held = subscribed()
    page = signed_in(held.account).get(f"/account/pause/{held.pk}").submit({"start": start, "until": until})
    wrong = page.tree.css_first("[aria-invalid=true]")
    assert wrong is not None
    described = page.tree.css_first(f"#{(wrong.attributes['aria-describedby'] or '').split()[0]}")
    assert described is not None
    assert said in described.text()


def test_a_receipt_names_seller_buyer_number_time_amount_and_tax(
    clock: SettableClock, paper: Callable[..., Config], subscribed: Subscribe, signed_in: SignIn
) -> None:
    paper(law={"tax": 2000}, office={"company": "Lantern Ltd, 1 High Street, Skerrow"})
    held = subscribed()
    page = signed_in(held.account).get("/account").follow("Receipts").follow("1")
    for fact in (
        "Receipt 1",
        "Lantern Ltd, 1 High Street, Skerrow",
        "ann@example.com",
        "from 24 November 2026 to 24 December 2026",
        "£8.00",
        "£1.33 (20 %)",
        "card",
    ):
        assert fact in page.text


def test_what_was_given_back_stands_on_the_receipt(subscribed: Subscribe, signed_in: SignIn) -> None:
    held = subscribed()
    payment = Payment.objects.get()
    lifecycle.refund(payment, 300, "a week without a paper")
    page = signed_in(held.account).get(f"/account/receipts/{payment.number}")
    assert "Given back £3.00 on" in page.text


def of_another(subscribed: Subscribe, account: Make) -> Subscription:
    return subscribed(by=account("ben@example.com"))


def test_nobody_opens_what_is_anothers(subscribed: Subscribe, account: Make, signed_in: SignIn) -> None:
    held = of_another(subscribed, account)
    ann = signed_in(account())
    number = Payment.objects.get().number
    for path in ("cancel", "withdraw", "pause"):
        assert ann.get(f"/account/{path}/{held.pk}").status == 404
    assert ann.get(f"/account/receipts/{number}").status == 404
    assert ann.get("/account/receipts").text.count("Reader") == 0


def test_nobody_changes_what_is_anothers(subscribed: Subscribe, account: Make) -> None:
    from django.test import Client

    held = of_another(subscribed, account)
    ann = Client(SERVER_NAME="paper.test")
    ann.force_login(account())
    for path in ("cancel", "withdraw", "pause", "go-on"):
        assert ann.post(f"/account/{path}/{held.pk}", {"end": "1"}).status_code == 404
    held.refresh_from_db()
    assert (held.status, held.cancelled) == (Status.ACTIVE, None)


@pytest.mark.parametrize("path", ["cancel", "withdraw", "pause", "go-on"])
def test_a_form_from_another_site_changes_nothing(subscribed: Subscribe, signed_in: SignIn, path: str) -> None:
    held = subscribed()
    answer = signed_in(held.account).post(f"/account/{path}/{held.pk}", {}, site="cross-site")
    assert answer.status == 403
    assert "Nothing was changed" in answer.text
    held.refresh_from_db()
    assert held.cancelled is None


def test_a_pass_is_shown_with_its_end(
    clock: SettableClock, order: PlaceOrder, plan: Callable[..., Plan], signed_in: SignIn
) -> None:
    placed = order(of=plan(kind=Kind.PASS, days=7, name="Week"))
    lifecycle.begin(placed, status=Status.ACTIVE, period_end=None)
    page = signed_in(placed.account).get("/account")
    assert "Week, until 1 December 2026" in page.text


STATES = [
    (Status.PAST_DUE, "The last payment did not work. We try again in the next days, and you read on meanwhile."),
    (Status.UNPAID, "We could not take the payment, and do not try again."),
    (Status.PENDING, "Your first payment is under way"),
]


@pytest.mark.parametrize(("status", "said"), STATES)
def test_each_state_says_what_it_means_for_reading(
    subscribed: Subscribe, signed_in: SignIn, status: Status, said: str
) -> None:
    held = subscribed()
    lifecycle.set_status(held, status)
    assert said in signed_in(held.account).get("/account").text


def test_a_promise_says_until_when_one_reads_on(clock: SettableClock, order: PlaceOrder, signed_in: SignIn) -> None:
    placed = order(method=Method.TRANSFER)
    lifecycle.begin(placed, status=Status.PROMISED, period_end=None)
    page = signed_in(placed.account).get("/account")
    assert "We wait for your payment of £8.00. You read on until 8 December 2026" in page.text


def test_a_trial_says_that_cancelling_in_it_costs_nothing(
    clock: SettableClock, subscribed: Subscribe, plan: Callable[..., Plan], signed_in: SignIn
) -> None:
    page = signed_in(subscribed(of=plan(trial_days=30)).account).get("/account")
    assert "Your trial runs until 24 December 2026. Cancel before that day, and you pay nothing." in page.text


def test_a_new_mail_address_is_confirmed_by_a_code_sent_to_it(
    account: Make, signed_in: SignIn, mails: list[EmailMessage]
) -> None:
    ann = account()
    asked = signed_in(ann).get("/account").follow("Change the mail address").submit({"mail": "ann@new.example"})
    assert "We have written to ann@new.example." in asked.text
    code = next(word for word in mails[-1].body.split() if word.replace(" ", "").isdigit() and len(word) >= 4)
    wrong = asked.submit({"code": "0000 0000"})
    assert "This code is not good." in wrong.text
    line = next(line for line in mails[-1].body.splitlines() if code in line)
    done = wrong.submit({"code": line})
    assert "Your mail address is now ann@new.example." in done.text
    ann.refresh_from_db()
    assert ann.email == "ann@new.example"


def test_a_mail_address_of_another_account_is_not_told_from_a_free_one(account: Make, signed_in: SignIn) -> None:
    account("ben@example.com")
    page = signed_in(account()).get("/account/mail").submit({"mail": "ben@example.com"})
    assert "We have written to ben@example.com." in page.text


def test_letters_to_new_addresses_are_bounded(account: Make, signed_in: SignIn) -> None:
    reader = signed_in(account())
    for number in range(12):
        page = reader.get("/account/mail?other=1").submit({"mail": f"ann{number}@new.example"})
    assert page.status == 429
    assert "Please wait for an hour, or ask us for help." in page.text


def test_codes_for_a_new_address_are_not_guessed(account: Make, signed_in: SignIn) -> None:
    page = signed_in(account()).get("/account/mail").submit({"mail": "ann@new.example"})
    for number in range(12):
        page = page.submit({"code": f"{number:08}"})
    assert page.status == 429
    assert "Please wait for an hour" in page.text
