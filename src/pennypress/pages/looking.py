"""Every form in which an answer may be read by somebody who looks for an article's text in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
_FIELDS = re.compile(r"^(?:data: ?|(?:event|id|retry)\b.*|:.*)", re.MULTILINE)


def forms_of(text: str) -> Iterator[str]:
    """The letters of every form of an answer's text, its own first: what ``forms`` knows, and what is read line by
    line (captions, timed lyrics, events) also without what stands between the lines, and XML with its sections joined.
    Raises TooMuch at their end where some could not be read."""
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


def stands_in(withheld: Withheld, text: str) -> bool:
    """Whether a run of the withheld text stands in an answer's text in any form; True too where it unpacks to more
    than can be read."""
    if withheld.is_short(text):
        return False
    try:
        return any(withheld.stands_within(form) for form in forms_of(text))
    except TooMuch:
        return True
