"""What an article is called, by its address and its canonical link."""

from __future__ import annotations

import pytest

from pennypress.core.target import PathPattern, read_target
from pennypress.pages.naming import canonical_target, headline, is_later_page


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://paper.test/news/a", "/news/a"),
        ("/news/a?utm_source=x", "/news/a"),
        ("//other.test/news/a", None),
        ("https://other.test/news/a", None),
        ("ftp://paper.test/news/a", None),
        ("javascript:/news/a", None),
        ("http://[x", None),
        ("/about", None),
    ],
)
def test_a_canonical_link_counts_if_it_leads_to_an_article_path_of_the_papers_own_host(
    link: str, expected: str | None
) -> None:
    target = canonical_target(link, "paper.test", (PathPattern("/news/**"),))
    assert (target.key if target else None) == expected


@pytest.mark.parametrize(
    ("asked", "later"),
    [
        ("/news/a?page=2", True),
        ("/news/a/page/3", True),
        ("/news/a/2", True),
        ("/news/a?page=1", False),
        ("/news/a?p=101", False),
        ("/news/a/2026", False),
        ("/news/a?page=" + "9" * 5000, False),
        ("/news/ab", False),
    ],
)
def test_pages_two_and_later_are_known_by_their_number(asked: str, *, later: bool) -> None:
    assert is_later_page(read_target(asked), read_target("/news/a")) is later


@pytest.mark.parametrize(
    "title",
    [
        "The bells \u2013 Page 2",
        "The Bells (2/3)",
        "The bells | 3",
        "The bells, part 12",
        "The bells - Seite 4",
        "The bells Page 5",
    ],
)
def test_the_titles_of_an_articles_pages_have_its_headline_in_common(title: str) -> None:
    assert headline(title) == "the bells"


def test_a_number_that_is_the_headlines_own_stays_in_it() -> None:
    assert headline("Story 11") != headline("Story 12")
