"""Text whose words stand apart: times, numbers and labels between them, or each in an attribute, a row or a column."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from pennypress.pages.decoding import MARKUP, undone_once
from pennypress.pages.words import squeeze

_MANY = 4
"""What stands in so many places may be one text that is told in them."""

_NEAR = 200
_AROUND = 200
_DIGITS = re.compile(r"\d+")
_WITH_DIGITS = re.compile(r"(?<![^\W_])[A-Za-z_.:#-]{0,12}\d(?:\w|[.:,;/%+-](?=\d))*+")
_SPOKEN = re.compile(r"<(rt|rp)\b[^<>]*>[^<]*+(?:</\1\s?>)?", re.IGNORECASE)
_HIDDEN = re.compile(
    r"<([a-z]\w{0,20})\b[^<>]{0,300}?(?:display\s?:\s?none|visibility\s?:\s?hidden|\shidden\b)[^<>]{0,300}>[^<]*+</\1\s?>",
    re.IGNORECASE,
)
_HIDES = ("display:none", "display: none", "visibility:hidden", "visibility: hidden", " hidden")
_ATTRIBUTE = re.compile(r"\s([\w:-]++)\s?=\s?(?:\"([^\"]*+)\"|'([^']*+)')")
_NO_TEXT_IN = frozenset(("class", "id", "href", "src", "srcset", "style", "type", "rel", "d", "for", "role", "xmlns"))
_ROW = re.compile(r"[\[(]([^\[\]()\"']*+[\"'][^\[\]()]*+)[\])]")
_ITEM = re.compile(r"\"((?:[^\"\\]++|\\.)*+)(?:\"|\\?\Z)|'((?:[^'\\]++|\\.)*+)(?:'|\\?\Z)", re.DOTALL)
_LINE = re.compile(r"^[ \t-]*+([^\W\d][\w.]{0,30})[ \t]?[:=][ \t]*+(\S.*)$", re.MULTILINE)
_LINES = 8
_SEPARATORS = ("\t", ",", ";", "|")


def scattered(text: str) -> Iterator[str]:
    """The letters of a text that stands apart in an answer, put together: without numbers and the tokens that hold
    them, without what is hidden, and the values of each attribute, key, row and column by themselves. Each only where
    there are marks of it."""
    plain = undone_once(text)
    seen = _less_hidden(plain)
    visible = MARKUP.sub(" ", seen) if "<" in seen else seen
    if len(seen) < len(plain):
        yield squeeze(visible)
    if numberless := "\n".join(_WITH_DIGITS.sub("", stretch) for stretch in _numbered(visible)):
        yield squeeze(numberless)
    for values in (_attributes(text), _rows(text), _lines(text), _columns(text)):
        if joined := "\n".join(values):
            yield squeeze(undone_once(joined))


def _less_hidden(text: str) -> str:
    if "<rt" in text or "<RT" in text:
        text = _SPOKEN.sub("", text)
    if sum(map(text.count, _HIDES)) >= _MANY:
        text = _HIDDEN.sub(" ", text)
    return text


def _numbered(text: str) -> Iterator[str]:
    """The stretches of a text in which numbers stand near one another."""
    places = [match.start() for match in _DIGITS.finditer(text)]
    first = 0
    for after in range(1, len(places) + 1):
        if after == len(places) or places[after] - places[after - 1] > _NEAR:
            if after - first >= _MANY:
                yield text[max(0, places[first] - _AROUND) : places[after - 1] + _AROUND]
            first = after


def _attributes(text: str) -> Iterator[str]:
    if text.count('="') + text.count("='") + text.count('= "') < _MANY:
        return iter(())
    found = ((name, one or other) for name, one, other in _ATTRIBUTE.findall(text))
    return _by_key((name, value) for name, value in found if name not in _NO_TEXT_IN)


def _rows(text: str) -> Iterator[str]:
    """The first strings of lists, or of what is called again and again, then the second ones, and so on."""
    rows = (_ITEM.findall(row) for row in _ROW.findall(text))
    return _by_key((str(at), one or other) for row in rows if len(row) > 1 for at, (one, other) in enumerate(row))


def _lines(text: str) -> Iterator[str]:
    """What follows each key in lines that begin with one."""
    return iter(()) if text.lstrip().startswith("<") else _by_key(_LINE.findall(text))


def _columns(text: str) -> Iterator[str]:
    """The columns of a table in lines, one after the other."""
    lines = [line for line in text.split("\n", 20)[1:20] if line.strip()][:_LINES]
    separator = next((sign for sign in _SEPARATORS if len(lines) == _LINES and all(sign in line for line in lines)), "")
    if not separator:
        return iter(())
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=separator))
    except csv.Error:
        return iter(())
    return _by_key((str(at), value) for row in rows for at, value in enumerate(row))


def _by_key(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The values of every key that has many, by key."""
    values: dict[str, list[str]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return chain.from_iterable(held for held in values.values() if len(held) >= _MANY)
