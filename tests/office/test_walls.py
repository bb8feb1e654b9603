"""The walls that readers meet, with the office beside the meter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.office.site import RunningSite, Visitor

if TYPE_CHECKING:
    from tests.office.browser import Page

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
