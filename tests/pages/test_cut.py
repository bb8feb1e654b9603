"""The cut: the withheld part goes, the wall stands after the preview, and all around it stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.pages import judge
from tests.pages.making import TITLE, WALL, article, paragraph, paragraphs, read, shown, visible


def wall_of(page: bytes) -> LexborNode:
    wall = LexborHTMLParser(page.decode(), scripting=True).css_first("aside.pennypress-wall")
    assert wall is not None
    return wall


def walled(markup: str, selector: str | None = None, preview: int = 2) -> bytes:
    cut = read(markup, selector=selector, preview=preview).cut()
    assert cut.alone is None, cut.alone
    return cut.walled(WALL)


def test_the_wall_stands_directly_after_the_preview() -> None:
    wall = wall_of(walled(article(f"<article><h1>{TITLE}</h1><div class=text>{paragraphs(12)}</div></article>")))
    assert wall.prev is not None
    assert wall.prev.text() == paragraph(2)
    assert wall.next is None
    assert wall.parent is not None
    assert wall.parent.attributes["class"] == "text"


@pytest.mark.parametrize(
    ("body", "outer"),
    [
        ("<ul class=o>" + "".join(f"<li>{paragraph(n)}" for n in range(1, 13)) + "</ul>", "ul"),
        ("<blockquote class=o>" + paragraphs(12) + "</blockquote>", "blockquote"),
        ("<dl class=o>" + "".join(f"<dt>{n}<dd>{paragraph(n)}" for n in range(1, 13)) + "</dl>", "dl"),
        ("<table class=o>" + "".join(f"<tr><td>{paragraph(n)}" for n in range(1, 13)) + "</table>", "table"),
        ("<p class=o>" + "<br>".join(paragraph(n) for n in range(1, 13)) + "</p>", "p"),
        ("<p class=o><b><i>" + "<br>".join(paragraph(n) for n in range(1, 13)) + "</i></b></p>", "p"),
    ],
)
def test_the_wall_stands_where_a_block_can_be(body: str, outer: str) -> None:
    wall = wall_of(walled(article(f"<article><h1>{TITLE}</h1><div>{body}</div></article>")))
    assert wall.prev is not None
    assert wall.prev.tag == outer
    node = wall.parent
    while node is not None:
        assert node.tag not in ("p", "ul", "dl", "table", "blockquote", "a", "b", "i", "li")
        node = node.parent


def test_figures_and_wrappers_of_the_withheld_part_go_with_it() -> None:
    rest = "".join(
        f"<div class=wrap><figure><img src={n}.jpg><figcaption>Picture {n}</figcaption></figure>"
        f"<p>{paragraph(n)}</p></div>"
        for n in range(1, 13)
    )
    page = walled(article(f"<article><h1>{TITLE}</h1><div class=text>{rest}</div></article>"))
    tree = LexborHTMLParser(page.decode())
    assert len(tree.css(".wrap")) == len(tree.css("img")) <= 2
    assert "Picture 3" not in page.decode()


def test_what_stands_around_and_after_the_body_stays() -> None:
    related = "<aside class=related><h3><a href=/n/1>Another bridge for the harbour town at last</a></h3></aside>"
    page = article(
        f"<div class=grid><article><h1>{TITLE}</h1><p class=by>By A Reporter</p><div>{paragraphs(12)}</div>"
        f"<footer>Filed under bridges</footer></article>{related}</div>",
        after="<section id=more><h2>More</h2></section>",
    )
    text = visible(walled(page))
    for stays in (TITLE, "By A Reporter", "Filed under bridges", "Another bridge for", "More", "Printed and published"):
        assert stays in text


def test_the_head_stays() -> None:
    head = (
        '<meta property=og:title content="A bridge"><link rel=amphtml href=/amp/a>'
        '<meta name=description content="Short.">'
    )
    page = walled(article(f"<article>{paragraphs(12)}</article>", head=head)).decode()
    for stays in ("og:title", "amphtml", "Short.", f"<title>{TITLE}"):
        assert stays in page.partition("</head>")[0]


def test_a_noscript_in_the_head_stays_as_it_is() -> None:
    head = "<noscript><img src=/pixel.gif></noscript><link rel=canonical href=/a>"
    page = walled(article(f"<article>{paragraphs(12)}</article>", head=head)).decode()
    assert "<noscript><img src=/pixel.gif></noscript><link" in page.partition("</head>")[0]


def test_page_two_and_later_show_nothing_of_the_body() -> None:
    page = read(article(f"<article><h1>{TITLE}</h1><div class=text>{paragraphs(12)}</div></article>"))
    cut = page.cut(continued=True)
    assert shown(cut) == []
    assert TITLE in visible(cut)
    wall = wall_of(cut.walled(WALL))
    assert wall.parent is not None
    assert wall.prev is not None
    assert wall.prev.tag == "h1"


def test_a_body_that_is_all_of_a_page_leaves_the_page_itself_standing() -> None:
    page = read(
        b"<article><p>h 1 f e h s t n<article>t 1 a 1 s y e d , e 1 w e e a s t o 1 t"
        b"<p>h 2 f t r s t 2 d 2 s y e d , w<p>a 2 f e t s t 2 a b"
    )
    cut = page.cut(continued=True)
    assert cut.alone is None
    assert shown(cut) == []


def test_several_pieces_are_cut_as_one_body() -> None:
    pieces = "".join(f"<div class=piece>{paragraphs(1)[3:-4]} {n}<p>{paragraph(n)}</p></div>" for n in range(2, 12))
    page = walled(article(f"<article><h1>{TITLE}</h1>{pieces}</article>"), selector=".piece")
    assert len(LexborHTMLParser(page.decode()).css(".piece")) == 1


def test_the_origins_word_to_us_is_taken_off() -> None:
    page = article(f"<article>{paragraphs(12)}</article>", head='<meta name="pennypress" content="metered">')
    assert b'name="pennypress"' not in walled(page)
    assert b'name="pennypress"' in read(page).full(b"")


def test_the_doctype_stays_so_that_the_layout_does() -> None:
    doctype = '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">'
    page = article(f"<article>{paragraphs(12)}</article>").replace("<!doctype html>", doctype)
    assert walled(page).startswith(doctype.encode())


@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-8-sig", "windows-1252", "utf-16", "utf-16le", "shift_jis", "gb18030"]
)
def test_the_cut_page_is_in_the_origins_charset(charset: str) -> None:
    page = article(f"<article><h1>Brücke</h1>{paragraphs(12)}&mdash;</article>").replace("<meta charset=utf-8>", "")
    if charset in ("shift_jis", "gb18030"):
        page = page.replace("Brücke", "橋")
    declared = {"utf-8-sig": "utf-8", "utf-16": "utf-16le"}.get(charset, charset)
    cut = read(page.encode(charset), f"text/html; charset={declared}").cut()
    text = cut.walled(WALL).decode(charset)
    assert ("橋" if "橋" in page else "Brücke") in text
    assert WALL.decode() in text


def test_a_character_that_the_charset_lacks_goes_out_as_a_reference() -> None:
    page = article(f"<article><h1>A &#1046; B</h1>{paragraphs(12)}</article>").replace("<meta charset=utf-8>", "")
    cut = read(page.encode("windows-1252"), "text/html; charset=windows-1252").cut()
    assert b"A &#1046; B" in cut.walled(WALL)


@pytest.mark.parametrize(
    "second",
    [
        "<p class=teaser>{}</p>",
        '<meta name=twitter:description content="{}">',
        '<div data-text="{}"></div>',
        "<!-- {} -->",
        "<noscript><p>{}</p></noscript>",
        "<template><p>{}</p></template>",
        '<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{}"}}</script>',
        "<script>window.state = {{text: '{}'}}</script>",
        "<textarea>{}</textarea>",
        "<svg><desc>{}</desc></svg>",
    ],
)
def test_a_second_copy_goes_wherever_it_stands(second: str) -> None:
    copy = second.format(paragraph(9))
    page = article(f"<article><h1>{TITLE}</h1>{paragraphs(12)}</article>", after=copy)
    cut = read(page).cut()
    assert cut.alone is None
    assert shown(cut) == [1, 2]
    assert cut.findings


BLOCKS = st.lists(
    st.sampled_from(["p", "li", "h2", "blockquote", "pre", "div", "td", "br", "figure", "ul", "section"]),
    min_size=4,
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(BLOCKS)
def test_whatever_the_blocks_nothing_leaks_and_nothing_is_added(tags: list[str]) -> None:
    made = {
        "br": "{}<br>",
        "td": "<table><tr><td>{}</td></tr></table>",
        "figure": "<figure><img src=x><figcaption>{}</figcaption></figure>",
        "ul": "<ul><li><p>{}</p></li></ul>",
        "li": "<ul><li>{}</ul>",
    }
    body = "".join(made.get(tag, f"<{tag}>{{}}</{tag}>").format(paragraph(n)) for n, tag in enumerate(tags, 1))
    markup = article(f"<article><h1>{TITLE}</h1><div>{body}</div></article>")
    cut = read(markup, selector="article div").cut()
    assert cut.alone is None
    page = cut.walled(b"")
    assert len(shown(page)) <= 2
    assert shown(page) == list(range(1, len(shown(page)) + 1))
    kept = [paragraph(n) for n in shown(page)]
    assert judge.leaks(page.decode(), [paragraph(n) for n in range(1, len(tags) + 1)], "\n".join(kept)) == []
    assert set(visible(page).split()) <= set(visible(markup.encode()).split())


@settings(max_examples=30, deadline=None)
@given(st.integers(4, 16), st.integers(1, 4))
def test_cutting_twice_shows_no_more_than_cutting_once(count: int, most: int) -> None:
    page = article(f"<article><h1>{TITLE}</h1><div>{paragraphs(count)}</div></article>")
    once = walled(page, preview=most, selector="article div")
    again = read(once, preview=most, selector="article div").cut()
    assert set(shown(again)) <= set(shown(once))


def test_what_stands_behind_the_column_in_the_same_article_goes_too() -> None:
    behind = "<div class=more><p>He left at noon.</p></div>"
    picture = "<figure><img src=last.jpg></figure>"
    page = walled(article(f"<article><h1>{TITLE}</h1><div>{paragraphs(12)}</div>{picture}{behind}</article>"))
    assert b"He left at noon" not in page
    assert b"last.jpg" not in page


def test_a_page_that_cannot_be_cleared_is_not_sent_at_all() -> None:
    backwards = paragraph(9)[::-1]
    page = article(f"<article><h1>{TITLE}</h1><p>{paragraph(1)}</p><p>{backwards}</p>{paragraphs(12)}</article>")
    cut = read(page).cut()
    assert cut.alone is not None
    assert (cut.head, cut.tail, cut.title) == (b"", b"", TITLE)


def test_the_wall_is_never_put_into_a_promotion_between_the_paragraphs_nor_into_what_is_hidden() -> None:
    promotion = (
        "<div class=promo hidden><p>Subscribe now to read the latest news in your city and on the coast.</p></div>"
    )
    made = "".join(f"<section class=el><div><p>{paragraph(n)}</p></div></section>" for n in range(2, 13))
    body = f"<section class=el><div><p>{paragraph(1)}</p></div></section>{promotion}{made}"
    hidden = (
        f"<p>{paragraph(1)}</p><div hidden><div>{''.join(f'<p>{paragraph(n)}</p>' for n in range(2, 13))}</div></div>"
    )
    for markup in (body, hidden):
        node = wall_of(walled(article(f"<article><h1>{TITLE}</h1>{markup}</article>"))).parent
        while node is not None:
            assert "hidden" not in node.attributes
            node = node.parent


def test_text_that_repeats_itself_is_cut_in_little_time() -> None:
    """Found by fuzzing: each place of it agrees with each other one, letter by letter, nearly to the end."""
    some, most = "word " * 160, "word " * 380
    page = read(f"d {some}wo<p>P <b>ord rd {some}{'word ' * 44}w\ufffdord {'word ' * 60}w1 {most}wo")
    began = time.process_time()
    page.cut()
    assert time.process_time() - began < 4
