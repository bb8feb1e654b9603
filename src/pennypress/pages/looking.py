"""Every form in which an answer may be read by somebody who looks for an article's text in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from pennypress.pages.decoding import forms, forms_not_packed
from pennypress.pages.packed import TooMuch, Work
from pennypress.pages.scattered import scattered
from pennypress.pages.withheld import Withheld

_TIMED = re.compile(r"^(?:[\d:.,]+\s*-->|\[\d+:\d\d|Dialogue:|\d+:\d\d:\d\d\.\d+,\d)", re.MULTILINE)
_TIMES = re.compile(
    r"(?:(?<=\n\n)|(?<=\n\r\n))[^\r\n]*\r?\n(?=[\d:.,]+\s*-->)"
    r"|^(?:WEBVTT.*|NOTE.*|STYLE.*|[\d:.,\s]*-->.*|[\d:.,]+$|(?:\[[\d:.]+\])+|Dialogue:(?:[^,\n]*,){9})|<[\d:.]+>",
    re.MULTILINE,
)
_CDATA_ENDS_AND_BEGINS = "]]><![CDATA["
_EVENT = re.compile(r"^data:", re.MULTILINE)
_QUOTED, _QUOTED_LETTER = "quoted-printable", re.compile(r"=[C-F][0-9A-F]=[89AB][0-9A-F]")
_SOFT_BREAK = re.compile(r"=[ \t]{0,9}\r?\n")
_QUOTED_BYTE = re.compile(r"=([0-9A-Fa-f]{2})")
_RICH_TEXT = "{\\rtf"
_RICH_TEXT_IN = re.compile(r"\\ansicpg(\d{3,5})")
_RICH_TEXT_WORD = re.compile(
    r"\\u(-?\d{1,6}) ?(?:\\'[0-9a-f]{2}|\?)?|((?:\\'[0-9a-fA-F]{2})++)|\\[a-z]{1,32}-?\d{0,10} ?"
)
_FIELDS = re.compile(r"^(?:data: ?|(?:event|id|retry)\b.*|:.*)", re.MULTILINE)


def forms_of(text: str) -> Iterator[str]:
    """The letters of every form of an answer's text, its own first: what ``forms`` knows; what is read line by line
    (captions, timed lyrics, events) also without what stands between the lines, XML with its sections joined, letters
    and rich text with what they write by number; and what is scattered put together. Raises TooMuch at their end where
    some could not be read."""
    try:
        yield from _forms_of(text, Work(len(text)))
    except TooMuch:
        yield from forms_not_packed(text)
        raise


def _forms_of(text: str, work: Work) -> Iterator[str]:
    for line_by_line in _readings(text):
        yield from forms(line_by_line, work)
        work.spend(len(line_by_line))
        yield from scattered(line_by_line)


def _readings(text: str) -> Iterator[str]:
    yield text
    if _TIMED.search(text):
        yield _TIMES.sub("", text)
    if _CDATA_ENDS_AND_BEGINS in text:
        yield text.replace(_CDATA_ENDS_AND_BEGINS, "")
    if _EVENT.search(text):
        yield _FIELDS.sub("", text)
    if _QUOTED_LETTER.search(text) or _QUOTED in text.lower():
        yield _QUOTED_BYTE.sub(r"%\1", _SOFT_BREAK.sub("", text))
    if _RICH_TEXT in text:
        yield _of_rich_text(text)


def _of_rich_text(text: str) -> str:
    """Rich text (RTF) without its control words, its letters by their numbers."""
    found = _RICH_TEXT_IN.search(text)
    charset = f"cp{found[1]}" if found is not None else "cp1252"

    def letter(match: re.Match[str]) -> str:
        if match[2]:
            with suppress(LookupError):
                return bytes.fromhex(match[2].replace("\\'", "")).decode(charset, "replace")
        return chr(int(match[1]) % 0x10000) if match[1] else ""

    return _RICH_TEXT_WORD.sub(letter, text)


def stands_in(withheld: Withheld, text: str) -> bool:
    """Whether a run of the withheld text stands in an answer's text in any form; True too where it unpacks to more
    than can be read."""
    if withheld.is_short(text):
        return False
    try:
        return any(withheld.stands_within(form) for form in forms_of(text))
    except TooMuch:
        return True
