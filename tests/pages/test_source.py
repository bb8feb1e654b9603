"""The bytes of a page: codings undone within a limit, charsets known without doubt."""

from __future__ import annotations

import gzip
import zlib

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pennypress.errors import Undecodable
from pennypress.pages.source import read_text, undo_coding

PAGE = b"<p>One paragraph of a page. " * 40


def test_gzip_brotli_and_zstandard_are_undone() -> None:
    assert undo_coding(gzip.compress(PAGE), "gzip", limit=10_000) == PAGE
    assert undo_coding(gzip.compress(PAGE), "X-GZip", limit=10_000) == PAGE
    assert undo_coding(brotli.compress(PAGE), "br", limit=10_000) == PAGE
    assert undo_coding(zstandard.compress(PAGE), "zstd", limit=10_000) == PAGE


def test_no_coding_and_identity_leave_the_bytes_alone() -> None:
    assert undo_coding(PAGE, None, limit=10_000) == PAGE
    assert undo_coding(PAGE, "identity", limit=10_000) == PAGE


def test_two_codings_are_undone_from_the_last() -> None:
    assert undo_coding(brotli.compress(gzip.compress(PAGE)), "gzip, br", limit=10_000) == PAGE


def test_several_gzip_members_are_one_body() -> None:
    assert undo_coding(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip", limit=100) == b"one two"


@pytest.mark.parametrize("coding", ["deflate", "compress", "aes128gcm", "gzip, gzip, gzip", "x"])
def test_any_other_coding_fails_closed(coding: str) -> None:
    with pytest.raises(Undecodable):
        undo_coding(zlib.compress(PAGE), coding, limit=10_000)


@pytest.mark.parametrize(
    ("coding", "body"),
    [("gzip", gzip.compress(PAGE)), ("br", brotli.compress(PAGE)), ("zstd", zstandard.compress(PAGE))],
)
def test_a_body_that_is_cut_off_or_broken_fails_closed(coding: str, body: bytes) -> None:
    for broken in (body[:-3], body[: len(body) // 2], b"", b"no coding at all", body + b"and more"):
        with pytest.raises(Undecodable):
            undo_coding(broken, coding, limit=10_000)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(bytes(50_000_000))),
        ("br", brotli.compress(bytes(50_000_000), quality=1)),
        ("zstd", zstandard.compress(bytes(50_000_000))),
    ],
)
def test_a_body_that_grows_past_the_limit_fails_closed(coding: str, body: bytes) -> None:
    with pytest.raises(Undecodable, match="larger than 1000000 bytes"):
        undo_coding(body, coding, limit=1_000_000)


@given(st.binary(max_size=2000))
def test_whatever_the_bytes_undoing_answers_or_fails_closed(body: bytes) -> None:
    for coding in ("gzip", "br", "zstd"):
        try:
            undo_coding(body, coding, limit=100_000)
        except Undecodable:
            continue


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("utf-8", "utf-8"),
        ("UTF8", "utf-8"),
        ("latin1", "cp1252"),
        ("iso-8859-1", "cp1252"),
        ("gb2312", "gb18030"),
        ("shift_jis", "cp932"),
        ("euc-kr", "cp949"),
        ("windows-1251", "cp1251"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_charset_labels_are_those_of_the_whatwg(label: str, codec: str) -> None:
    assert read_text(b"<p>x", f"text/html; charset={label}").charset == codec


@pytest.mark.parametrize("label", ["utf-9", "hz-gb-2312", "iso-2022-kr", "x-user-defined", "none"])
def test_an_unknown_label_fails_closed(label: str) -> None:
    with pytest.raises(Undecodable):
        read_text(b"<p>x", f'text/html; charset="{label}"')
    with pytest.raises(Undecodable):
        read_text(f"<meta charset={label}><p>x".encode(), "text/html")


def test_the_header_goes_before_the_meta() -> None:
    text = read_text("<meta charset=utf-8><p>Grüße".encode("cp1252"), "text/html; charset=windows-1252")
    assert text.text.endswith("Grüße")


@pytest.mark.parametrize(
    "meta",
    [
        '<meta charset="windows-1251">',
        "<META CHARSET='windows-1251' />",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
        "<meta content='text/html;charset=windows-1251' http-equiv=content-type>",
    ],
)
def test_a_meta_declares_the_charset_in_every_spelling(meta: str) -> None:
    assert read_text(f"<head>{meta}<p>Привет".encode("cp1251"), "text/html").text.endswith("Привет")


def test_a_meta_in_a_comment_declares_nothing() -> None:
    page = "<!-- <meta charset=windows-1251> --><meta charset=utf-8><p>Привет"
    assert read_text(page.encode(), None).text == page


def test_a_meta_that_claims_utf_16_is_itself_the_proof_that_it_is_utf_8() -> None:
    assert read_text("<meta charset=utf-16><p>é".encode(), None).charset == "utf-8"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_says_the_charset(codec: str) -> None:
    text = read_text("<p>é".encode(codec), "text/html")
    assert text.text == "<p>é"
    assert text.bom in (2, 3)


def test_a_byte_order_mark_that_disagrees_fails_closed() -> None:
    with pytest.raises(Undecodable, match="byte-order mark"):
        read_text("<p>é".encode("utf-8-sig"), "text/html; charset=windows-1252")
    with pytest.raises(Undecodable, match="byte-order mark"):
        read_text("<p>é".encode("utf-16"), "text/html; charset=utf-8")


def test_a_page_that_declares_nothing_is_utf_8_or_fails_closed() -> None:
    assert read_text("<p>é".encode(), None).charset == "utf-8"
    with pytest.raises(Undecodable):
        read_text("<p>é".encode("cp1252"), "text/html")


def test_a_few_broken_bytes_pass_and_many_fail_closed() -> None:
    text = read_text(b"<p>" + b"good " * 1000 + b"\xff", "text/html; charset=utf-8")
    assert text.text.count("\ufffd") == 1
    assert not text.strict
    with pytest.raises(Undecodable):
        read_text("Добрый день".encode("cp1251") * 1000, "text/html; charset=utf-8")


def test_what_a_charset_cannot_hold_goes_out_as_a_character_reference() -> None:
    assert read_text(b"<p>x", "text/html; charset=windows-1252").encode("– Ж") == b"\x96 &#1046;"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.sampled_from(["utf-8", "utf-16le", "utf-16be"]))
def test_text_read_and_encoded_again_is_the_same_bytes(page: str, charset: str) -> None:
    body = ("x" + page).encode(charset)
    text = read_text(body, f"text/html; charset={charset}")
    assert text.encode(text.text) == body
