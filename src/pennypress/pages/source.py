"""The bytes of a page as the origin sent them: its content coding undone, its charset known without doubt."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]
import webencodings
import zstandard

from pennypress.errors import Undecodable

MOST_CODINGS = 2
"""How many content codings a page may bear one over the other; an honest origin applies one."""

_OPENED_AT_MOST = 8_000_000
_PRESCAN = 1024
_LATE_META = 65536
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PYTHON_NAMES = {"gbk": "gb18030", "shift_jis": "cp932", "euc-kr": "cp949", "big5": "big5hkscs", "utf-8": "utf-8"}
_NOT_ASCII_LIKE = {"utf-16-le", "utf-16-be", "iso2022_jp"}
_CHARSET_PARAMETER = re.compile(r";\s*charset\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;]*))", re.IGNORECASE)
_META = re.compile(rb"<!--.*?(?:-->|\Z)|<meta[\s/]((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE | re.DOTALL)
_ATTRIBUTE = re.compile(rb"([^\s=/\"'>]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]*))")
_CHARSET_IN_CONTENT = re.compile(rb"charset\s*=\s*[\"']?\s*([^\s;\"']+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """A page as text. ``charset`` is the name by which Python knows its charset; ``bom`` is how many bytes of
    byte-order mark stand before the text; ``strict`` is False where some bytes were no text and became U+FFFD."""

    text: str
    charset: str
    bom: int
    strict: bool = True

    def encode(self, text: str) -> bytes:
        """Turn text into bytes of this page's charset; what it cannot hold becomes a character reference."""
        if self.charset in ("utf-8", "utf-16-le", "utf-16-be"):
            return text.encode(self.charset, "replace")
        return text.replace("\ufffd", "?").encode(self.charset, "xmlcharrefreplace")

    @property
    def ascii_like(self) -> bool:
        """Whether ``<`` and ``>`` are always these single bytes, and these bytes always ``<`` and ``>``."""
        return self.charset not in _NOT_ASCII_LIKE


def undo_coding(body: bytes, content_encoding: str | None, *, limit: int) -> bytes:
    """Undo gzip, br and zstd. Never makes more than ``limit`` bytes, and a little besides, on its way.

    Raises Undecodable for any other coding, a broken or unfinished body, and one that grows past the limit.
    """
    names = [name.strip().lower() for name in (content_encoding or "").split(",")]
    codings = [name for name in names if name not in ("", "identity")]
    if len(codings) > MOST_CODINGS:
        raise Undecodable(f"the page bears {len(codings)} content codings")
    for name in reversed(codings):
        undo = _CODINGS.get(name)
        if undo is None:
            raise Undecodable(f"the content coding {name!r} cannot be undone")
        body = _gather(name, undo(body), limit)
    if len(body) > limit:
        raise Undecodable(f"the page is larger than {limit} bytes")
    return body


def read_text(body: bytes, content_type: str | None) -> Text:
    """Turn the bytes of a page into text: by its byte-order mark, its Content-Type, its ``meta``, or as UTF-8.

    Labels are the WHATWG's. Raises Undecodable for an unknown label, a byte-order mark that disagrees with the label,
    a page that declares nothing and is not UTF-8, and one of which much is no text in its charset.
    """
    bom, said = charset_of(body, content_type)
    charset = said or "utf-8"
    payload = body[bom:]
    try:
        return Text(payload.decode(charset), charset, bom)
    except UnicodeDecodeError:
        if charset in _NOT_ASCII_LIKE or _declared(body, content_type) is None:
            raise Undecodable(f"the page is not {charset}, and nothing says what else it is") from None
    text = payload.decode(charset, "replace")
    if text.count("\ufffd") * 100 > len(text) + 2000:
        raise Undecodable(f"more than one character in a hundred is not {charset}")
    return Text(text, charset, bom, strict=False)


def charset_of(beginning: bytes, content_type: str | None) -> tuple[int, str | None]:
    """How many bytes of byte-order mark a page begins with, and in which charset that, its Content-Type or its ``meta``
    says it is; None where nothing says so. Raises Undecodable where they disagree, and for an unknown label."""
    bom, charset = _byte_order_mark(beginning)
    declared = _declared(beginning, content_type)
    if charset is None or declared is None or charset == declared:
        return bom, charset or declared
    if {declared, charset} <= {"utf-16-le", "utf-16-be"}:
        return bom, charset
    raise Undecodable(f"the byte-order mark says {charset}, the page is declared as {declared}")


GZIP = b"\x1f\x8b"
"""How what gzip has packed begins."""


def unpacked(body: bytes, limit: int) -> bytes:
    """What a gzip file holds, member after member, ``limit`` bytes of it at most; the bytes themselves where it is
    none."""
    held = bytearray()
    with suppress(zlib.error):
        while body.startswith(GZIP) and len(held) < limit:
            inflater = zlib.decompressobj(wbits=31)
            held += inflater.decompress(body, limit - len(held))
            body = inflater.unused_data
    return bytes(held) or body


def opened(body: bytes) -> bytes:
    """What a whole body holds that is packed as zlib, zstd or br do it, as far as it is sound and of a size that text
    may have; nothing where it is none."""
    held = bytearray()
    undo = _inflate if body[:1] == b"\x78" else _unzstd if body.startswith(zstandard.FRAME_HEADER) else _unbrotli
    with suppress(zlib.error, brotli.error, zstandard.ZstdError, Undecodable):
        for piece in undo(body):
            held += piece
            if len(held) > _OPENED_AT_MOST:
                break
    return bytes(held)


def _gather(name: str, pieces: Iterator[bytes], limit: int) -> bytes:
    gathered = bytearray()
    try:
        for piece in pieces:
            gathered += piece
            if len(gathered) > limit:
                raise Undecodable(f"the page is larger than {limit} bytes once its {name} coding is undone")
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise Undecodable(f"the {name} coding of the page is broken: {error}") from error
    return bytes(gathered)


_STEP = 65536


def _gunzip(body: bytes) -> Iterator[bytes]:
    while True:
        inflater = zlib.decompressobj(wbits=31)
        piece = inflater.decompress(body, _STEP)
        yield piece
        while not inflater.eof and (piece or inflater.unconsumed_tail):
            piece = inflater.decompress(inflater.unconsumed_tail, _STEP)
            yield piece
        if not inflater.eof:
            raise Undecodable("the gzip coding of the page is cut off")
        body = inflater.unused_data
        if not body:
            return


def _inflate(body: bytes) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    yield inflater.decompress(body, _STEP)
    while inflater.unconsumed_tail:
        yield inflater.decompress(inflater.unconsumed_tail, _STEP)


def _unbrotli(body: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    yield decoder.process(body, output_buffer_limit=_STEP)
    while not decoder.is_finished() and not decoder.can_accept_more_data():
        yield decoder.process(b"", output_buffer_limit=_STEP)
    if not decoder.is_finished():
        raise Undecodable("the br coding of the page is cut off")


_ZSTD_FEED = 256
"""So few bytes at a time that what they can grow to (128 KiB for each four) stays small."""

_ZSTD_WINDOW = 8 * 1024 * 1024
"""The largest window that RFC 9659 lets a sender of the coding use."""


def _unzstd(body: bytes) -> Iterator[bytes]:
    while True:
        decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        fed = 0
        while fed < len(body) and not decoder.eof:
            yield decoder.decompress(body[fed : fed + _ZSTD_FEED])
            fed += _ZSTD_FEED
        if not decoder.eof:
            raise Undecodable("the zstd coding of the page is cut off")
        body = decoder.unused_data + body[fed:]
        if not body:
            return


_CODINGS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "br": _unbrotli,
    "zstd": _unzstd,
}


def _byte_order_mark(body: bytes) -> tuple[int, str | None]:
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return len(mark), charset
    return 0, None


def _declared(body: bytes, content_type: str | None) -> str | None:
    found = _CHARSET_PARAMETER.search(content_type or "")
    if found is not None:
        return _charset(found[1] or found[2] or found[3] or "")
    label = _meta_label(body[:_PRESCAN]) or _meta_label(body[:_LATE_META])
    if label is None:
        return None
    charset = _charset(label)
    # A meta that can be read as ASCII does not stand in UTF-16, whatever it says (WHATWG prescan, last steps).
    return "utf-8" if charset in ("utf-16-le", "utf-16-be") else charset


def _charset(label: str) -> str:
    encoding = webencodings.lookup(label)
    if encoding is None or encoding.name in ("replacement", "x-user-defined"):
        raise Undecodable(f"the charset label {label!r} is not one that can be read")
    return _PYTHON_NAMES.get(encoding.name) or str(encoding.codec_info.name)


def _meta_label(start: bytes) -> str | None:
    for found in _META.finditer(start):
        if found[1] is None:
            continue
        attributes: dict[bytes, bytes] = {}
        for name, *values in _ATTRIBUTE.findall(found[1]):
            attributes.setdefault(name.lower(), b"".join(values))
        label = attributes.get(b"charset", b"").strip()
        if not label and attributes.get(b"http-equiv", b"").strip().lower() == b"content-type":
            inner = _CHARSET_IN_CONTENT.search(attributes.get(b"content", b""))
            label = inner[1] if inner else b""
        if label:
            return label.decode("ascii", "replace")
    return None
