"""From the wall to the till and back to the article, with the meter and the office as one site."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage

from pennypress.config import Config
from pennypress.office.models import Plan
from tests.office.browser import Page
from tests.office.conftest import SettableClock
from tests.office.signin.steps import code_in
from tests.office.site import RunningSite, Visitor


@pytest.fixture(autouse=True)
def demo_till(paper: Callable[..., Config], clock: SettableClock) -> None:
    paper(office={"demo_till": True})


def walled(reader: Visitor) -> Page:
    for name in "abcde":
        reader.get(f"/news/{name}")
    page = reader.get("/news/f")
    assert page.headers["Pennypress-Access"] == "preview"
    return page


def test_who_subscribes_from_the_wall_reads_the_article_at_once(
    demo_till: None, site: RunningSite, plan: Callable[..., Plan], mails: list[EmailMessage]
) -> None:
    plan(name="Reader")
    reader = Visitor(site)
    offers = walled(reader).follow("subscribing here")
    assert offers.heading == "Support the Skerrow Lantern"
    page = offers.follow("Choose Reader").submit({"mail": "ann@example.com"}, button="Go on")
    page = page.submit({"code": code_in(mails[-1])}, button="Sign in")
    till = page.submit({"at_once": "yes"}, button="Subscribe and pay £8.00 a month")
    article = till.submit(button="Pay")
    assert article.url == "/news/f"
    assert article.headers["Pennypress-Access"] == "full"
    assert "subscribing here" not in article.text


def test_the_back_button_after_paying_shows_the_article(
    demo_till: None, site: RunningSite, plan: Callable[..., Plan], mails: list[EmailMessage]
) -> None:
    plan(name="Reader")
    reader = Visitor(site)
    page = walled(reader).follow("subscribing here").follow("Choose Reader").submit({"mail": "ann@example.com"})
    page = page.submit({"code": code_in(mails[-1])}, button="Sign in")
    till = page.submit({"at_once": "yes"}, button="Subscribe and pay £8.00 a month")
    till.submit(button="Pay")
    assert reader.get(till.url).url == "/news/f"
    assert reader.get(page.url).follow("Read on").headers["Pennypress-Access"] == "full"


def test_who_pays_and_closes_the_page_reads_all_the_same(
    demo_till: None, site: RunningSite, plan: Callable[..., Plan], mails: list[EmailMessage]
) -> None:
    plan(name="Reader")
    reader = Visitor(site)
    page = walled(reader).follow("subscribing here").follow("Choose Reader").submit({"mail": "ann@example.com"})
    page = page.submit({"code": code_in(mails[-1])}, button="Sign in")
    page.submit({"at_once": "yes"}, button="Subscribe and pay £8.00 a month").submit(button="close the page")
    site.beat()
    assert reader.get("/news/f").headers["Pennypress-Access"] == "full"
