"""How long a text is, in words, and where its words and sentences end, in any script."""

from __future__ import annotations

import re

_FIRST_UNSPACED = "\u0e00"
_UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Scripts that set no spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, Tai, Japanese, Chinese."""

_WORD = re.compile(rf"(?=[{_UNSPACED}])\w|[^\s{_UNSPACED}]*(?![{_UNSPACED}])\w[^\s{_UNSPACED}]*")
_CLOSING = "\"'’”»›)\\]」』】〉》）］"
_SENTENCE = re.compile(
    rf"(?<![\s.])(?:[!?…‽؟۔।॥։።፧၊။៕᠃᠉]+[.!?]*|(?<!\b\w)(?<!\b[^\W\d_a-z]\w)\.+)"
    rf"[{_CLOSING}]*(?=\Z|\s+[^a-zß-öø-ÿа-яё\s]|\s+\Z)|[。！？｡．]+[{_CLOSING}]*"
)
"""A full stop ends nothing after an initial or a title (``J.``, ``Dr.``), nor before a small letter."""


def count_words(text: str) -> int:
    """How many words a text has; where a script sets no spaces, each of its letters is a word."""
    if text.isascii() or max(text) < _FIRST_UNSPACED:
        return len(text.split())
    return len(_WORD.findall(text))


def sentence_ends(text: str) -> list[int]:
    """Where each sentence of a text ends, closing quotes and brackets included."""
    return [found.end() for found in _SENTENCE.finditer(text)]
