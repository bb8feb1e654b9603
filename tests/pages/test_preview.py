"""How much is shown: whole blocks, a quarter at most, a sentence's end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pennypress.pages.blocks import outline
from pennypress.pages.body import Body
from pennypress.pages.find import find_body
from pennypress.pages.measure import count_words
from pennypress.pages.preview import Preview, choose_preview, is_brief
from pennypress.pages.prose import find_prose
from tests.pages.making import paragraph, paragraphs, read, visible

SENTENCE = "This is a sentence of exactly eight words. "


def body_of(markup: str, selector: str | None = "article") -> Body:
    tree = LexborHTMLParser(f"<main><h1>T</h1><article>{markup}</article></main>", scripting=True)
    assert tree.body is not None
    page = outline(tree.body)
    found = find_body(tree, page, find_prose(page), selector=selector, paywall_selectors=(), title="T")
    assert found is not None
    return found


def preview_of(markup: str, most: int = 2) -> str:
    body = body_of(markup)
    return choose_preview(body, most).parted(body)[0].strip()


def test_the_preview_is_so_many_blocks() -> None:
    assert preview_of(paragraphs(20), 2) == f"{paragraph(1)}\n{paragraph(2)}"
    assert preview_of(paragraphs(20), 1) == paragraph(1)
    assert preview_of(paragraphs(20), 3).count("\n") == 2


def test_it_never_holds_more_than_a_quarter_of_the_words() -> None:
    assert preview_of(paragraphs(4), 2) == paragraph(1)
    assert preview_of(paragraphs(5), 2).startswith(paragraph(1))
    assert count_words(preview_of(paragraphs(5), 2)) * 4 <= count_words(" ".join(paragraph(n) for n in range(1, 6)))


def test_where_whole_blocks_do_not_fit_it_ends_at_a_sentences_end() -> None:
    assert preview_of(f"<p>{SENTENCE * 8}</p>") == (SENTENCE * 2).strip()
    assert preview_of(f"<p>{SENTENCE}</p><p>{SENTENCE * 7}</p>") == f"{SENTENCE}\n{SENTENCE}".strip()


def test_where_not_one_sentence_fits_it_is_empty() -> None:
    assert preview_of("<p>" + "one long sentence without an end " * 20 + "</p>") == ""


def test_a_body_of_one_block_is_cut_by_the_quarter_rule() -> None:
    page = read(f"<article><p>{SENTENCE * 20}</p></article>")
    assert not page.brief
    assert page.cut().alone is None
    assert visible(page.cut()).count("exactly eight") == 5


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("今日は晴れです。" * 40, "今日は晴れです。" * 10),
        ("यह एक छोटा वाक्य है जो आठ शब्दों। " * 12, "यह एक छोटा वाक्य है जो आठ शब्दों। " * 3),
        ("هذه جملة قصيرة من ثماني كلمات هنا؟ " * 12, "هذه جملة قصيرة من ثماني كلمات هنا؟ " * 3),
    ],
)
def test_sentences_of_every_script_end_it(text: str, shown: str) -> None:
    assert preview_of(f"<p>{text}</p>") == shown.strip()


def test_labels_between_the_paragraphs_count_only_in_a_body_that_an_operator_pointed_at() -> None:
    marked = "<div class=ad>Advertisement</div>".join(f"<p>{paragraph(n)}</p>" for n in range(1, 21))
    found, said = body_of(marked, None), body_of(marked)
    assert choose_preview(found, 2).parted(found)[0] == f"{paragraph(1)}\nAdvertisement\n{paragraph(2)}"
    assert choose_preview(said, 2).parted(said)[0] == f"{paragraph(1)}\nAdvertisement"


def test_a_short_text_in_few_blocks_is_a_brief() -> None:
    assert is_brief(body_of("<p>Two cars met on the bridge.</p><p>Nobody was hurt.</p>"), 2)
    assert not is_brief(body_of("<p>One.</p><p>Two.</p><p>Three.</p>"), 2)
    assert not is_brief(body_of(f"<p>{'word ' * 81}</p>"), 2)
    assert is_brief(body_of(f"<p>{'word ' * 80}</p>"), 2)


def test_a_page_with_a_short_article_is_brief() -> None:
    assert read("<article><h1>A</h1><p>Two cars met on the bridge.</p></article>").brief
    assert read(
        "<article><h1>A</h1><p>Two people were hurt when cars met on the old bridge at dawn.</p></article>"
    ).brief


WORDS = st.lists(st.sampled_from(["word", "Name", "end.", "why?", "“so.”", "3.5", "Dr.", "日本。", "ok"]), max_size=60)


@given(st.lists(WORDS, min_size=1, max_size=8), st.integers(1, 4))
def test_it_is_a_prefix_of_the_body_within_both_bounds(blocks: list[list[str]], most: int) -> None:
    markup = "".join(f"<p>x{' '.join(block)}</p>" for block in blocks)
    body = body_of(markup)
    preview: Preview = choose_preview(body, most)
    shown, withheld = preview.parted(body)
    assert body.text.startswith(shown)
    assert "".join((shown + withheld).split()) == "".join(body.text.split())
    assert count_words(shown) * 4 <= body.words <= sum(block.words for block in body.blocks)
    assert preview.blocks + bool(preview.letters) - len(body.labels) <= most
