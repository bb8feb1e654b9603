"""An answer's text that is read by programs or as it stands: how it is laid out, and in which charset it is written."""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from pennypress.errors import Undecodable
from pennypress.pages.source import Text, charset_of, opened, read_text

_XML_OR_STYLE_DECLARED = re.compile(
    rb"\s*<\?xml[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']|@charset \"([A-Za-z0-9._-]{1,40})\";"
)
_XML = re.compile(r"<(?:\?xml\b|rss\b|feed\b|(?:\w+:)?RDF\b|opml\b|urlset\b|sitemapindex\b)")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_XHTML = re.compile(r"<(?:!doctype\s+)?html\b", re.IGNORECASE)
_GUARDS = (")]}',", ")]}'", "while(1);", "for(;;);")
_SAMPLE = 4096
_CONTINUED = bytes(range(0x80, 0xC0))
_WIDE = ("utf-16-le", "utf-16-be")
_PLANES = bytes(range(9))
_ACCENTED = ("cp1250", "iso8859_2", "cp1254", "cp1257")
_ALPHABETS = ("cp1251", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic", "cp1253", "cp1255", "cp1256", "cp949")
_UNSPACED = ("cp932", "euc_jp", "gb18030", "big5hkscs", "cp874")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]{4}|[\x00-\x08]")
"""How a text begins that is more than accents between ASCII letters: with four bytes in a row, or half a letter."""
_SPACES = re.compile(rb"(?<=[\x80-\xff]) (?=[\x80-\xff])")
_ASCII = bytes(range(128))
_JAPANESE_MAIL = b"\x1b$"
_NO_TEXT = frozenset("CS")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<|[\xfe\xff]{2}|<\0")
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 12, 13, 27, 30))
_MAGIC = (b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"GIF8", b"\x89PNG", b"RIFF", b"OggS", b"ID3")


class Layout(StrEnum):
    """How the text of an answer is laid out.

    FORMAL is any format of which no part can go without breaking it, PACKED any text that is packed by gzip. Of
    NAMELESS and UNKNOWN its type does not say whether it is text at all: the one may then be anything, the other some
    format.
    """

    HTML = "html"
    JSON = "json"
    XML = "xml"
    PLAIN = "plain"
    FORMAL = "formal"
    CODE = "code"
    CAPTIONS = "captions"
    PACKED = "packed"
    NAMELESS = "nameless"
    UNKNOWN = "unknown"

    @property
    def unsure(self) -> bool:
        """Whether only the beginning of an answer tells whether it is text."""
        return self in (Layout.NAMELESS, Layout.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Written:
    """An answer's text as it is laid out in truth. ``also`` is the text in the charsets in which it would be written if
    the answer is wrong about its own, or what it holds packed; None where there is no doubt."""

    layout: Layout
    text: Text
    also: str | None = None


def written(body: bytes, content_type: str | None, layout: Layout) -> Written:
    """Read an answer. Never fails: what is no text in the charset that it names is read as Western text, and a body
    that is packed without its head saying so also as what it holds, of which nothing can be cut."""
    text = _read(body, content_type)
    also = _doubt(body, text)
    if not is_text(body) and (held := opened(body)):
        return Written(Layout.FORMAL, text, f"{also or ''}\n{_read(held, content_type).text}")
    return Written(sniffed(layout, text.text), text, also)


def is_doubted(body: bytes, content_type: str | None) -> bool:
    """Whether an answer's text may be in another charset than the one that it names."""
    if body.isascii() and b"\0" not in body and _JAPANESE_MAIL not in body:
        return False
    read = _read(body, content_type)
    return (read.charset in _WIDE and not read.bom) or _doubt(body, read) is not None


def is_markup(body: bytes) -> bool:
    """Whether a page is one in truth, and not something else that calls itself HTML: JSON, or a feed."""
    if _MARKUP.match(body) is None:
        return False
    return sniffed(Layout.HTML, body[:_SAMPLE].decode("latin-1")) is Layout.HTML


def is_text(beginning: bytes) -> bool:
    """Whether an answer whose type does not say so begins as a text does."""
    sample = beginning[:_SAMPLE]
    if sample.startswith(_MAGIC):
        return False
    if _wide(sample) is not None:
        return True
    return len(sample.translate(None, _CONTROLS)) * 100 >= len(sample) * 99


def sniffed(layout: Layout, text: str) -> Layout:
    """The layout in truth of a text that calls itself a page, mere text, or nothing that is known."""
    if layout in (Layout.JSON, Layout.XML, Layout.CODE, Layout.CAPTIONS, Layout.PACKED):
        return layout
    start = text[:_SAMPLE].lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[", '"', *_GUARDS)) and json_lines(text):
        return Layout.JSON
    if _XML.match(start) and not _XHTML.search(start):
        return Layout.XML
    if layout is Layout.HTML or _HTML.match(start):
        return Layout.HTML
    return Layout.FORMAL if layout is Layout.UNKNOWN else Layout.PLAIN if layout is Layout.NAMELESS else layout


def json_lines(text: str) -> list[str] | None:
    """The parts of a text each of which is JSON by itself, the rest between them: one part for JSON, many for lines of
    it. None where it is no JSON."""
    whole = text.lstrip("\ufeff")
    for guard in _GUARDS:
        if whole.startswith(guard):
            whole = whole[len(guard) :]
    if _is_json(whole):
        return [text[: len(text) - len(whole)], whole]
    lines = text.splitlines(keepends=True)
    told = [line for line in lines if line.strip("\ufeff\x1e \t\r\n,")]
    if len(told) > 1 and all(_is_json(line.strip("\ufeff\x1e \t\r\n,")) for line in told):
        return lines
    return None


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list | str)
    except (ValueError, RecursionError):
        return False


def settled(beginning: bytes, content_type: str | None) -> str:
    """In which charset a text is read of which no more than its beginning is known yet."""
    try:
        return charset_of(beginning, _told(beginning, content_type))[1] or "utf-8"
    except Undecodable:
        return "utf-8"


def doubt(part: bytes, told: str, charset: str) -> str | None:
    """A part of a text, cut anywhere, as it reads if the charset by which it ``told`` something is wrong; None where
    there is no doubt."""
    if _JAPANESE_MAIL in part or part.isascii():
        return _japanese_mail(part, charset)
    part = part.lstrip(_CONTINUED)
    with suppress(UnicodeDecodeError):
        other = codecs.getincrementaldecoder("utf-8")("strict").decode(part)
        return None if charset in ("utf-8", *_WIDE) else other
    return None if "\ufffd" not in told else "\n".join((part.decode("cp1252", "replace"), *_guessed(part)))


def _read(body: bytes, content_type: str | None) -> Text:
    try:
        return read_text(body, _told(body, content_type))
    except Undecodable:
        return Text(body.decode("cp1252", "replace"), "cp1252", 0, strict=False)


def _told(body: bytes, content_type: str | None) -> str | None:
    """The type of a text with the charset that itself tells, where its type names none that is known."""
    if _names_charset(content_type) or body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content_type
    if wide := _wide(body[:_SAMPLE]):
        return f"text/plain; charset={wide}"
    if declared := _XML_OR_STYLE_DECLARED.match(body[:_SAMPLE]):
        return f"text/plain; charset={(declared[1] or declared[2]).decode('ascii')}"
    return content_type


def _names_charset(content_type: str | None) -> bool:
    try:
        return charset_of(b"", content_type)[1] is not None
    except Undecodable:
        return False


def _wide(sample: bytes) -> str | None:
    """The charset of a text whose every other byte is nothing, or next to nothing: the alphabet of its letters."""
    if sample.startswith(codecs.BOM_UTF16_LE) or sample.startswith(codecs.BOM_UTF16_BE):
        return "utf-16le" if sample.startswith(codecs.BOM_UTF16_LE) else "utf-16be"
    if len(sample) < 4 or b"\0" not in sample:
        return None
    half = len(sample) // 2
    if len(sample[1::2].translate(None, _PLANES)) * 10 <= half * 3:
        return "utf-16le"
    return "utf-16be" if len(sample[::2].translate(None, _PLANES)) * 10 <= half * 3 else None


def _doubt(body: bytes, text: Text) -> str | None:
    """The same text by the other of the two charsets that are taken for each other, where they differ; where nothing
    tells its charset, by each that a browser may guess."""
    if body.isascii() or _JAPANESE_MAIL in body:
        return _japanese_mail(body, text.charset)
    if not text.strict:
        if text.charset != "cp1252":
            return body.decode("cp1252", "replace")
        return "\n".join((body.decode("utf-8", "replace"), *_guessed(body)))
    if text.charset == "utf-8" or text.charset.startswith("utf-16"):
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _japanese_mail(body: bytes, charset: str) -> str | None:
    """A text by the one charset that is told by its escapes alone."""
    return body.decode("iso2022_jp", "replace") if _JAPANESE_MAIL in body and charset != "iso2022_jp" else None


def _guessed(body: bytes) -> Iterator[str]:
    """A text by each charset by which it looks like one, and says something else than as Western text."""
    far = _BEYOND_ASCII.search(body)
    start = far.start() // 2 * 2 if far is not None else 0
    sample = body[start : start + _SAMPLE]
    said = {body.decode("cp1252", "replace")}
    for charset in _ACCENTED if far is None else _likely(sample):
        told = body.decode(charset, "replace") if _looks_like_text(sample.decode(charset, "replace")) else None
        if told is not None and told not in said:
            said.add(told)
            yield told


def _likely(sample: bytes) -> Iterator[str]:
    """The charsets that may be tried on a text by how much of it is beyond ASCII, and how often spaces part that."""
    beyond, spaces = len(sample.translate(None, _ASCII)), len(_SPACES.findall(sample))
    if beyond * 4 < len(sample):
        yield from _ACCENTED
    if spaces * 40 >= beyond:
        yield from _ALPHABETS
    if spaces * 15 <= beyond:
        yield from _UNSPACED
    if len(sample.translate(None, _PLANES)) < len(sample):
        yield from _WIDE


def _looks_like_text(told: str) -> bool:
    """Whether what is not ASCII is made of letters, most of them small where there are such."""
    beyond = [char for char in told if char > "\x7f"]
    signs = sum(unicodedata.category(char)[0] in _NO_TEXT for char in beyond)
    return signs * 5 <= len(beyond) and sum(map(str.isupper, beyond)) <= sum(map(str.islower, beyond))


def put_back(was: Written, text: str, body: bytes) -> bytes:
    """The bytes of a text that was changed, in the charset in which it was written."""
    return body[: was.text.bom] + was.text.encode(text)
