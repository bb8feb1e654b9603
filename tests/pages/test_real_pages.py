"""Real newspapers' pages: nothing leaks, the preview is there, one insertion, and readers read on undisturbed.

The rules were made on a third of the pages (chosen by a hash of the file's name); the figures of the rest stand apart.
The pages belong to their publishers and are on the machine at hand alone.
"""

from __future__ import annotations

import csv
import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trafilatura
from readability import Document as Readable
from selectolax.lexbor import LexborHTMLParser, LexborNode

from pennypress.pages.measure import count_words
from pennypress.pages.page import Cut, Page, PageOptions, read_page
from tests.pages import judge
from tests.pages.making import NOTICE, WALL

PREVIEW = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """One real page: its bytes, its true title and paragraphs, and what was made of it."""

    name: str
    learnt: bool
    title: str
    paragraphs: list[str]
    page: Page
    cut: Cut
    walled: str
    before_wall: str
    leaked: list[str]

    @property
    def shown(self) -> list[int]:
        """The places of the true paragraphs that stand whole before the wall."""
        before = judge.letters(self.before_wall)
        return [place for place, text in enumerate(self.paragraphs) if judge.letters(text) in before]


@dataclass(slots=True)
class Figures:
    """The figures of one part of the pages."""

    pages: int = 0
    alone: int = 0
    leaks: int = 0
    title_and_first: int = 0
    over_a_quarter: int = 0
    structured_wrong: int = 0
    torn: int = 0
    top: int = 0
    rules: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        share = 100 * self.title_and_first / max(self.pages, 1)
        return (
            f"{self.pages} pages, {self.leaks} leaks, "
            f"title and first paragraph on {self.title_and_first} ({share:.1f} %), "
            f"alone {self.alone}, over a quarter {self.over_a_quarter}, JSON-LD wrong {self.structured_wrong}, "
            f"insertion wrong {self.torn}, notice at the top {self.top}, rules {self.rules}"
        )


@pytest.fixture(scope="module")
def samples(shared: Path) -> list[Sample]:
    folder = shared / "pages"
    with (folder / "manifest.csv").open(newline="") as manifest:
        rows = [row for row in csv.DictReader(manifest) if row["truth_kind"] == "full_body"]
    return [_sample(folder, row) for row in rows]


def _sample(folder: Path, row: dict[str, str]) -> Sample:
    truth = json.loads((folder / row["truth"]).read_text())
    content_type = f"text/html; charset={row['charset']}" if row["charset"] else "text/html"
    page = read_page(
        (folder / row["file"]).read_bytes(), content_type, PageOptions(preview=PREVIEW), address=row["url"]
    )
    cut = page.cut()
    walled = cut.walled(WALL).decode()
    title = truth.get("title") or page.facts.title
    paragraphs = [text for text in truth["paragraphs"] if judge.letters(text)]
    allowed = "\n".join([title, page.facts.title, *paragraphs[:PREVIEW]])
    return Sample(
        name=row["file"],
        learnt=hashlib.sha256(row["file"].encode()).digest()[0] % 3 == 0,
        title=title,
        paragraphs=paragraphs,
        page=page,
        cut=cut,
        walled=walled,
        before_wall=_text_before_wall(walled),
        leaked=judge.leaks(walled, paragraphs[PREVIEW:], allowed),
    )


def _text_before_wall(walled: str) -> str:
    tree = LexborHTMLParser(walled, scripting=True)
    for node in tree.css("script, style, noscript, template"):
        node.remove()
    texts: list[str] = []
    root = tree.body
    for node in root.traverse(include_text=True) if root is not None else ():
        if node.attributes.get("class") == "pennypress-wall":
            break
        if node.is_text_node:
            texts.append(node.text_content or "")
    return " ".join(texts)


def test_no_withheld_paragraph_leaves_in_any_form(samples: list[Sample]) -> None:
    assert {sample.name: sample.leaked for sample in samples if sample.leaked} == {}


def test_title_and_first_paragraph_stand_on_nine_pages_in_ten_and_the_figures_are_printed(
    samples: list[Sample], capsys: pytest.CaptureFixture[str]
) -> None:
    learnt, rest = Figures(), Figures()
    for sample in samples:
        _add(learnt if sample.learnt else rest, sample)
    with capsys.disabled():
        print(f"\nreal pages, the third that the rules were made on: {learnt}\nreal pages, the rest: {rest}")
    for figures in (learnt, rest):
        assert figures.title_and_first >= 0.9 * figures.pages
        assert (figures.over_a_quarter, figures.structured_wrong, figures.torn) == (0, 0, 0)


def test_taking_the_one_insertion_out_gives_back_the_origins_bytes(samples: list[Sample]) -> None:
    for sample in samples:
        full = sample.page.full(NOTICE)
        assert full.count(NOTICE) == 1, sample.name
        assert full.replace(sample.page.insertion(NOTICE), b"") == sample.page.body, sample.name


def test_the_notice_stands_where_a_block_can_be_and_what_is_around_it_stays(samples: list[Sample]) -> None:
    closed = {
        "p",
        "table",
        "a",
        "button",
        "ul",
        "ol",
        "head",
        "select",
        "svg",
        "template",
        "noscript",
        "h1",
        "h2",
        "span",
    }
    for sample in samples:
        tree = LexborHTMLParser(sample.page.full(NOTICE).decode("utf-8", "replace"), scripting=True)
        if sample.page.around_notice != (b"", b""):
            assert len(tree.css("template[shadowrootmode]")) == 1, sample.name
            continue
        notice = tree.css_first("aside.pennypress-notice")
        assert notice is not None, sample.name
        assert not closed & {node.tag for node in _around(notice)}, sample.name
        notice.remove()
        before = LexborHTMLParser(sample.page.body.decode("utf-8", "replace"), scripting=True)
        assert tree.html == before.html, sample.name


@pytest.fixture
def quiet() -> Iterator[None]:
    """No log lines of other libraries, during one test."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("quiet")
def test_readers_for_articles_begin_with_the_article(samples: list[Sample]) -> None:
    for sample in samples:
        before, after = (page.decode("utf-8", "replace") for page in (sample.page.body, sample.page.full(NOTICE)))
        ours = "You can read 2 more"
        assert ours not in (trafilatura.extract(after) or ""), sample.name
        assert ours not in Readable(after).summary(), sample.name
        assert (trafilatura.extract(after) or "")[:200] == (trafilatura.extract(before) or "")[:200], sample.name


def test_a_plain_tag_stripper_finds_the_body_whole_after_the_notice(samples: list[Sample]) -> None:
    for sample in samples:
        before, after = (judge.letters(_stripped(page)) for page in (sample.page.body, sample.page.full(NOTICE)))
        place = after.find(judge.letters("You can read 2 more articles this month"))
        # In the shade of an element that scripts hydrate the notice is no part of the page's text.
        assert place >= 0 or sample.page.around_notice != (b"", b"")
        missed = [
            text
            for text in sample.paragraphs
            if judge.letters(text) in before
            and len(judge.letters(text)) > 60
            and judge.letters(text) not in after[max(0, place) :]
        ]
        assert len(missed) <= 1, (sample.name, missed)


def test_a_cut_page_is_the_origins_with_parts_left_out_and_nothing_moved(samples: list[Sample]) -> None:
    for sample in samples:
        origin = LexborHTMLParser(sample.page.body.decode("utf-8", "replace"), scripting=True)
        cut = LexborHTMLParser(sample.walled, scripting=True)
        wall = cut.css_first("aside.pennypress-wall")
        assert wall is not None, sample.name
        assert "hidden" not in {name for node in _around(wall) for name in node.attributes}, sample.name
        wall.remove()
        left = iter([node.tag for node in origin.css("body *")])
        assert all(any(tag == node.tag for tag in left) for node in cut.css("body *")), sample.name


def test_every_real_article_is_known_for_one(samples: list[Sample]) -> None:
    assert [sample.name for sample in samples if sample.page.list_like] == []


def _add(figures: Figures, sample: Sample) -> None:
    figures.pages += 1
    figures.alone += sample.cut.alone is not None
    figures.leaks += bool(sample.leaked)
    titled = judge.letters(sample.title) in judge.letters(sample.before_wall)
    figures.title_and_first += titled and 0 in sample.shown
    words = sum(count_words(text) for text in sample.paragraphs)
    figures.over_a_quarter += sum(count_words(sample.paragraphs[place]) for place in sample.shown) * 4 > words
    figures.structured_wrong += sample.cut.alone is None and not _says_walled(sample.walled)
    figures.torn += sample.page.full(NOTICE).replace(sample.page.insertion(NOTICE), b"") != sample.page.body
    at = sample.page.notice_at or 0
    figures.top += sample.page.body.rfind(b"<body", 0, at) > at - 400
    rule = sample.page.body_rule or "none"
    figures.rules[rule] = figures.rules.get(rule, 0) + 1


def _says_walled(walled: str) -> bool:
    def items(value: object) -> list[dict[str, object]]:
        if isinstance(value, list):
            return [item for entry in value for item in items(entry)]
        if isinstance(value, dict):
            return [value, *(item for entry in value.values() for item in items(entry))]
        return []

    try:
        every = items(judge.structured_items(walled))
    except ValueError:
        return False
    return any(
        item.get("isAccessibleForFree") is False
        and isinstance(part := item.get("hasPart"), dict)
        and part.get("cssSelector") == ".pennypress-wall"
        for item in every
    ) and not any(str(item.get("isAccessibleForFree")).lower() == "true" for item in every)


def _around(node: LexborNode) -> list[LexborNode]:
    around = []
    parent = node.parent
    while parent is not None:
        around.append(parent)
        parent = parent.parent
    return around


def _stripped(page: bytes) -> str:
    tree = LexborHTMLParser(page.decode("utf-8", "replace"), scripting=True)
    for node in tree.css("script, style, noscript, template"):
        node.remove()
    return tree.body.text() if tree.body is not None else ""
