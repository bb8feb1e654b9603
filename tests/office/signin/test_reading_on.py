"""Signing in between two articles: the meter, the office and the browser as one."""

from __future__ import annotations

from collections.abc import Callable

from django.core.mail import EmailMessage

from pennypress.config import Config
from pennypress.office.beside import beside
from pennypress.office.installation import installation
from pennypress.office.models import Account, Device
from pennypress.office.signin import devices
from tests.office.browser import Page
from tests.office.signin.steps import signed_in_by_code
from tests.office.site import RunningSite, Visitor

_WALL = "Sorry, your limit is up"
_ARTICLES = [f"/news/{name}" for name in "abcdefgh"]


def _sign_in(reader: Visitor, mails: list[EmailMessage], article: str, mail: str = "ann@example.com") -> Page:
    return signed_in_by_code(reader, mails, mail, back=installation().returns.seal(article))


def _sign_out(reader: Visitor) -> None:
    assert reader.get("/sign-in/out").submit(button="Sign out").heading == "You are signed out"


def _use_up(reader: Visitor) -> None:
    for article in _ARTICLES[:5]:
        assert _WALL not in reader.get(article).text
    assert _WALL in reader.get(_ARTICLES[5]).text


def test_a_reader_is_back_on_the_article_and_reads_it_as_a_registered_reader(
    site: RunningSite, mails: list[EmailMessage]
) -> None:
    reader = Visitor(site)
    assert "You can read 4 more articles" in reader.get("/news/a").text
    page = _sign_in(reader, mails, "/news/b")
    assert page.url == "/news/b"
    assert page.headers["Pennypress-Access"] == "full"
    assert Device.objects.count() == 1
    account = Account.objects.get()
    assert beside().standing(account.reader).spent == 2


def test_signing_in_and_out_opens_no_fresh_meter(site: RunningSite, mails: list[EmailMessage]) -> None:
    reader = Visitor(site)
    _use_up(reader)
    _sign_in(reader, mails, "/news/f")
    _sign_out(reader)
    assert _WALL in reader.get("/news/g").text
    _sign_in(reader, mails, "/news/g", "bob@example.com")
    _sign_out(reader)
    assert _WALL in reader.get("/news/h").text


def test_signing_out_from_elsewhere_opens_no_fresh_meter(site: RunningSite, mails: list[EmailMessage]) -> None:
    reader = Visitor(site)
    _use_up(reader)
    _sign_in(reader, mails, "/news/f")
    devices.sign_out_everywhere(Account.objects.get())
    site.beat()
    assert _WALL in reader.get("/news/g").text


def test_articles_opened_before_the_sign_in_stay_open_on_every_device(
    site: RunningSite, mails: list[EmailMessage], paper: Callable[..., Config]
) -> None:
    first, second = Visitor(site), Visitor(site)
    _use_up(first)
    _sign_in(first, mails, "/news/f")
    page = _sign_in(second, mails, "/news/a")
    assert page.url == "/news/a"
    assert page.headers["Pennypress-Access"] == "full"
