"""Signing in by the code of a letter."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.mail import EmailMessage
from django.db import connection

from pennypress.config import Config
from pennypress.office import letters
from pennypress.office.installation import installation
from pennypress.office.models import Account, Attempt, Letter, Newcomer, SignInCode
from pennypress.office.signin import codes, upkeep
from pennypress.office.signin.codes import lasting_link
from pennypress.office.signin.entering import account_of
from tests.office.browser import Browser
from tests.office.conftest import SettableClock, new_browser
from tests.office.signin.steps import asked, code_in, link_in, signed_in_by_code


def test_a_reader_without_an_account_signs_in_and_has_one(browser: Browser, mails: list[EmailMessage]) -> None:
    page = signed_in_by_code(browser, mails, "Ann@Example.com")
    assert page.url == installation().config.office.account
    account = Account.objects.get(email="ann@example.com")
    assert account.mail_verified is not None
    assert account.language == "en"


def test_after_the_sign_in_the_reader_is_on_the_article_they_came_from(
    browser: Browser, mails: list[EmailMessage]
) -> None:
    back = installation().returns.seal("/news/harbour?page=2")
    page = signed_in_by_code(browser, mails, "ann@example.com", back=back)
    assert page.url == "/news/harbour?page=2"


@pytest.mark.parametrize("foreign", ["https://evil.example/", "//evil.example/", "/news/a", "\\evil", "x" * 5000])
def test_a_way_back_that_we_did_not_seal_leads_to_the_account(
    browser: Browser, mails: list[EmailMessage], foreign: str
) -> None:
    page = signed_in_by_code(browser, mails, "ann@example.com", back=foreign)
    assert page.url == "/account"


def test_whoever_must_sign_in_first_is_then_on_the_page_they_wanted(
    browser: Browser, mails: list[EmailMessage]
) -> None:
    page = browser.get("/sign-in/passkeys").submit({"mail": "ann@example.com"}, button="Send me a code")
    assert page.submit({"code": code_in(mails[-1])}, button="Sign in").url == "/sign-in/passkeys"


@pytest.mark.parametrize("foreign", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"])
def test_the_page_they_wanted_is_on_this_site(browser: Browser, mails: list[EmailMessage], foreign: str) -> None:
    page = browser.get(f"/sign-in?next={quote(foreign)}").submit({"mail": "ann@example.com"}, button="Send me a code")
    assert page.submit({"code": code_in(mails[-1])}, button="Sign in").url == "/account"


def test_a_lasting_link_signs_in_by_one_press_as_long_as_it_is_valid(
    account: Callable[..., Account], clock: SettableClock
) -> None:
    ann = account("ann@example.com", mail_verified=None)
    links = [lasting_link(ann, timedelta(days=60)).removeprefix("http://paper.test") for _ in range(2)]
    clock.pass_(timedelta(days=59))
    assert new_browser().get(links[0]).submit(button="Sign in").url == "/account"
    assert new_browser().get(links[0]).heading == "This link was used already"
    clock.pass_(timedelta(days=2))
    assert new_browser().get(links[1]).heading == "This link has expired"
    ann.refresh_from_db()
    assert ann.mail_verified is not None


def test_the_letter_has_the_code_before_the_link_and_in_its_subject(
    browser: Browser, mails: list[EmailMessage]
) -> None:
    asked(browser, "ann@example.com")
    letter = mails[-1]
    assert letter.to == ["ann@example.com"]
    assert code_in(letter) in letter.subject
    assert str(letter.body).index(code_in(letter)) < str(letter.body).index(link_in(letter))


def test_the_code_may_be_pasted_with_spaces_and_dashes(browser: Browser, mails: list[EmailMessage]) -> None:
    page = asked(browser, "ann@example.com")
    digits = code_in(mails[-1]).replace(" ", "")
    page = page.submit({"code": f" {digits[:3]}-{digits[3:5]} \u2009{digits[5:]}\n"}, button="Sign in")
    assert page.url == "/account"


def test_the_field_is_made_for_codes(browser: Browser) -> None:
    field = asked(browser, "ann@example.com").tree.css_first("input[name=code]")
    assert field is not None
    assert field.attributes["autocomplete"] == "one-time-code"
    assert field.attributes["inputmode"] == "numeric"
    mail = browser.get("/sign-in").tree.css_first("input[name=mail]")
    assert mail is not None
    assert mail.attributes["autocomplete"] == "email"


def test_the_page_for_the_code_survives_a_reload(browser: Browser, mails: list[EmailMessage]) -> None:
    page = asked(browser, "ann@example.com")
    page = browser.get(page.url)
    page = page.submit({"code": code_in(mails[-1])}, button="Sign in")
    assert page.url == "/account"


def test_the_page_for_the_code_is_found_again_without_its_query(browser: Browser, mails: list[EmailMessage]) -> None:
    asked(browser, "ann@example.com")
    page = browser.get("/sign-in/code").submit({"code": code_in(mails[-1])}, button="Sign in")
    assert page.url == "/account"


def test_the_page_for_the_code_survives_a_switch_to_another_browser(
    browser: Browser, mails: list[EmailMessage]
) -> None:
    page = asked(browser, "ann@example.com", back=installation().returns.seal("/news/harbour"))
    other = new_browser().get(page.url).submit({"code": code_in(mails[-1])}, button="Sign in")
    assert other.url == "/news/harbour"


def test_the_page_for_the_code_names_the_address_but_its_own_address_does_not(browser: Browser) -> None:
    page = asked(browser, "ann@example.com")
    assert "ann@example.com" in page.text
    assert "ann" not in page.url


def test_a_second_code_does_not_kill_the_first(browser: Browser, mails: list[EmailMessage]) -> None:
    page = asked(browser, "ann@example.com")
    page = page.submit(button="Send me another code")
    first, second = mails
    assert code_in(first) != code_in(second)
    assert page.submit({"code": code_in(first)}, button="Sign in").url == "/account"


def test_a_used_code_is_refused_and_another_is_offered(browser: Browser, mails: list[EmailMessage]) -> None:
    waiting = asked(browser, "ann@example.com").url
    browser.get(waiting).submit({"code": code_in(mails[-1])}, button="Sign in")
    page = new_browser().get(waiting).submit({"code": code_in(mails[-1])}, button="Sign in")
    assert "This code was used already" in page.text
    assert page.button("Send me another code")


def test_an_expired_code_is_refused_and_another_is_offered(
    browser: Browser, mails: list[EmailMessage], clock: SettableClock
) -> None:
    page = asked(browser, "ann@example.com")
    clock.pass_(timedelta(minutes=30))
    page = page.submit({"code": code_in(mails[-1])}, button="Sign in")
    assert "This code has expired" in page.text
    page = page.submit(button="Send me another code")
    assert page.submit({"code": code_in(mails[-1])}, button="Sign in").url == "/account"


@pytest.mark.parametrize("typed", ["", "0", "00000000", "١٢٣٤٥٦٧٨", "'; DROP TABLE", "9" * 64])
def test_a_wrong_code_is_refused_with_words_that_help(browser: Browser, typed: str) -> None:
    page = asked(browser, "ann@example.com").submit({"code": typed}, button="Sign in")
    field = page.tree.css_first("input[name=code]")
    assert field is not None
    assert field.attributes["aria-invalid"] == "true"
    error = page.tree.css_first(f"#{field.attributes['aria-describedby']}")
    assert error is not None
    assert "code" in error.text()
    assert not Account.objects.exists()


def test_a_code_opens_no_other_address(browser: Browser, mails: list[EmailMessage]) -> None:
    asked(browser, "eve@example.com")
    code = code_in(mails[-1])
    page = asked(new_browser(), "ann@example.com").submit({"code": code}, button="Sign in")
    assert "This is not the code from our mail" in page.text


def test_codes_are_kept_as_hashes_and_the_letter_is_blank_once_it_has_left(
    browser: Browser, mails: list[EmailMessage]
) -> None:
    asked(browser, "ann@example.com")
    kept = SignInCode.objects.get()
    digits = code_in(mails[-1]).replace(" ", "")
    key = link_in(mails[-1]).partition("key=")[2]
    letter = Letter.objects.get()
    for secret in (digits, code_in(mails[-1]), key):
        assert secret not in f"{kept.code} {kept.link} {letter.body} {letter.subject}"


def test_the_link_signs_in_by_a_press_and_not_by_being_looked_at(browser: Browser, mails: list[EmailMessage]) -> None:
    asked(browser, "ann@example.com")
    link = link_in(mails[-1])
    for _ in range(3):
        assert new_browser().get(link).button("Sign in")
    assert not Account.objects.exists()
    assert browser.get(link).submit(button="Sign in").url == "/account"


def test_the_link_signs_in_on_another_browser_and_leads_back_to_the_article(
    browser: Browser, mails: list[EmailMessage]
) -> None:
    asked(browser, "ann@example.com", back=installation().returns.seal("/news/harbour"))
    page = new_browser().get(link_in(mails[-1]))
    assert "ann@example.com" in page.text
    assert page.submit(button="Sign in").url == "/news/harbour"


def test_a_used_link_says_what_to_do(browser: Browser, mails: list[EmailMessage]) -> None:
    asked(browser, "ann@example.com")
    link = link_in(mails[-1])
    browser.get(link).submit(button="Sign in")
    page = new_browser().get(link)
    assert page.heading == "This link was used already"
    assert page.follow("Sign in by mail").url.startswith("/sign-in")


def test_an_expired_link_says_what_to_do(browser: Browser, mails: list[EmailMessage], clock: SettableClock) -> None:
    asked(browser, "ann@example.com")
    clock.pass_(timedelta(hours=1))
    assert browser.get(link_in(mails[-1])).heading == "This link has expired"
    assert browser.get("/sign-in/link?key=nonsense").heading == "This link cannot be read"
    assert browser.get("/sign-in/link").heading == "This link cannot be read"


def test_the_link_and_the_code_of_one_letter_are_good_once_between_them(
    browser: Browser, mails: list[EmailMessage]
) -> None:
    waiting = asked(browser, "ann@example.com")
    new_browser().get(link_in(mails[-1])).submit(button="Sign in")
    assert "used already" in waiting.submit({"code": code_in(mails[-1])}, button="Sign in").text


def test_no_page_tells_whether_an_account_exists(account: Callable[..., Account], mails: list[EmailMessage]) -> None:
    account("known@example.com")
    known, unknown = (asked(new_browser(), mail) for mail in ("known@example.com", "other@example.com"))
    assert known.text.replace("known@", "other@") == unknown.text
    assert known.status == unknown.status
    letters = [str(mail.body).replace(code_in(mail), "").replace(link_in(mail), "") for mail in mails]
    assert letters[0] == letters[1]
    wrong = [page.submit({"code": "1"}, button="Sign in").text for page in (known, unknown)]
    assert wrong[0].replace("known@", "other@") == wrong[1]


def test_the_session_has_a_new_id_after_the_sign_in(browser: Browser, mails: list[EmailMessage]) -> None:
    page = asked(browser, "ann@example.com")
    before = browser.cookies["pennypress-account"]
    page.submit({"code": code_in(mails[-1])}, button="Sign in")
    assert browser.cookies["pennypress-account"] != before


def test_a_form_from_elsewhere_signs_nobody_in(browser: Browser, mails: list[EmailMessage]) -> None:
    waiting = asked(browser, "ann@example.com").url
    page = browser.post(waiting, {"code": code_in(mails[-1])}, site="cross-site")
    assert page.status == 403
    assert not Account.objects.exists()


def test_a_letter_is_sent_only_so_often_to_one_address(
    mails: list[EmailMessage], paper: Callable[..., Config], clock: SettableClock
) -> None:
    paper(retention={"attempts": 3})
    for _ in range(3):
        asked(new_browser(), "ann@example.com")
    page = asked(new_browser(address="198.51.100.7"), "ANN@example.com")
    assert page.status == 429
    assert "wait for an hour" in page.text
    assert len(mails) == 3
    clock.pass_(timedelta(hours=1, seconds=1))
    assert asked(new_browser(), "ann@example.com").status == 200


def test_a_reader_who_asks_again_too_often_keeps_the_page_and_is_told(
    browser: Browser, mails: list[EmailMessage], paper: Callable[..., Config]
) -> None:
    paper(retention={"attempts": 3})
    page = asked(browser, "ann@example.com")
    for _ in range(3):
        page = page.submit(button="Send me another code")
    assert "use the newest one" in page.text
    assert page.submit({"code": code_in(mails[-1])}, button="Sign in").url == "/account"


def test_letters_are_asked_for_only_so_often_from_one_line(
    mails: list[EmailMessage], paper: Callable[..., Config]
) -> None:
    paper(retention={"attempts": 3})
    for number in range(15):
        asked(new_browser(address=f"2001:db8:1:2::{number:x}"), f"reader{number}@example.com")
    assert asked(new_browser(address="2001:db8:1:2::ffff"), "late@example.com").status == 429
    assert asked(new_browser(address="2001:db8:1:3::1"), "late@example.com").status == 200


def test_codes_cannot_be_guessed_but_the_link_goes_on_working(
    browser: Browser, mails: list[EmailMessage], paper: Callable[..., Config]
) -> None:
    paper(retention={"attempts": 3})
    page = asked(browser, "ann@example.com")
    for guess in ("1", "2", "3"):
        page.submit({"code": guess}, button="Sign in")
    refused = page.submit({"code": code_in(mails[-1])}, button="Sign in")
    assert refused.status == 429
    assert "press the link in our mail" in refused.text
    assert browser.get(link_in(mails[-1])).submit(button="Sign in").url == "/account"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ann",
        "ann@",
        "ann@example.com\nBcc: all@example.com",
        "ann@example.com\r\nSubject: x",
        "ann@example.com, eve@example.com",
        "Ann <ann@example.com>",
        "а" * 300 + "@example.com",
        "a" * 250 + "@example.com",
        "annа@example.com",  # a Cyrillic letter before the @
        "ann@example.com\x00",
        "ann@exa mple.com",
    ],
)
def test_what_is_no_mail_address_gets_no_letter_and_words_that_help(
    browser: Browser, mails: list[EmailMessage], typed: str
) -> None:
    page = browser.get("/sign-in").submit({"mail": typed}, button="Send me a code")
    assert page.heading == "Sign in or register"
    field = page.tree.css_first("input[name=mail]")
    assert field is not None
    assert page.tree.css_first(f"#{field.attributes['aria-describedby']}") is not None
    assert mails == []


def test_look_alike_addresses_are_two_accounts_and_shown_in_ascii(
    browser: Browser, mails: list[EmailMessage], account: Callable[..., Account]
) -> None:
    real = account("ann@example.com")
    page = asked(browser, "ann@ex\u0430mple.com")  # a Cyrillic letter
    assert "ann@xn--exmple-4nf.com" in page.text
    assert mails[-1].to == ["ann@xn--exmple-4nf.com"]
    page.submit({"code": code_in(mails[-1])}, button="Sign in")
    assert Account.objects.exclude(pk=real.pk).get().email == "ann@xn--exmple-4nf.com"


def test_two_spellings_of_one_address_are_one_account(browser: Browser, mails: list[EmailMessage]) -> None:
    signed_in_by_code(browser, mails, "Ann@Example.COM")
    signed_in_by_code(new_browser(), mails, " ann@example.com ")
    assert Account.objects.count() == 1


def test_a_new_account_is_a_newcomer_of_its_line_and_an_old_one_is_not(
    mails: list[EmailMessage], account: Callable[..., Account]
) -> None:
    account("old@example.com")
    for number, mail in enumerate(["a@example.com", "b@example.com", "old@example.com"]):
        signed_in_by_code(new_browser(address=f"2001:db8::{number}"), mails, mail)
    newcomers = list(Newcomer.objects.all())
    assert len(newcomers) == 2
    assert newcomers[0].address == newcomers[1].address
    assert "2001" not in newcomers[0].address


def test_an_account_that_staff_made_is_verified_by_its_first_code(
    browser: Browser, mails: list[EmailMessage], account: Callable[..., Account]
) -> None:
    made = account("ann@example.com", mail_verified=None)
    signed_in_by_code(browser, mails, "ann@example.com")
    made.refresh_from_db()
    assert made.mail_verified is not None


def test_two_tabs_at_once_make_one_account() -> None:
    def sign_in(_: int) -> int:
        try:
            return account_of("ann@example.com", "203.0.113.9", "en").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as tabs:
        assert len(set(tabs.map(sign_in, range(8)))) == 1
    assert Account.objects.count() == Newcomer.objects.count() == 1


def test_a_code_is_used_once_by_many_at_once(browser: Browser) -> None:
    asked(browser, "ann@example.com")
    code = SignInCode.objects.get()

    def use(_: int) -> bool:
        try:
            codes.use(code)
        except codes.CodeRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as tabs:
        assert sum(tabs.map(use, range(8))) == 1


def test_a_closed_account_is_told_so_by_its_own_letter_alone(
    browser: Browser, mails: list[EmailMessage], account: Callable[..., Account]
) -> None:
    account("ann@example.com", is_active=False)
    page = asked(browser, "ann@example.com").submit({"code": code_in(mails[-1])}, button="Sign in")
    assert page.heading == "This account is closed"


def test_a_mail_server_that_is_down_delays_the_letter_and_loses_none(
    browser: Browser, mails: list[EmailMessage], settings: object, clock: SettableClock
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # type: ignore[attr-defined]
    page = asked(browser, "ann@example.com")
    assert page.heading == "Type the code from our mail"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    clock.pass_(timedelta(minutes=2))
    assert letters.deliver_due() == 1
    assert page.submit({"code": code_in(mails[-1])}, button="Sign in").url == "/account"


def test_what_is_of_no_more_use_is_forgotten(browser: Browser, mails: list[EmailMessage], clock: SettableClock) -> None:
    asked(browser, "ann@example.com")
    clock.pass_(timedelta(days=2))
    upkeep.forget_old()
    assert not SignInCode.objects.exists()
    assert not Attempt.objects.exists()
