"""Every form that a text may be read in: decoded, unpacked, without its tags, its strings alone."""

from __future__ import annotations

import html
import html.entities
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote_to_bytes

from pennypress.pages.packed import Work, unpack
from pennypress.pages.words import fold, letters, squeeze

# Each escape may stand twice and they may stand in each other; each round undoes one layer of every kind.
_ROUNDS = 8
_DEPTH = 3

_TAG = re.compile(r"<[^<>]*>")
# Possessive throughout, and each alternative of an unclosed comment or element runs to the end: linear on any input.
MARKUP = re.compile(
    r"<!--(?:[^-]++|-(?!->))*+(?:-->|\Z)"
    r"|<(script|style)\b[^>]*+>(?:[^<]++|<(?!/\1))*+(?:</\1[^>]*+>|\Z)"
    r"|</?[a-z](?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>",
    re.IGNORECASE,
)
"""Tags, and comments, scripts and styles whole, as a browser reads them."""

_SCRIPT = re.compile(r"<script\b[^>]*+>((?:[^<]++|<(?!/script))*+)", re.IGNORECASE)
_STRING = re.compile(
    r"""(?:"((?:[^"\\\n]++|\\.)*+)(?:"|\n|\\?\Z)|'((?:[^'\\\n]++|\\.)*+)(?:'|\n|\\?\Z)|`((?:[^`\\]++|\\.)*+)(?:`|\\?\Z))"""
    r"(\s{0,9}:)?",
    re.DOTALL,
)
_NAME_BEFORE = re.compile(r"([\w$]{1,40})\s{0,9}:\s{0,9}\Z")
_PERCENT = re.compile(r"%(?:u([0-9a-fA-F]{4})|[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*)")
_BACKSLASH = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,8})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{1,3})|(\r\n|.))", re.DOTALL
)
_CONTROL = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "\n": "",
    "\r\n": "",
    "\u2028": "",
    "\u2029": "",
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_STYLE_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})(?:\r\n|[ \t\r\n\f])?")
_STYLE_ESCAPED = re.compile(r"\\[0-9a-fA-F]{2}")
# An escape written backwards, and how far from the next one it may stand in a text written backwards.
_BACKWARDS = (re.compile(r"02%"), re.compile(r";([0-9a-zA-Z]{2,10}#?)&"), re.compile(r"[ux]\\"))
_HEX_BEFORE = re.compile(r"[0-9a-fA-F]{2}\Z")
_NEAR = 80
_AROUND = 400
_FEW = 6


def forms(text: str, work: Work) -> Iterator[str]:
    """The letters (as ``squeeze`` has them) of the text and of each form that it may be read in, lazily, its own first.

    Undone, in any nesting to a depth: character references, JSON, JavaScript and CSS escapes, percent-encoding, base64,
    hex and lists of character codes, each also deflated, and escapes written backwards; tags, comments and scripts
    taken out; strings of code joined. Raises TooMuch when ``work`` is used up.
    """
    return _forms(text, work, _DEPTH)


def forms_not_packed(text: str) -> Iterator[str]:
    """The same less what is packed in the text, which alone can be too much."""
    return _forms(text, Work(_ROUNDS * len(text)), 0)


def undone_once(text: str) -> str:
    """The text with one layer of every kind of escape undone."""
    return _undo_backslashes(html.unescape(_undo_percent(text)))


def _forms(text: str, work: Work, depth: int) -> Iterator[str]:
    for count in range(_ROUNDS):
        work.spend(len(text))
        folded = fold(text)
        yield letters(folded)
        yield from map(letters, _without_markup(folded))
        plain, keyed = _literals(text)
        yield from map(squeeze, _strings(plain, keyed))
        halfway = html.unescape(_undo_percent(text))
        if _has_style_escapes(halfway):
            styled = _undo_style_escapes(halfway)
            yield squeeze(styled)
            yield from map(squeeze, _strings(*_literals(styled)))
        undone = _undo_backslashes(halfway)
        settled = undone == text
        if depth and count == 0:
            for turned in _turned(text):
                yield from _forms(turned, work, depth - 1)
        if depth and (count in (0, _ROUNDS - 1) or settled):
            for whole in (text, "".join(plain)):
                for unpacked in unpack(whole, work):
                    yield from _forms(unpacked, work, depth - 1)
        if settled:
            return
        text = undone


def _without_markup(text: str) -> Iterator[str]:
    """The text with its tags taken out: naively, and as a browser reads it (without comments, scripts and styles)."""
    if "<" not in text:
        return
    naive = _TAG.sub("", text)
    if len(naive) < len(text):
        yield naive
    read = MARKUP.sub("", text)
    if len(read) < len(text) and read != naive:
        yield read


def _strings(plain: list[str], keyed: dict[str, list[str]]) -> Iterator[str]:
    """The string literals of scripts joined: once in their order, once ordered by the key that each is the value of."""
    yield from _joined(plain)
    yield from _joined([value for values in keyed.values() if len(values) > 1 for value in values])


def _literals(text: str) -> tuple[list[str], dict[str, list[str]]]:
    """The string literals of a script, or of the scripts in a page: all but keys in their order, and those by key."""
    code = "\n".join(_SCRIPT.findall(text)) if "<script" in text else text
    plain: list[str] = []
    keyed: dict[str, list[str]] = {}
    key = ""
    for match in _STRING.finditer(code):
        value = match[1] or match[2] or match[3] or ""
        start = match.start()
        if match[4]:
            key = value
            continue
        before = code[start - 1 : start]
        if before == ":" and not key and (name := _NAME_BEFORE.search(code, max(0, start - 60), start)):
            key = name[1]
        plain.append(value)
        if key:
            keyed.setdefault(key, []).append(value)
            key = ""
    return plain, keyed


def _joined(values: list[str]) -> Iterator[str]:
    if len(values) < 2:
        return
    joined = " ".join(values)
    yield joined
    if "\\" in joined:
        yield _undo_backslashes(joined)


def _turned(text: str) -> Iterator[str]:
    """The stretches of a text in which escapes stand backwards, turned round."""
    for pattern in _BACKWARDS:
        places = [match.start() for match in pattern.finditer(text) if _is_backwards(match, text)]
        for first, last in _dense(places):
            yield text[max(0, first - _AROUND) : last + _AROUND][::-1]


def _is_backwards(match: re.Match[str], text: str) -> bool:
    if match.lastindex:
        name = match[1][::-1]
        return name.startswith("#") or f"{name};" in html.entities.html5
    return match[0] == "02%" or _HEX_BEFORE.search(text, max(0, match.start() - 2), match.start()) is not None


def _dense(places: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of every row of places, a few at least, each near the next."""
    first = 0
    for after in range(1, len(places) + 1):
        if after == len(places) or places[after] - places[after - 1] > _NEAR:
            if after - first >= _FEW:
                yield places[first], places[after - 1]
            first = after


def _at_least(count: int, pattern: re.Pattern[str], text: str) -> bool:
    return next(islice(pattern.finditer(text), count - 1, None), None) is not None


def _undo_percent(text: str) -> str:
    return _PERCENT.sub(_percent, text) if "%" in text else text


def _percent(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    data = unquote_to_bytes(match[0])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _undo_backslashes(text: str) -> str:
    return _paired(_BACKSLASH.sub(_backslash, text)) if "\\" in text else text


def _backslash(match: re.Match[str]) -> str:
    group = match.lastindex
    if group == 5:
        return _CONTROL.get(match[5], match[5])
    return _char(int(match[4], 8)) if group == 4 else _char(int(match[group or 0], 16))


def _undo_style_escapes(text: str) -> str:
    return _STYLE_ESCAPE.sub(lambda match: _char(int(match[1], 16)), text)


def _has_style_escapes(text: str) -> bool:
    return "\\" in text and _at_least(_FEW // 2, _STYLE_ESCAPED, text)


def _char(code: int) -> str:
    return chr(code) if code < 0x110000 else ""


def _paired(text: str) -> str:
    """Surrogate halves that stand together made one character."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
