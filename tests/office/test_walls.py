"""The walls that readers meet, with the office beside the meter."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.core.mail import EmailMessage

from pennypress.config import Config
from pennypress.office import lifecycle
from pennypress.office.lifecycle.periods_end import end_due
from pennypress.office.models import Method, Status
from tests.office.browser import Page
from tests.office.conftest import SettableClock
from tests.office.lifecycle.lives import Make, MakePlan, PlaceOrder, order_with, subscribe_with
from tests.office.signin.steps import signed_in_by_code
from tests.office.site import RunningSite, Visitor

ARTICLES = "abcdefgh"


def _walled(reader: Visitor) -> Page:
    """The wall, after as many articles as may be opened."""
    pages = [reader.get(f"/news/{name}") for name in ARTICLES[:6]]
    assert pages[4].headers["Pennypress-Access"] == "full"
    assert pages[5].headers["Pennypress-Access"] == "preview"
    return pages[5]


def test_a_wall_says_which_it_is_and_a_full_page_says_nothing_of_it(site: RunningSite) -> None:
    reader = Visitor(site)
    assert "Pennypress-Wall" not in reader.get("/news/a").headers
    assert _walled(reader).headers["Pennypress-Wall"] == "paywall"


def test_every_metered_page_offers_the_sign_in_with_the_way_back(site: RunningSite) -> None:
    reader = Visitor(site)
    page = reader.get("/news/a")
    assert "Already a subscriber? Sign in" in page.text
    there = page.follow("Sign in")
    assert there.url.startswith("/sign-in?from=")
    assert there.status == 200


def test_the_wall_gives_the_way_to_the_clerk_and_a_code_for_the_telephone(site: RunningSite) -> None:
    wall = _walled(Visitor(site))
    assert 'href="tel:01632960123"' in wall.html
    assert 'href="mailto:help@paper.test"' in wall.html
    assert re.search(r"\b[3479CDFGHJKMNPQRTVWXY]{4}-[3479CDFGHJKMNPQRTVWXY]{4}\b", wall.text)


def test_the_code_is_the_readers_own_and_the_same_on_each_wall(site: RunningSite) -> None:
    def code(page: Page) -> str:
        found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.text)
        assert found
        return found[0]

    one, other = Visitor(site), Visitor(site, address="203.0.113.10")
    assert code(_walled(one)) == code(one.get("/news/g"))
    assert code(_walled(other)) != code(one.get("/news/g"))


def test_the_way_back_in_a_link_cannot_be_changed_to_another_site(site: RunningSite) -> None:
    link = re.search(r'href="(/sign-in\?from=[^"]+)"', Visitor(site).get("/news/a").html)
    assert link
    forged = link[1].replace("/news/a", "//evil.example")
    assert "evil.example" not in Visitor(site).get(forged).html


@pytest.fixture
def registering_opens_more(paper: Callable[..., Config]) -> None:
    """A paper that gives seven articles a month to who has registered."""
    paper(meter={"registered_limit": 7})


@pytest.mark.usefixtures("registering_opens_more")
def test_the_regwall_gives_way_to_the_articles_it_promised(site: RunningSite, mails: list[EmailMessage]) -> None:
    reader = Visitor(site)
    wall = _walled(reader)
    assert wall.headers["Pennypress-Wall"] == "regwall"
    assert "Sign in or register, free, to read 2 more this month" in _said(wall)
    wall.follow("Sign in or register")
    back = _way_back(wall)
    assert signed_in_by_code(reader, mails, "ann@example.com", back=back).headers["Pennypress-Access"] == "full"
    assert reader.get("/news/g").headers["Pennypress-Access"] == "full"
    again = reader.get("/news/h")
    assert again.headers["Pennypress-Wall"] == "paywall"
    assert "Sign in" not in again.text
    assert "Signed in: your account" in again.text


@pytest.mark.usefixtures("registering_opens_more")
@pytest.mark.parametrize(
    ("language", "promise"),
    [
        ("de", "um diesen Monat noch 2 weitere Artikel zu lesen"),
        ("fr", "pour lire 2 articles de plus ce mois-ci"),
        ("es", "para leer 2 artículos más este mes"),
        ("cy", "i ddarllen 2 erthygl arall y mis hwn"),
    ],
)
def test_the_regwall_speaks_the_readers_language(site: RunningSite, language: str, promise: str) -> None:
    wall = _walled(Visitor(site, language=language))
    assert wall.tree.css(f'aside.pennypress-wall[lang="{language}"]')
    assert promise in _said(wall)
    assert "Sign in" not in _said(wall)


def _ended(order: PlaceOrder, plan: MakePlan, clock: SettableClock) -> None:
    lifecycle.cancel(subscribe_with(order)(of=plan()))
    clock.pass_(timedelta(days=31))
    end_due()


def _unpaid(order: PlaceOrder, plan: MakePlan, clock: SettableClock) -> None:
    lifecycle.set_status(subscribe_with(order)(of=plan()), Status.UNPAID, failing=clock())


def _tried(order: PlaceOrder, plan: MakePlan, clock: SettableClock) -> None:
    lifecycle.cancel(subscribe_with(order)(of=plan(trial_days=7)))
    clock.pass_(timedelta(days=8))
    end_due()


def _promised(order: PlaceOrder, plan: MakePlan, clock: SettableClock) -> None:
    lifecycle.begin(order(of=plan(), method=Method.TRANSFER), status=Status.PROMISED, period_end=None)
    clock.pass_(timedelta(days=15))
    end_due()


@pytest.mark.parametrize(
    ("lapses", "said", "on_german_walls"),
    [
        (_ended, "Your subscription ended on 24 December 2026. Renew it to read on.", "Ihr Abonnement ist am"),
        (
            _unpaid,
            "so your subscription stopped on 24 November 2026. Update your payment to",
            "Ihre letzte Zahlung ist",
        ),
        (
            _tried,
            "Your trial ended on 1 December 2026. Choose a subscription to read on.",
            "Ihr Probeabonnement ist am",
        ),
        (
            _promised,
            "Your payment had not reached us by 8 December 2026. See how to pay to",
            "Ihre Zahlung war bis zum",
        ),
    ],
)
def test_who_lapsed_is_told_on_the_wall_what_happened_and_led_to_the_account(
    site: RunningSite,
    mails: list[EmailMessage],
    clock: SettableClock,
    account: Make,
    plan: MakePlan,
    lapses: Callable[[PlaceOrder, MakePlan, SettableClock], None],
    said: str,
    on_german_walls: str,
) -> None:
    lapses(order_with(account, plan), plan, clock)
    reader = Visitor(site)
    signed_in_by_code(reader, mails, "ann@example.com")
    wall = _walled(reader)
    assert wall.headers["Pennypress-Wall"] == "lapsed"
    assert said in wall.text
    assert "Sign in" not in wall.text
    link = wall.tree.css_first('aside.pennypress-wall a[href^="/account?from="]')
    assert link is not None
    assert wall.follow(link.text()).status == 200
    german = Visitor(site, language="de")
    german.cookies.update(reader.cookies)
    assert on_german_walls in german.get("/news/g").text


def _said(page: Page) -> str:
    """What the wall on a page says."""
    wall = page.tree.css_first("aside.pennypress-wall")
    assert wall is not None
    return " ".join(wall.text().split())


def _way_back(page: Page) -> str:
    """What the page's link to the sign-in brings along."""
    link = re.search(r'href="/sign-in\?from=([^"]+)"', page.html)
    assert link
    return unquote(link[1])
