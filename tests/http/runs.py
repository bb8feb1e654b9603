"""Whether an answer tells a run of eight words of a text, as one who wants the text would read the answer.

Written apart from the guard, which it judges: it undoes what readers and their tools undo, and compares letters.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import gzip
import html
import quopri
import re
import unicodedata
import zlib
from collections.abc import Iterator
from urllib.parse import unquote_plus

from tests.http.browser import Page

RUN = 8

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_MARKUP = re.compile(r"<[^<>]*>")
_WHITE = re.compile(r"\\[nrt]")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{40,}={0,2}\r?\n?)+")
_NO_LETTERS = re.compile(r"[\W_\u0300-\u036f]+")
_FIELD = re.compile(r"^(?:data:|(?:event|id|retry):.*)", re.MULTILINE)
_WORD_OBJECT = re.compile(r'[\[{]\s*(?:"\w+"\s*:\s*)?("(?:[^"\\]|\\.)*")[^\[\]{}]*[\]}]')


def tells(page: Page, text: str, shown: str = "") -> str | None:
    """A run of the text that stands in an answer, in its body or its head, without its spaces; None for none.

    What also stands in ``shown`` is no secret.
    """
    words, open_to_all = [_letters(word) for word in text.split()], _letters(shown)
    runs = ["".join(words[first : first + RUN]) for first in range(len(words) - RUN + 1)]
    runs = [run for run in runs if run not in open_to_all]
    return next((run for letters in set(map(_letters, _readings(page))) for run in runs if run in letters), None)


def _readings(page: Page) -> set[str]:
    """The answer as each of those would read it who might."""
    return {reading for text in _texts(page) for reading in _unescaped(text)}


def _texts(page: Page) -> Iterator[str]:
    for _, value in page.fields:
        yield value
        yield from _unpacked(value)
    bodies = [page.body]
    for unpack in (gzip.decompress, zlib.decompress, quopri.decodestring):
        try:
            bodies.append(unpack(page.body))
        except (OSError, EOFError, zlib.error):
            continue
    for body in bodies:
        text = body.decode("utf-8", "replace")
        yield text
        if "\ufffd" in text:
            yield body.decode("latin-1")
        if "\0" in text:
            yield body.decode("utf-16-le", "replace")
        yield from _unpacked(text)


def _unpacked(text: str) -> Iterator[str]:
    for found in _BASE64.findall(text):
        token = "".join(found.split())
        with contextlib.suppress(binascii.Error):
            yield base64.b64decode(token + "=" * (-len(token) % 4)).decode("utf-8", "replace")


def _unescaped(text: str) -> Iterator[str]:
    for _ in range(3):
        yield text
        yield _MARKUP.sub("", text)
        yield _FIELD.sub("", text)
        yield " ".join(_WORD_OBJECT.findall(text))
        plain = _WHITE.sub(" ", _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text))
        plain = html.unescape(unquote_plus(plain))
        if plain == text:
            return
        text = plain


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", (text if text.isascii() else unicodedata.normalize("NFKD", text)).casefold())
