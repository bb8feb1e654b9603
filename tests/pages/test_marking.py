"""The whole page for a verified crawler: its selector matches exactly what a walled reader does not get."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from pennypress.pages.page import PageOptions, read_page
from tests.pages import judge
from tests.pages.making import article, paragraph, paragraphs, read

SELECTOR = ".pennypress-withheld"
LARGEST = 140_000
"""Larger pages only take longer."""
PART = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": SELECTOR}


def words_of(html: str, without: str = "") -> Counter[str]:
    """The words that a page shows, less those in what a selector matches."""
    tree = LexborHTMLParser(html, scripting=True)
    for node in tree.css(f"script, style, noscript, template, head{f', {without}' if without else ''}"):
        node.remove()
    return Counter(re.findall(r"\w+", tree.body.text(separator=" ") if tree.body else ""))


def marked(html: str, *, continued: bool = False) -> str:
    return read(html).marked(continued=continued).decode()


def test_what_is_marked_is_what_the_cut_page_lacks() -> None:
    page = read(article(f"<article>{paragraphs(12)}</article><footer>The foot</footer>"))
    whole = page.marked().decode()
    assert words_of(whole, SELECTOR) == words_of(page.cut().walled(b"").decode())
    assert words_of(whole) == words_of(page.body.decode())


def test_pictures_and_captions_of_the_withheld_part_are_marked_and_nothing_stands_in_another() -> None:
    figure = '<figure class="wide"><img src="/crane.jpg" alt=""><figcaption>The crane in May</figcaption></figure>'
    body = f"<article>{paragraphs(4)}{figure}<div><p>{paragraph(20)}</p><p>{paragraph(21)}</p></div></article>"
    tree = LexborHTMLParser(marked(article(body)))
    found = tree.css(SELECTOR)
    assert [node.tag for node in found if node.css_first("img")] == ["figure"]
    assert found[-2].attributes["class"] == "wide pennypress-withheld"
    assert tree.css(f"{SELECTOR} {SELECTOR}") == []


def test_a_text_of_which_the_preview_shows_the_beginning_is_marked_from_there_on() -> None:
    page = read(article(f"<article><p>{' '.join(paragraph(number) for number in range(12))}</p></article>"))
    tree = LexborHTMLParser(page.marked().decode())
    (span,) = tree.css(f"span{SELECTOR}")
    holder, own = span.parent, LexborHTMLParser(page.body).css_first("article p")
    assert holder is not None
    assert own is not None
    assert holder.text() == own.text()
    assert words_of(page.marked().decode(), SELECTOR) == words_of(page.cut().walled(b"").decode())


def test_of_page_two_all_of_the_body_is_marked() -> None:
    page = read(article(f"<article>{paragraphs(12)}</article>"))
    whole = page.marked(continued=True).decode()
    assert words_of(whole, SELECTOR) == words_of(page.cut(continued=True).walled(b"").decode())


def test_a_page_whose_body_nobody_finds_is_marked_as_a_whole() -> None:
    html = "<!doctype html><html><head><title>A menu</title></head><body class=x><nav><a href=/>Home</a></nav></body>"
    found = LexborHTMLParser(marked(html)).css(SELECTOR)
    assert [(node.tag, node.attributes["class"]) for node in found] == [("body", "x pennypress-withheld")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('{"@type": "NewsArticle", "isAccessibleForFree": true}', [{"@type": "NewsArticle"}]),
        ('[{"@type": "BreadcrumbList"}, {"@type": "Article"}]', [[{"@type": "BreadcrumbList"}, {"@type": "Article"}]]),
        (
            '{"@graph": [{"@type": "WebPage", "isAccessibleForFree": "True"}, {"@type": "OpinionNewsArticle"}]}',
            [{"@graph": [{"@type": "WebPage", "isAccessibleForFree": False}, {"@type": "OpinionNewsArticle"}]}],
        ),
        ("", [{"@context": "https://schema.org", "@type": "NewsArticle"}]),
        ("{broken", [{"@context": "https://schema.org", "@type": "NewsArticle"}]),
    ],
)
def test_the_structured_data_says_so_whatever_it_was(data: str, said: list[object]) -> None:
    script = f'<script type="application/ld+json">{data}</script>' if data else ""
    items = judge.structured_items(marked(article(f"<article>{paragraphs(12)}</article>", head=script)))
    told = json.loads(json.dumps(items))
    for item in _articles(told):
        assert (item.pop("isAccessibleForFree"), item.pop("hasPart")) == (False, PART)
        item.pop("headline", None)
    assert told == said


def test_other_parts_stay_and_older_words_on_what_is_paid_for_go() -> None:
    data = {
        "@graph": [
            {
                "@type": "NewsArticle",
                "hasPart": [
                    {"@type": "Clip", "name": "The crane falls"},
                    {"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": ".paid"},
                ],
            },
            {"@type": "WebPage", "hasPart": {"isAccessibleForFree": True, "cssSelector": ".gone"}},
            {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".elsewhere"},
        ]
    }
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    (told,) = judge.structured_items(marked(article(f"<article>{paragraphs(12)}</article>", head=script)))
    assert isinstance(told, dict)
    news, page, part = told["@graph"]
    assert news["hasPart"] == [{"@type": "Clip", "name": "The crane falls"}, PART]
    assert page["hasPart"] == PART
    assert part["cssSelector"] == SELECTOR


def test_microdata_does_not_contradict() -> None:
    html = article(
        '<article itemscope><meta itemprop="isAccessibleForFree" content="true"><link itemprop="isAccessibleForFree" '
        f'href="https://schema.org/True"><i itemprop="isAccessibleForFree">True</i>{paragraphs(12)}</article>'
    )
    for form in (marked(html), read(html).cut().walled(b"").decode()):
        nodes = LexborHTMLParser(form).css('[itemprop="isAccessibleForFree"]')
        said = {node.attributes.get("content") or node.attributes.get("href") or node.text() for node in nodes}
        assert said <= {"False", "https://schema.org/False"}
        assert nodes


def test_on_real_pages_the_selector_matches_exactly_what_a_walled_reader_does_not_get(shared: Path) -> None:
    folder = shared / "pages"
    with (folder / "manifest.csv").open(newline="") as manifest:
        rows = [row for row in csv.DictReader(manifest) if int(row["bytes"]) < LARGEST]
    wrong = [row["file"] for row in rows if _differs(folder, row)]
    assert wrong == []
    assert len(rows) >= 15


def _differs(folder: Path, row: dict[str, str]) -> bool:
    content_type = f"text/html; charset={row['charset']}" if row["charset"] else "text/html"
    page = read_page((folder / row["file"]).read_bytes(), content_type, PageOptions(), address=row["url"])
    cut = page.cut()
    assert cut.alone is None, row["file"]
    whole = page.marked().decode("utf-8", "replace")
    tree = LexborHTMLParser(whole)
    right = words_of(whole, SELECTOR) == words_of(cut.walled(b"").decode("utf-8", "replace"))
    right = right and words_of(whole) == words_of(page.body.decode(row["charset"] or "utf-8", "replace"))
    return not right or not tree.css(SELECTOR) or bool(tree.css(f"{SELECTOR} {SELECTOR}"))


def _articles(told: object) -> list[dict[str, object]]:
    if isinstance(told, list):
        return [found for entry in told for found in _articles(entry)]
    if not isinstance(told, dict):
        return []
    own = [told] if str(told.get("@type", "")).endswith("Article") else []
    return own + _articles(told.get("@graph"))
