"""A judge of leaks that shares no code with what it judges: it looks for paragraphs in every decoded form of a page."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

WINDOW = 48
"""So many letters in a row are told from chance."""

_ESCAPE = re.compile(r"\\(?:u\{?([0-9a-fA-F]{4,6})\}?|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{64,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){48,}")
_TAG = re.compile(r"<[^>]*>")


def letters(text: str) -> str:
    """The letters and digits of a text alone, folded."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def leaks(page: str, withheld: Iterable[str], allowed: str, window: int = WINDOW) -> list[str]:
    """The paragraphs of which a stretch of so many letters stands in the page in any form, and is not in what is
    allowed."""
    permitted = letters(allowed)
    forms = {letters(form) for form in _forms(page)}
    found = []
    for paragraph in withheld:
        plain = letters(paragraph)
        for stretch in _stretches(plain, window):
            if stretch not in permitted and any(stretch in form for form in forms):
                found.append(paragraph)
                break
    return found


def _stretches(plain: str, window: int) -> Iterator[str]:
    if len(plain) < window:
        if len(plain) >= window // 2:
            yield plain
        return
    for start in range(0, len(plain) - window + 1, window // 4):
        yield plain[start : start + window]


def _forms(page: str) -> Iterator[str]:
    decoders = (html.unescape, _unescaped, unquote)
    layers = {page}
    for _ in range(2):
        layers |= {decode(layer) for layer in layers for decode in decoders}
    for layer in layers:
        yield layer
        yield _TAG.sub("", layer)
        yield from _packed(layer)
    for layer in (page, decoders[0](page), decoders[1](page)):
        yield codecs.encode(layer, "rot13")
        yield layer[::-1]


def _unescaped(text: str) -> str:
    def char(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code:
            number = int(code, 16)
            return chr(number) if number < 0x110000 else ""
        return {"n": "\n", "t": "\t", "r": "\r"}.get(found[3], found[3])

    return _ESCAPE.sub(char, text)


def _packed(text: str) -> Iterator[str]:
    for found in _BASE64.findall(text):
        data = found.rstrip("=").replace("-", "+").replace("_", "/")
        for start in range(4):
            piece = data[start:]
            yield from _texts(base64.b64decode(piece[: len(piece) // 4 * 4] + "", validate=False))
    for found in _HEX.findall(text):
        yield from _texts(binascii.unhexlify(found))


def _texts(data: bytes) -> Iterator[str]:
    yield data.decode("utf-8", "replace")
    for bits in (15, -15, 31):
        try:
            yield zlib.decompressobj(bits).decompress(data, 5_000_000).decode("utf-8", "replace")
        except zlib.error:
            continue


def structured_items(page: str) -> list[object]:
    """Every JSON-LD block of a page, parsed strictly. Raises ValueError for one that is no JSON."""
    blocks = re.findall(
        r"<script[^>]*type\s*=\s*[\"']?application/ld\+json[^>]*>(.*?)</script", page, re.IGNORECASE | re.DOTALL
    )
    return [json.loads(block) for block in blocks]
