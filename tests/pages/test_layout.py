"""In which charset an answer's text is read where nothing says so, or something wrong."""

from __future__ import annotations

import zlib

import pytest

from pennypress.pages.layout import Layout, doubt, is_doubted, settled, written
from pennypress.pages.words import squeeze

RUSSIAN = "Кран на набережной старше ратуши, и большинство тех, кто здесь живёт, скажут, что он ещё и безобразнее.\n"
JAPANESE = "港湾当局は火曜日、岸壁の古い起重機を冬までに撤去すると発表した。影に暮らす三家族には誰も尋ねなかった。\n"
POLISH = "Żuraw na nabrzeżu jest starszy niż ratusz, a większość tych, którzy tu mieszkają, mówi, że brzydszy.\n"
GREEK = "Ο γερανός στην προκυμαία είναι παλιότερος από το δημαρχείο, και όσοι ζουν εδώ λένε πως είναι ασχημότερος.\n"
GERMAN = "Über dem Hafen möchte die Mühle größer wirken, sagen die Bürger für gewöhnlich.\n"
WRITTEN = (
    *((RUSSIAN, charset) for charset in ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")),
    *((RUSSIAN, charset) for charset in ("utf-16-le", "utf-16-be")),
    *((JAPANESE, charset) for charset in ("cp932", "euc_jp", "iso2022_jp", "utf-16-le", "utf-16-be")),
    *((POLISH, charset) for charset in ("cp1250", "iso8859-2")),
    (GREEK, "cp1253"),
    (GERMAN, "cp1252"),
)


@pytest.mark.parametrize("content_type", [None, "text/plain"])
@pytest.mark.parametrize(("told", "charset"), WRITTEN)
def test_a_text_that_names_no_charset_is_read_in_each_that_it_may_be_in(
    told: str, charset: str, content_type: str | None
) -> None:
    was = written(f"a;b\n1;{told * 9}".encode(charset), content_type, Layout.PLAIN)
    assert squeeze(told * 9) in squeeze(was.text.text + (was.also or ""))


def test_a_charset_that_nobody_knows_is_as_good_as_none() -> None:
    was = written((RUSSIAN * 9).encode("cp1251"), "text/plain; charset=win-1251", Layout.PLAIN)
    assert squeeze(RUSSIAN * 9) in squeeze(was.also or "")
    assert settled(b"The first line.", "text/plain; charset=win-1251") == "utf-8"


@pytest.mark.parametrize(
    ("told", "charset", "named"),
    [(RUSSIAN, "utf-16-le", "utf-16-le"), (RUSSIAN, "utf-16-be", ""), (JAPANESE, "iso2022_jp", "")],
)
def test_a_page_that_can_be_taken_for_ascii_is_doubted(told: str, charset: str, named: str) -> None:
    body = f"<html><head><meta charset='{named}'><title>T</title></head><body><p>{told * 9}</p></body></html>"
    assert is_doubted(body.encode(charset), "text/html")
    assert is_doubted(body.encode(charset), f"text/html; charset={named}")
    was = written(body.encode(charset), f"text/html; charset={named}", Layout.HTML)
    assert squeeze(told * 9) in squeeze(was.text.text + (was.also or ""))


@pytest.mark.parametrize(("told", "charset"), [one for one in WRITTEN if not one[1].startswith("utf-16")])
def test_so_is_a_part_of_it_that_streams(told: str, charset: str) -> None:
    body = (told * 99).encode(charset)
    assert squeeze(told * 9) in squeeze(doubt(body[:5_000], body[:5_000].decode("utf-8", "replace"), "utf-8") or "")


@pytest.mark.parametrize("told", [RUSSIAN, JAPANESE, POLISH, GERMAN, "Mere \x1b[31mASCII\x1b[0m.\n"])
def test_utf_8_is_not_doubted(told: str) -> None:
    body = (told * 9).encode()
    assert written(body, "text/plain", Layout.PLAIN).also is None
    assert not is_doubted(body, "text/html")
    assert doubt(body[1:-2], body[1:-2].decode("utf-8", "replace"), "utf-8") is None


def test_what_is_packed_is_read_beside_what_the_body_says_itself() -> None:
    packed = written(zlib.compress(RUSSIAN.encode()), "application/json", Layout.JSON)
    assert squeeze(RUSSIAN) in squeeze(packed.also or "")
    for start in range(256):
        body = bytes((start, 1, 2, 3)) * 9 + GERMAN.encode()
        was = written(body, "application/msgpack", Layout.FORMAL)
        assert squeeze(GERMAN) in squeeze(was.text.text + (was.also or ""))
