"""Structured data: what it says, and how a walled page's is marked."""

from __future__ import annotations

import json

import pytest
from selectolax.lexbor import LexborHTMLParser

from pennypress.pages.structured import mark_not_free, read_structured
from tests.pages import judge
from tests.pages.making import TITLE, WALL, article, paragraph, paragraphs, read

PART = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".pennypress-wall"}


def tree_of(*blocks: str, kind: str = "application/ld+json") -> LexborHTMLParser:
    return LexborHTMLParser("".join(f'<script type="{kind}">{block}</script>' for block in blocks), scripting=True)


def marked(*blocks: str) -> list[object]:
    tree = tree_of(*blocks)
    mark_not_free(tree, TITLE)
    return judge.structured_items(tree.html or "")


@pytest.mark.parametrize(
    ("value", "free"),
    [
        ("true", True),
        ("false", False),
        ('"True"', True),
        ('"False"', False),
        ('"true"', True),
        ('"false"', False),
        ('"http://schema.org/False"', False),
        ('"yes"', True),
        ("null", None),
        ('"maybe"', None),
    ],
)
def test_the_word_on_being_free_is_read_in_every_spelling(value: str, free: bool | None) -> None:
    assert read_structured(tree_of(f'{{"@type": "Article", "isAccessibleForFree": {value}}}')).free == (free,)


def test_selectors_of_paid_parts_are_read_and_others_not() -> None:
    found = read_structured(
        tree_of(
            '{"@type": "Article", "hasPart": [{"isAccessibleForFree": "False", "cssSelector": [".a", ".b"]},'
            ' {"cssSelector": ".c"}]}',
            '{"@type": "WPFooter", "cssSelector": ".d"}',
        )
    )
    assert found.selectors == (".a", ".b")


@pytest.mark.parametrize(
    "block",
    [
        '//<![CDATA[\n{"@type": "Article"}\n//]]>',
        '<!-- {"@type": "Article"} -->',
        ' {"@type": "Article"} ;',
        '{"@type": "Article", "description": "a\tb\nc"}',
    ],
)
def test_json_is_read_as_leniently_as_search_engines_do_and_goes_out_strict(block: str) -> None:
    assert read_structured(tree_of(block)).article
    (item,) = marked(block)
    assert isinstance(item, dict)
    assert (item["isAccessibleForFree"], item["hasPart"]) == (False, PART)


def test_every_article_of_the_page_says_that_it_is_not_free() -> None:
    (graph,) = marked(
        '{"@graph": [{"@type": "WebPage", "isAccessibleForFree": true}, {"@type": ["NewsArticle", "X"]}]}'
    )
    assert isinstance(graph, dict)
    page, news = graph["@graph"]
    assert page["isAccessibleForFree"] is False
    assert (news["isAccessibleForFree"], news["hasPart"]) == (False, PART)


def test_what_is_no_json_goes_and_a_page_that_says_nothing_gets_an_item() -> None:
    (item,) = marked("{broken", "[]")[1:] or marked("{broken")
    assert isinstance(item, dict)
    assert (item["headline"], item["hasPart"]) == (TITLE, PART)


def test_what_it_says_cannot_end_the_script() -> None:
    tree = tree_of('{"@type": "Article", "headline": "\\u003c/script>\\u003cb>&amp; Ж"}')
    mark_not_free(tree, TITLE)
    html = tree.html or ""
    assert html.isascii()
    (item,) = judge.structured_items(html)
    assert isinstance(item, dict)
    assert item["headline"] == "</script><b>&amp; Ж"


@pytest.mark.parametrize("free", ["true", '"True"', "false"])
def test_a_walled_page_says_that_the_article_is_not_free_and_where_the_wall_is(free: str) -> None:
    data = f'{{"@type": "NewsArticle", "isAccessibleForFree": {free}, "articleBody": {json.dumps(paragraph(9))}}}'
    page = article(f"<article>{paragraphs(12)}</article>", head=f'<script type="application/ld+json">{data}</script>')
    walled = read(page).cut().walled(WALL).decode()
    (item,) = judge.structured_items(walled)
    assert isinstance(item, dict)
    assert (item["isAccessibleForFree"], item["hasPart"]) == (False, PART)
    assert len(LexborHTMLParser(walled).css(item["hasPart"]["cssSelector"])) == 1
    assert paragraph(9) not in walled
