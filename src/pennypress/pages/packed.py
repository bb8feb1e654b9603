"""Text packed into letters and digits: base64, hex and lists of character codes, each also deflated."""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Iterable, Iterator
from hashlib import blake2b

_CHARACTERS = 24_000_000
_INFLATED = 8_000_000
_SHORTEST = 24
_CHUNK = 16
_DEFLATED_FROM = 24
_READABLE_FROM = 14
_SAMPLE = 2048
_STREAMS_IN_ONE = 8
_NAMED = 48

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_HEX = b"0123456789abcdefABCDEF"
_APART = bytes(code if code in _BASE64 else 32 for code in range(256))
_STANDARD = bytes.maketrans(b"-_", b"+/")
_IN_A_ROW = re.compile(rb"\x01{12,}")
_HEX_PAIRS = re.compile(rb"(?:[0-9a-fA-F]{2} ){12,}+|(?:0x[0-9a-fA-F]{2} ){12,}+")
_WORD_LIST = re.compile(r"""(?:["'][A-Za-z0-9+/_-]{2,}+={0,2}["']\s{0,9}[,+;]\s{0,9}){5,}+["'][A-Za-z0-9+/_-]{2,}""")
_QUOTED = re.compile(r"[A-Za-z0-9+/_-]{2,}")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", re.DOTALL)
_READABLE = re.compile(
    rb"(?:[\t\n\r\x20-\x7e]++|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})++"
)
# Printable bytes as "a", other control bytes as "c". 24 printable bytes in a row do not come about by chance.
_SHAPE = bytes(97 if 32 <= code < 127 or code in (9, 10, 13) else 99 if code < 32 else 122 for code in range(256))
_PRINTABLE_RUN = re.compile(rb"a{24,}+")


class TooMuch(Exception):
    """A text that unpacks to more than will be looked at."""


class Work:
    """What may still be spent on one text: characters looked at; and which packed pieces need not be unpacked again."""

    def __init__(self, length: int, known: Iterable[bytes] = ()) -> None:
        self._left = _CHARACTERS + 64 * length
        self.seen = set(known)

    def spend(self, characters: int) -> None:
        """Raises TooMuch when all is spent."""
        self._left -= characters
        if self._left < 0:
            raise TooMuch

    def is_new(self, piece: bytes) -> bool:
        """Whether a piece comes up for the first time."""
        name = piece if len(piece) < _NAMED else blake2b(piece, digest_size=16).digest()
        if name in self.seen:
            return False
        self.seen.add(name)
        return True


def unpack(text: str, work: Work) -> Iterator[str]:
    """The texts packed in a text, those of one kind joined in their order. Raises TooMuch."""
    pieces = text.encode("utf-8", "replace").translate(_APART).split()
    long = [piece for piece in pieces if len(piece) >= _CHUNK]
    yield from _joined(_base64(long, work))
    yield from _joined(_hex(long, work))
    yield from _joined(_codes(pieces, work))
    yield from _joined(_hex_pairs(pieces, work))
    yield from _joined(_word_lists(text, work))


def _joined(texts: Iterator[str]) -> Iterator[str]:
    joined = "\n".join(texts)
    if joined:
        yield joined


def _base64(long: list[bytes], work: Work) -> Iterator[str]:
    mixed = [piece for piece in long if piece.upper() != piece != piece.lower()]
    for piece in mixed:
        if len(piece) >= _SHORTEST and work.is_new(piece):
            yield from _from_base64(piece, work)
    if len(mixed) > 1 and work.is_new(joined := b"".join(mixed)):
        yield from _from_base64(joined, work)


def _from_base64(piece: bytes, work: Work) -> Iterator[str]:
    """What a piece says in base64 of any alignment (text may stand before it), forwards and backwards."""
    for letters in (piece.translate(_STANDARD), piece.translate(_STANDARD)[::-1]):
        for start in range(4):
            yield from _texts(_bytes_of_base64(letters[start:]), work)


def _bytes_of_base64(piece: bytes) -> bytes:
    whole = len(piece) - (len(piece) % 4 == 1)
    return binascii.a2b_base64(piece[:whole] + b"=" * (-whole % 4))


def _hex(long: list[bytes], work: Work) -> Iterator[str]:
    digits = [piece for piece in long if not piece.translate(None, _HEX)]
    for piece in digits:
        if len(piece) >= _SHORTEST and work.is_new(piece):
            yield from _from_hex(piece, work)
    if len(digits) > 1 and work.is_new(joined := b"".join(digits)):
        yield from _from_hex(joined, work)


def _from_hex(piece: bytes, work: Work) -> Iterator[str]:
    for digits in (piece, piece[1:], piece[::-1]):
        yield from _texts(binascii.a2b_hex(digits[: len(digits) // 2 * 2]), work)


def _codes(pieces: list[bytes], work: Work) -> Iterator[str]:
    """Rows of numbers, each the code of a character or of a byte."""
    for row in _IN_A_ROW.finditer(bytes(map(bytes.isdigit, pieces))):
        codes = [int(number) for number in pieces[row.start() : row.end()] if len(number) < 8]
        work.spend(len(codes))
        if sum(code < 32 for code in codes) * 8 > len(codes):
            continue
        yield "".join(chr(code) for code in codes if code < 0x110000 and not 0xD800 <= code < 0xE000)
        if 128 <= max(codes, default=0) < 256:
            yield from _texts(bytes(codes), work)


def _hex_pairs(pieces: list[bytes], work: Work) -> Iterator[str]:
    """Rows of two hex digits each, and of four characters the first of which are 0x."""
    for width in (2, 4):
        for row in _IN_A_ROW.finditer(bytes(map(width.__eq__, map(len, pieces)))):
            for pairs in _HEX_PAIRS.findall(b" ".join(pieces[row.start() : row.end()]) + b" "):
                yield from _texts(binascii.a2b_hex(b"".join(pairs.split()).replace(b"0x", b"")), work)


def _word_lists(text: str, work: Work) -> Iterator[str]:
    """Lists of strings each of which is base64: words packed one by one."""
    for match in _WORD_LIST.finditer(text):
        for word in _QUOTED.findall(match[0]):
            data = _bytes_of_base64(word.encode("ascii").translate(_STANDARD))
            work.spend(len(data))
            try:
                yield data.decode("utf-8")
            except UnicodeDecodeError:
                continue


def _texts(data: bytes, work: Work) -> Iterator[str]:
    """The text that bytes are, or inflate to; nothing when they are neither."""
    for stream in _streams(data, work):
        yield from _read(stream, work)
    yield from _read(data, work)


def _read(data: bytes, work: Work) -> Iterator[str]:
    """The readable stretches of bytes: as UTF-8 where they look it, else their ASCII, and all of it as Western text."""
    data = data.replace(b"\0", b"")
    shape = data.translate(_SHAPE)
    if _is_utf8(data[:_SAMPLE]) or _is_utf8(data[len(data) // 2 :][:_SAMPLE]):
        stretches = [stretch for stretch in _READABLE.findall(data) if len(stretch) >= _READABLE_FROM]
    else:
        stretches = [data[run.start() : run.end()] for run in _PRINTABLE_RUN.finditer(shape)]
    if not stretches:
        return
    text = b"\n".join(stretches).decode("utf-8", "replace")
    work.spend(len(text))
    yield text
    if len(text) < len(data) and shape.count(b"c") * 16 < len(data) and _PRINTABLE_RUN.search(shape):
        yield data.decode("cp1252", "replace")


def _is_promising(data: bytes) -> bool:
    """Whether the beginning of a stream may be one of text, or of another packing."""
    return _PRINTABLE_RUN.search(data.translate(_SHAPE)) is not None or _is_utf8(data) or _ZLIB.match(data) is not None


def _is_utf8(data: bytes) -> bool:
    return data.decode("utf-8", "replace").count("\ufffd") < 8


def _streams(data: bytes, work: Work) -> Iterator[bytes]:
    """The deflated streams in bytes: zlib or gzip anywhere in them, raw at their start."""
    for count, match in enumerate(_ZLIB.finditer(data)):
        if count == _STREAMS_IN_ONE:
            break
        yield _inflate(data[match.start() :], 47, work)
    if len(data) >= _DEFLATED_FROM and data[0] & 0b110 in (0b010, 0b100):
        yield _inflate(data, -15, work)


def _inflate(data: bytes, window: int, work: Work) -> bytes:
    """What a stream inflates to, as far as it is sound. Raises TooMuch when that is out of all proportion."""
    stream = zlib.decompressobj(window)
    parts: list[bytes] = []
    size = 0
    rest = data
    while rest and not stream.eof:
        try:
            part = stream.decompress(rest, 4096 if size == 0 else 65_536)
        except zlib.error:
            break
        rest = stream.unconsumed_tail
        if not part and not rest:
            break
        parts.append(part)
        size += len(part)
        work.spend(len(part))
        if size > _INFLATED:
            raise TooMuch
        if size == len(part) and not _is_promising(part):
            break
    return b"".join(parts)
