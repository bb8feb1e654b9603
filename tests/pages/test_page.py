"""A page as the gate asks for it: article or list, brief or not, read once."""

from __future__ import annotations

import pytest

from pennypress.errors import Undecodable
from pennypress.pages.page import PageOptions, read_page
from tests.pages.making import NOTICE, TITLE, article, paragraph, paragraphs, read


def teasers(count: int) -> str:
    return "".join(
        f"<article><h2><a href=/news/{n}>A thing of note happened in town {n}</a></h2>"
        f"<p>A line of ten words on what came to pass there {n}.</p></article>"
        for n in range(count)
    )


def links(count: int) -> str:
    return "".join(
        f"<li><a href=/news/{n}>A thing of note in town {n}</a> <time>9 May</time></li>" for n in range(count)
    )


def headlines(count: int) -> str:
    return "".join(
        f"<li><h3><a href=/news/{n}>A thing of note happened in town {n}</a></h3></li>" for n in range(count)
    )


@pytest.mark.parametrize(
    "page",
    [
        article(f"<h1>Town</h1><div>{teasers(12)}</div>"),
        article(
            "<h1>Town</h1>" + teasers(2), head='<script type="application/ld+json">{"@type": "CollectionPage"}</script>'
        ),
        article("<h1>Town</h1>" + teasers(2), head='<script type="application/ld+json">{"@type": "ItemList"}</script>'),
        article(
            f"<h1>Town</h1>{paragraphs(3)}<ul>{headlines(20)}</ul>",
            head='<script type="application/ld+json">{"@type": "CollectionPage"}</script>',
        ),
        article(f"<h1>Archive</h1><p>All that we said of the town in the last year.</p><ul>{links(60)}</ul>"),
        article(f"<h1>Found</h1><p>Three results</p>{teasers(3)}"),
    ],
)
def test_a_page_of_teasers_shows_that_it_is_a_list(page: str) -> None:
    assert read(page).list_like


@pytest.mark.parametrize(
    "page",
    [
        article(f"<article><h1>{TITLE}</h1>{paragraphs(8)}</article>", after=teasers(12)),
        article(
            f"<h1>{TITLE}</h1>{paragraphs(8)}", head='<script type="application/ld+json">{"@type": "ItemList"}</script>'
        ),
        article(
            f"<h1>{TITLE}</h1>{paragraphs(8)}<ul>{headlines(12)}</ul>",
            head='<script type="application/ld+json">{"@type": "ItemList"}</script>',
        ),
        article(
            f"<h1>Town</h1>{teasers(12)}", head='<script type="application/ld+json">{"@type": "NewsArticle"}</script>'
        ),
        article(f"<h1>{TITLE}</h1>{paragraphs(2)}<ul>{links(12)}</ul>"),
        article(f"<h1>{TITLE}</h1>{paragraphs(1)}{teasers(2)}"),
        article(
            f"<h1>{TITLE}</h1><div id=app></div>{''.join(f'<div><a href=/{n}>Part {n}</a></div>' for n in range(12))}"
        ),
        article(f"<h1>{TITLE}</h1><ul>{links(60)}</ul>", head='<meta property="og:type" content="article">'),
        article(
            f"<h1>{TITLE}</h1><ul>{links(60)}</ul>",
            after=f'<script type="application/json">["{paragraph(1)} {paragraph(2)} {paragraph(3)}"]</script>',
        ),
        article("<h1>A</h1><p>Two people were hurt.</p>", head='<meta property="og:type" content="website">'),
    ],
)
def test_an_article_is_no_list_whatever_stands_beside_it(page: str) -> None:
    assert not read(page).list_like


def test_reading_and_cutting_are_deterministic() -> None:
    page = article(f"<article><h1>{TITLE}</h1>{paragraphs(8)}</article>")
    assert read(page) == read(page)
    assert read(page).cut().walled(b"") == read(page).cut().walled(b"")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Undecodable):
        read_page(b"<p>\xff\xfe", None, PageOptions(), address="/")


def test_a_full_page_is_the_origins_bytes_with_one_insertion() -> None:
    page = article(f"<article><h1>{TITLE}</h1>{paragraphs(8)}</article>").encode()
    full = read(page).full(NOTICE)
    assert full.count(NOTICE) == 1
    assert full.replace(NOTICE, b"") == page
    assert read(page).full(b"") == page


def test_the_address_asked_for_is_no_withheld_text() -> None:
    """Where a withheld line says the words of the article's own address, the canonical link and its kin stay."""
    slug = "the-old-harbour-wall-of-the-town-moved-again"
    head = f'<link rel="canonical" href="https://paper.example/news/{slug}">'
    body = "".join(f"<p>{text}</p>" for text in paragraphs(12)) + f"<p>Again: {slug.replace('-', ' ')}, and so on.</p>"
    page = article(f"<h1>{TITLE}</h1><article>{body}</article>", head=head).encode()
    asked = read_page(page, "text/html; charset=utf-8", PageOptions(), address=f"https://paper.example/news/{slug}")
    other = read_page(page, "text/html; charset=utf-8", PageOptions(), address="https://paper.example/news/7")
    assert head.encode() in asked.cut().head
    assert slug.encode() not in other.cut().head
