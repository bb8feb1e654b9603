"""Where the notice stands: directly before the body, in its column, and only where a block can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pages.making import NOTICE, TITLE, article, paragraph, paragraphs, read


def around_notice(page: str, charset: str = "utf-8") -> tuple[str, str]:
    read_page = read(page.encode(charset), f"text/html; charset={charset}")
    full = read_page.full(NOTICE)
    before, _, after = full.partition(NOTICE)
    return before.decode(charset), after.decode(charset)


def test_it_stands_directly_before_the_body() -> None:
    page = article(f"<article><h1>{TITLE}</h1><p class=by>By A</p><div class=text>{paragraphs(8)}</div></article>")
    before, after = around_notice(page)
    assert before.endswith("By A</p>")
    assert after.startswith("<div class=text>")


def test_it_stands_in_the_column_when_that_is_the_article_itself() -> None:
    before, after = around_notice(article(f"<article class=flex><h1>{TITLE}</h1>{paragraphs(8)}</article>"))
    assert before.endswith("</h1>")
    assert after.startswith("<p>Paragraph 1 ")


@pytest.mark.parametrize(
    "body",
    [
        "<table><tr><td>{}</td></tr></table>",
        "<a href=/x>{}</a>",
        "<button>{}</button>",
        "<ul><li><div>{}</div></li></ul>",
        "<label>{}</label>",
        "<figure><div>{}</div></figure>",
        "<span>{}</span>",
        "<details><summary><div>{}</div></summary></details>",
    ],
)
def test_it_never_stands_where_a_block_cannot_be(body: str) -> None:
    page = read(article(f"<article><h1>{TITLE}</h1>{body.format('<div>' + paragraphs(8) + '</div>')}</article>"))
    if page.notice_at is None:
        return
    inside = page.full(NOTICE).partition(NOTICE)[0].decode()
    opened = body.split("{}")[0].split("><")[0].strip("<>").split(" ")[0]
    assert inside.count(f"<{opened}") == inside.count(f"</{opened}") or opened in ("ul",)
    assert not inside.rstrip().endswith(f"<{opened}>")


def test_in_a_list_it_stands_before_the_list() -> None:
    items = "".join(f"<li>{paragraph(n)}</li>" for n in range(1, 9))
    _, after = around_notice(article(f"<article><h1>{TITLE}</h1><ul>{items}</ul></article>"))
    assert after.startswith("<ul>")


def test_at_the_top_of_the_page_it_stands_after_the_sites_skip_link() -> None:
    table = f"<table><tr><td>{paragraphs(8)}</td></tr></table>"
    before, after = around_notice(article(table))
    assert "Skip to the article</a>" in before
    assert after.startswith("<header>")


def test_a_skip_link_in_a_list_of_its_own_is_left_behind_whole() -> None:
    table = f"<table><tr><td>{paragraphs(8)}</td></tr></table>"
    skips = "<ul class=skips><li><a href=#main>To the text</a></li><li><a href=#foot>To the end</a></li></ul>"
    before, after = around_notice(f"<!doctype html><html><body>{skips}<div id=main>{table}</div></body></html>")
    assert before.endswith("</ul>")
    assert after.startswith("<div id=main>")


def test_without_a_skip_link_it_stands_after_the_opening_body_tag() -> None:
    table = f"<table><tr><td>{paragraphs(8)}</td></tr></table>"
    before, _ = around_notice(f"<!doctype html><html><body class='a > b'>{table}</body></html>")
    assert before.endswith("<body class='a > b'>")


def test_without_a_body_tag_it_stands_before_the_first_element() -> None:
    before, after = around_notice(
        f"<title>x</title><div><a href=/>Home</a></div><table><tr><td>{paragraphs(8)}</table>"
    )
    assert before == "<title>x</title>"
    assert after.startswith("<div><a")


def test_a_page_with_no_safe_place_goes_out_as_it_is() -> None:
    page = read("<frameset><frame src=a></frameset>")
    assert page.notice_at is None
    assert page.full(NOTICE) == page.body


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "windows-1252", "shift_jis", "euc-jp", "gb18030", "big5"])
def test_the_insertion_is_at_the_right_byte_in_every_charset(charset: str) -> None:
    word = {"windows-1252": "Grüße", "big5": "新聞", "gb18030": "新闻"}.get(charset, "新聞")
    page = f"<p>{word}</p><article><h1>{word}</h1><div id=t>{paragraphs(8)}</div></article>"
    declared = "utf-8" if charset == "utf-8-sig" else charset
    body = page.encode(charset)
    full = read(body, f"text/html; charset={declared}").full(NOTICE)
    assert full == body.replace(b"<div id=t>", NOTICE + b"<div id=t>")


@pytest.mark.parametrize("charset", ["utf-16le", "utf-16be"])
def test_in_utf_16_the_notice_is_put_into_utf_16(charset: str) -> None:
    page = f"<article><h1>新聞</h1><div id=t>{paragraphs(8)}</div></article>"
    full = read(page.encode(charset), f"text/html; charset={charset}").full(NOTICE)
    assert full.decode(charset) == page.replace("<div id=t>", NOTICE.decode() + "<div id=t>")


PIECES = [
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<article>",
    "</article>",
    "<table>",
    "<td>",
    "</table>",
    "<ul>",
    "<li>",
    "<a#>",
    "</a>",
    "<b>",
    "<main>",
    "<body>",
    "<br>",
    "<h1>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "é",
    "Some&nbsp;words&nbsp;that&nbsp;make&nbsp;a&nbsp;line&nbsp;of&nbsp;prose.",
    "<title>",
    "<svg>",
    "<select>",
    "<template>",
    "<form>",
    "<noscript>",
    "<html>",
    "<head>",
    '"',
    "'",
    ">",
    "<",
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from(["utf-8", "windows-1252", "utf-16le", "shift_jis"])
)
def test_whatever_the_page_the_notice_is_the_one_difference(pieces: list[str], charset: str) -> None:
    text = "".join(pieces).replace("&nbsp;", " ").replace("<a#>", "<a href=#x>")
    body = text.encode(charset, "ignore")
    page = read(body, f"text/html; charset={charset}")
    full = page.full(NOTICE)
    notice = NOTICE.decode().encode(charset)
    if page.notice_at is None:
        assert full == body
    else:
        assert full == body[: page.notice_at] + notice + body[page.notice_at :]
        assert full.replace(notice, b"", 1) == body
