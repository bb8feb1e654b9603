"""What a page says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pennypress.core.article import Access
from pennypress.pages.facts import Facts
from tests.pages.making import article, paragraphs, read


def facts(head: str, body: str = "") -> Facts:
    return read(f"<html lang=cy><head>{head}</head><body>{body}<p>x</p></body></html>").facts


def ld(data: str) -> str:
    return f'<script type="application/ld+json">{data}</script>'


def test_the_title_is_the_only_heading_of_the_first_rank() -> None:
    assert facts(
        "<title>A - Paper</title><meta property=og:title content=B>", "<h1> The \n <b>real</b> one </h1>"
    ).title == ("The real one")


def test_of_several_headings_the_one_that_the_page_tells_others_is_the_title() -> None:
    assert facts('<meta property="og:title" content="B">', "<h1>A</h1><h1>B</h1>").title == "B"
    assert facts("", "<h1>A</h1><h1>B</h1>").title == "A"


def test_without_a_heading_the_title_is_what_the_page_tells_others() -> None:
    assert facts(ld('{"@type": "NewsArticle", "headline": "Caf&eacute; &amp; bar"}')).title == "Café & bar"
    assert facts("<title>A page</title>").title == "A page"
    assert facts("").title == ""


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        ("<link rel=canonical href=https://paper.example/news/b>", "https://paper.example/news/b"),
        ("<link rel='Canonical alternate' href=' /news/b '>", "https://paper.example/news/b"),
        ("<link rel=canonical href=b?x=1>", "https://paper.example/news/b?x=1"),
        ("<link rel=canonical href=''>", None),
        ("<link rel=canonical>", None),
        ("<link rel=alternate href=/b>", None),
        ("<link rel=canonical href='http://[bad'>", None),
    ],
)
def test_the_canonical_link_is_joined_to_the_address(link: str, canonical: str | None) -> None:
    assert facts(link).canonical == canonical


def test_a_canonical_link_in_the_text_does_not_count_as_one() -> None:
    assert facts("", "<!-- <link rel=canonical href=/x> -->").canonical is None


def test_sections_tags_and_authors_come_from_json_ld_and_metas() -> None:
    found = facts(
        ld(
            '{"@graph": [{"@type": ["NewsArticle"], "articleSection": ["News", "Town"], "keywords": "a, b",'
            ' "author": [{"@type": "Person", "name": "Ann"}, "Bob"]}]}'
        )
        + '<meta property="article:tag" content="c"><meta property="article:tag" content="a">'
    )
    assert (found.sections, found.tags, found.authors) == (("News", "Town"), ("a", "b", "c"), ("Ann", "Bob"))
    plain = facts('<meta property="article:section" content="Sport"><meta name=author content="Cy">')
    assert (plain.sections, plain.authors) == (("Sport",), ("Cy",))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-23T06:00:00Z", datetime(2026, 11, 23, 6, tzinfo=UTC)),
        ("2026-11-23T06:00:00.000+01:00", datetime(2026, 11, 23, 6, tzinfo=timezone(timedelta(hours=1)))),
        ("2026-11-23 06:00:00 +01:00", datetime(2026, 11, 23, 6, tzinfo=timezone(timedelta(hours=1)))),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_date_is_read_as_pages_write_it(written: str, moment: datetime | None) -> None:
    assert facts(f'<meta property="article:published_time" content="{written}">').published == moment
    assert facts(ld(f'{{"@type": "NewsArticle", "datePublished": "{written}"}}')).published == moment


@pytest.mark.parametrize(
    ("metas", "access"),
    [
        (["free"], Access.FREE),
        ([" Premium "], Access.PREMIUM),
        (["metered", "free"], Access.METERED),
        (["open"], None),
        ([], None),
    ],
)
def test_the_origins_word_decides_for_one_page_and_the_stricter_of_two_holds(
    metas: list[str], access: Access | None
) -> None:
    assert facts("".join(f'<meta name="Pennypress" content="{word}">' for word in metas)).access is access


def test_the_language_is_the_documents() -> None:
    assert facts("").language == "cy"


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (ld('{"@type": "NewsArticle"}'), True),
        (ld('{"@type": "https://schema.org/ReportageNewsArticle"}'), True),
        (ld('[{"@type": "WebPage", "mainEntity": {"@type": "BlogPosting"}}]'), True),
        (ld('{"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle"}]}'), False),
        (ld('{"@type": "CollectionPage", "hasPart": [{"@type": "NewsArticle"}]}'), False),
        ('<meta property="og:type" content="article">', True),
        ('<meta property="og:type" content="website">', False),
        (ld("no json"), False),
        (ld('{"@type": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}"), False),
    ],
)
def test_a_page_says_that_it_is_an_article_by_its_own_type(head: str, says: bool) -> None:
    assert read(article(paragraphs(3), head=head)).says_article is says
