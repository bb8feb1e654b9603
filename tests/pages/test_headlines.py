"""The headlines on an article's page: its own, and those that it links to in its text."""

from __future__ import annotations

import pytest

from pennypress.pages.headlines import read_headlines
from pennypress.pages.page import PageOptions, read_page

OTHER = "Fishermen of the eastern harbour win a long fight over their quota at last"
LINE = "Nobody on the quay had expected that the crane would be gone before the winter, and nobody was asked about it."
LONG = "the crane would be gone before winter " * 4
JAPANESE = "港の古いクレーンは冬が来る前に解体されることになったと港長が語る"


def read(markup: str, told: str, head: str = "<title>Short</title>") -> tuple[str, str]:
    body = f"<!doctype html><head>{head}</head><body><article>{markup}</article></body>".encode()
    page = read_page(body, "text/html; charset=utf-8", PageOptions(), address="/news/crane?x=1")
    return read_headlines(page, told)


@pytest.mark.parametrize(
    ("markup", "headline"),
    [
        (f'<p>{LINE}</p><p>Read also: <a href="/news/b">{OTHER}</a></p>', OTHER),
        (f'<p>{LINE}</p><h3><a href="https://else.test/b"> <b>{OTHER}</b> </a></h3>', OTHER),
        (f'<p>{LINE}</p>See <a href="../b">{OTHER}</a><p>{LINE}</p>', OTHER),
        (f'<p>{LINE * 2}</p><p><a href="/ja">{JAPANESE}</a></p>', JAPANESE),
    ],
)
def test_a_headline_that_is_linked_is_no_part_of_what_is_told(markup: str, headline: str) -> None:
    told = f"{LINE} {LINE}\nRead also: {headline}\nAnd so on."
    own, rest = read(markup, told)
    assert own == ""
    assert headline not in rest
    assert rest.split() == f"{LINE} {LINE} Read also: And so on.".split()


@pytest.mark.parametrize(
    "markup",
    [
        f'<p>Read on: <a href="/news/b">{LONG}</a></p>',
        f'<p>{LINE} <a href="/news/b">{OTHER}</a></p>',
        f'<p><a href="#there">{OTHER}</a></p>',
        f'<p><a href="/news/crane?x=1#there">{OTHER}</a></p>',
        f"<p><a name=b>{OTHER}</a></p>",
        f'<p><a href="javascript:go()">{OTHER}</a></p>',
        f'<p><a href="https://[">{OTHER}</a></p>',
        '<p><a href="/news/b">Only a few words</a></p>',
    ],
)
def test_any_other_link_is_told(markup: str) -> None:
    told = f"{LINE} {LINE}\n{OTHER}\n{LONG}\nOnly a few words"
    assert read(markup, told) == ("", told)


def test_a_text_that_is_mostly_links_is_told() -> None:
    told = f"{OTHER}\n{LINE}\nAnd so on."
    assert read(f'<p><a href="/b">{OTHER}</a></p><p><a href="/c">{LINE}</a></p><p>And so on.</p>', told) == ("", told)


def test_a_page_calls_itself_what_its_head_its_data_and_its_heading_say() -> None:
    names = [f"This is the headline number {number} of the crane upon the quay" for number in range(5)]
    head = (
        f"<title>{names[1]}</title><meta property='og:title' content='{names[3]}'>"
        f"<meta name='twitter:title' content='{names[4]}'>"
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{names[0]}"}}</script>'
    )
    own, rest = read(f"<h1>{names[2]}\n</h1><p>{LINE}</p>", LINE, head)
    assert (own.splitlines(), rest) == (names, LINE)
    assert read(f"<h1>{LONG}</h1><p>{LINE}</p>", "")[0] == ""
