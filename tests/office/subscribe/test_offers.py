"""The page with the offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pennypress.office.installation import installation
from pennypress.office.models import Account, Kind, Plan
from tests.office.browser import Browser, Page

MakePlan = Callable[..., Plan]


def came_from(path: str = "/news/slow-clock") -> str:
    from urllib.parse import urlencode

    return urlencode({"from": installation().returns.seal(path)})


def cards(page: Page) -> list[list[str]]:
    return [[node.text().strip() for node in listed.css("li > h2, li > h3")] for listed in page.tree.css("ul.offers")]


def test_the_page_begins_with_why_this_paper_asks_for_support(
    browser: Browser, paper: Callable[..., Any], plan: MakePlan
) -> None:
    plan(name="Reader")
    paper(office={"why": "Four reporters cover this valley. You keep them here."})
    page = browser.get("/subscribe")
    assert page.heading == "Support the Skerrow Lantern"
    assert page.text.index("Four reporters cover this valley.") < page.text.index("£8.00 a month")


def test_a_paper_that_says_nothing_of_its_own_has_words_of_ours(browser: Browser, plan: MakePlan) -> None:
    plan()
    assert "Readers who subscribe pay for that work at the Skerrow Lantern" in browser.get("/subscribe").text


def test_three_offers_stand_out_and_the_rest_follow_under_a_heading(browser: Browser, plan: MakePlan) -> None:
    for position, name in enumerate(("Monthly", "Yearly", "Weekend", "Concession", "Donation")):
        plan(name=name, position=position)
    page = browser.get("/subscribe")
    assert cards(page) == [["Monthly", "Yearly", "Weekend"], ["Concession", "Donation"]]
    assert page.text.index("Weekend") < page.text.index("More ways to support us") < page.text.index("Concession")


def test_what_is_no_longer_offered_is_not_shown_nor_sold(browser: Browser, plan: MakePlan) -> None:
    plan(name="Old", slug="old", offered=False)
    plan(name="New")
    assert "Old" not in browser.get("/subscribe").text
    assert browser.get("/subscribe/old").status == 404


def test_a_paper_without_offers_says_so_and_whom_to_ask(browser: Browser) -> None:
    page = browser.get("/subscribe")
    assert "Nothing is on offer at the moment" in page.text
    assert "help@paper.test" in page.text


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "£8.00 a month"),
        ({"period": "year", "price": 8000}, "£80.00 a year"),
        ({"floor": 300}, "You choose, from £3.00 a month"),
        ({"kind": Kind.CONCESSION, "price": 400}, "£4.00 a month"),
        ({"kind": Kind.PASS, "days": 1, "price": 150}, "£1.50 for 1 day"),
        ({"kind": Kind.PASS, "days": 7, "price": 500}, "£5.00 for 7 days"),
        ({"kind": Kind.DONATION, "floor": 200}, "You choose how much, from £2.00, once"),
        ({"trial_days": 14}, "The first 14 days are free."),
        ({"intro_price": 100, "intro_periods": 1}, "£1.00 for the first month."),
        ({"intro_price": 100, "intro_periods": 3}, "£1.00 a month for the first 3 months."),
    ],
)
def test_an_offer_says_what_it_costs(browser: Browser, plan: MakePlan, facts: dict[str, Any], words: str) -> None:
    plan(**facts)
    assert words in browser.get("/subscribe").text


def test_names_and_amounts_are_those_of_the_readers_language(plan: MakePlan) -> None:
    plan(name="Reader", names={"de": "Leserin"}, currency="EUR")
    page = Browser(language="de").get("/subscribe")
    assert "Leserin" in page.text
    assert "8,00\u00a0€" in page.html


def test_the_way_back_to_the_article_goes_along(browser: Browser, plan: MakePlan) -> None:
    plan(slug="reader")
    page = browser.get(f"/subscribe?{came_from()}")
    links = [str(link.attributes["href"]) for link in page.tree.css("main a")]
    assert f"/subscribe/reader?{came_from()}" in links
    assert f"/sign-in?{came_from()}" in links


@pytest.mark.parametrize(
    "forged", ["https://evil.example/", "//evil.example", "AAAAAAAAAAAA/news/slow-clock", "x" * 9000]
)
def test_a_way_back_that_we_did_not_seal_goes_no_further(browser: Browser, plan: MakePlan, forged: str) -> None:
    plan()
    page = browser.get(f"/subscribe?from={forged}")
    assert page.status == 200
    assert forged not in page.html


def test_who_subscribes_already_is_told_so(
    plan: MakePlan, account: Callable[..., Account], signed_in: Callable[..., Browser], subscribed: Callable[..., Any]
) -> None:
    ann = account()
    subscribed(ann, plan(name="Reader"))
    assert "You subscribe already, to “Reader”" in signed_in(ann).get("/subscribe").text


def test_a_page_with_many_strange_characters_in_its_code_is_a_page(browser: Browser, plan: MakePlan) -> None:
    plan()
    page = browser.get("/subscribe?code=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert "<script>alert" not in page.html
