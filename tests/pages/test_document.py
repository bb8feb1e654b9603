"""The parsed page: offsets into the origin's bytes, and a tree no different for being marked."""

from __future__ import annotations

import contextlib
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pennypress.errors import Undecodable
from pennypress.pages.document import read_document

HTML_UTF8 = "text/html; charset=utf-8"

TRAPS = [
    '<div title="a > b"><p id=wanted>x',
    "<div title='<p id=not>'><p id=wanted>x",
    "<!-- <p id=not> --><p id=wanted>x",
    "<!--><p id=wanted>x",
    "<!-- a --!><p id=wanted>x",
    "<script>var a = '<p id=not>';</script><p id=wanted>x",
    "<style>p::after { content: '<p>' }</style><p id=wanted>x",
    "<textarea><p id=not></textarea><p id=wanted>x",
    "<title><p id=not></title><p id=wanted>x",
    "<noscript><p id=not></noscript><p id=wanted>x",
    "<iframe><p id=not></iframe><p id=wanted>x",
    "<svg><title/><path d='M0 0'/></svg><p id=wanted>x",
    "<svg><style/></svg><p id=wanted>x",
    "<svg><![CDATA[ <p> ]]></svg><p id=wanted>x",
    "<a href=x title=it's><p id=wanted>x",
    "<div a=1 a=2 b='>' =c><P\nID=wanted>x",
    "<b><b><b><b><p id=wanted>x</b></p>",
    "<table><div><p id=wanted>x</table>",
    "<p>one<p>two<p id=wanted>three",
    "< p><p id=wanted>x</ p>",
    "<?php echo '<p>' ?><p id=wanted>x",
    "<!DOCTYPE html><html><body><p id=wanted>x",
]

PIECES = """
    <p> </p> <div> </div> <b> </b> <a> <table> <td> </table> <ul> <li> <br> <svg> </svg> <title> </title>
    <script> </script> <!-- --> text <select> <option> <template> </template> <i_title='>'> é < > " ' =
    <noscript> </noscript> <body> <html> <frameset> <textarea> </textarea> <h1> <form> &amp; <![CDATA[ ]]>
"""


@pytest.mark.parametrize("page", TRAPS)
def test_an_element_knows_where_its_start_tag_stands(page: str) -> None:
    body = ("é" + page).encode()
    document = read_document(body, HTML_UTF8)
    node = document.tree.css_first("#wanted")
    assert node is not None
    place = document.start_of(node)
    assert place is not None
    offset = document.byte_offset(place)
    assert offset is not None
    assert re.match(rb"<p\s+id=wanted>", body[offset:], re.IGNORECASE)
    after = document.after_start_of(node)
    assert after is not None
    end = document.byte_offset(after)
    assert end is not None
    assert body[:end].lower().endswith(b"id=wanted>")


@pytest.mark.parametrize("page", TRAPS)
def test_marking_does_not_change_the_tree(page: str) -> None:
    plain = LexborHTMLParser(page, scripting=True).html or ""
    assert read_document(page.encode(), HTML_UTF8).serialise() == plain


@given(
    st.lists(
        st.sampled_from(PIECES.split()),
        max_size=40,
    )
)
def test_whatever_the_markup_marks_point_at_start_tags_and_change_nothing(pieces: list[str]) -> None:
    page = "".join(pieces)
    document = read_document(page.encode(), HTML_UTF8)
    for node in document.tree.css("*"):
        place = document.start_of(node)
        if place is not None:
            assert page[place] == "<"
            assert page[place + 1 :].lower().startswith((node.tag or "", "image"))
    assert document.serialise() == (LexborHTMLParser(page, scripting=True).html or "")


@pytest.mark.parametrize(
    "charset", ["utf-16le", "utf-16be", "iso-2022-jp", "shift_jis", "euc-jp", "gb18030", "big5", "euc-kr"]
)
def test_offsets_are_right_in_charsets_of_several_bytes(charset: str) -> None:
    text = {"big5": "新聞", "gb18030": "新闻", "euc-kr": "신문"}.get(charset, "新聞ニュース")
    body = f"<p>{text}<b>{text}</b></p><div id=wanted>{text}</div>".encode(charset)
    document = read_document(body, f"text/html; charset={charset}")
    node = document.tree.css_first("#wanted")
    assert node is not None
    place = document.start_of(node)
    assert place is not None
    offset = document.byte_offset(place)
    assert offset is not None
    tag = "<div id=wanted>".encode(charset if charset.startswith("utf-16") else "ascii")
    assert body[offset:].startswith(tag)


def test_the_origins_own_doctype_stays() -> None:
    page = (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN"><html><head></head><body><p>x</p></body></html>'
    )
    assert read_document(page.encode(), HTML_UTF8).serialise() == page


def test_a_page_nested_beyond_reason_is_refused_at_once() -> None:
    began = time.process_time()
    with pytest.raises(Undecodable, match="nests"):
        read_document(b"<div>" * 200_000, HTML_UTF8)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("tag", ["body", "p", "b", "script", "textarea"])
@pytest.mark.parametrize("attributes", [" x{}=1", "/x{}", " x{}='a b'", '\nx{}="<p>"'])
def test_a_tag_of_attributes_beyond_reason_is_refused_at_once(tag: str, attributes: str) -> None:
    began = time.process_time()
    with pytest.raises(Undecodable, match="attributes"):
        read_document(f"<{tag}{''.join(attributes.format(n) for n in range(20_000))}>x".encode(), HTML_UTF8)
    assert time.process_time() - began < 2


def test_a_long_value_is_one_attribute() -> None:
    data = ", ".join(f'"k{n}": "v w / x = y"' for n in range(3000))
    assert read_document(f"<div data-state='{{{data}}}'>x</div>".encode(), HTML_UTF8).tree.css_first("div")


@pytest.mark.parametrize(
    "page", ["<a b='" * 20_000, "<a " * 50_000, "<!--" * 50_000, "<script>" * 20_000, "<b =" * 30_000]
)
def test_unfinished_markup_takes_linear_time(page: str) -> None:
    began = time.process_time()
    with contextlib.suppress(Undecodable):
        read_document(page.encode(), HTML_UTF8)
    assert time.process_time() - began < 2
