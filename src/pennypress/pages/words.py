"""Words and their squeezed form: what is left of a text when only letters and digits count."""

from __future__ import annotations

import re
import unicodedata

# Letters by their Unicode category that a reader never sees, or that only stretch a word.
_UNSEEN_LETTERS = "\u115f\u1160\u3164\uffa0\u0640\u07fa"
# Scripts that put no spaces between words: each letter counts as a word.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u1b00-\u1b7f\u2e80-\u2fdf\u3005-\u3007"
    "\u3021-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua980-\ua9ff\uaa60-\uaa7f\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_UNSEEN = re.compile(rf"[\W_{_UNSEEN_LETTERS}]+")
_ASCII_UNSEEN = bytes(code for code in range(128) if not chr(code).isalnum())
_MANY = 128
_MARKS = frozenset({"Mn", "Mc", "Me", "Cf"})


def words(text: str) -> list[str]:
    """The words of a text, folded and squeezed; in scripts without spaces each letter is one.

    Marks and zero-width characters are no part of a word and do not end it. The words joined are ``squeeze(text)``.
    """
    folded = fold(text)
    if not folded.isascii():
        for char in _inside_words(folded):
            folded = folded.replace(char, "")
    return _WORD.findall(folded)


def squeeze(text: str) -> str:
    """The letters and digits of a text alone, folded.

    Accents, quotes, spaces, hyphens, ligatures, full-width forms and zero-width marks make no difference to it.
    """
    return letters(fold(text))


def fold(text: str) -> str:
    """A text compatibility-decomposed and casefolded."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKD", text).casefold()


def letters(folded: str) -> str:
    """The letters and digits alone of a text that is folded."""
    if folded.isascii():
        return folded.encode("ascii").translate(None, _ASCII_UNSEEN).decode("ascii")
    seen = folded.encode("utf-8", "replace").translate(None, _ASCII_UNSEEN).decode("utf-8")
    unseen = [char for char in set(seen) if not char.isalnum() or char in _UNSEEN_LETTERS]
    if len(unseen) > _MANY:
        return _UNSEEN.sub("", seen)
    for char in unseen:
        seen = seen.replace(char, "")
    return seen


def _inside_words(text: str) -> list[str]:
    return [char for char in set(text) if char in _UNSEEN_LETTERS or unicodedata.category(char) in _MARKS]
