"""Where in the text of a TOML file each key, item and table stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

KeyPath = tuple[str | int, ...]
"""The way to a value: keys, and numbers of list items from 0."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_KEY = re.compile(r"""(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^=\n"'])+""")
_HEADER = re.compile(r"""\[\[?((?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^\]\n"'])+)\]\]?""")
_SCALAR = re.compile(r"[^,\]}\n#]+")


def lines(document: str) -> Mapping[KeyPath, int]:
    """The line, from 1, of every key, list item and table of a document that tomllib has read without a fault."""
    return _Scan(document).lines


class _Scan:
    """One pass over a document. It trusts that the document is well formed, so it only has to find ends."""

    def __init__(self, document: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = document
        self._at = 0
        self._items: dict[KeyPath, int] = {}
        table: KeyPath = ()
        while self._skip():
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self) -> bool:
        self._take(_BLANK)
        return self._at < len(self._text)

    def _take(self, wanted: re.Pattern[str]) -> str:
        match = wanted.match(self._text, self._at)
        self._at = match.end() if match else self._at + 1
        return match[0] if match else ""

    def _note(self, path: KeyPath) -> None:
        line = self._text.count("\n", 0, self._at) + 1
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _header(self) -> KeyPath:
        start = self._at
        double = self._text.startswith("[[", start)
        header = _HEADER.match(self._text, start)
        keys = _keys(header[1]) if header else ()
        path: KeyPath = ()
        for place, key in enumerate(keys):
            path = (*path, key)
            if double and place == len(keys) - 1:
                self._items[path] = self._items.get(path, -1) + 1
            if path in self._items:
                path = (*path, self._items[path])
        self._note(path)
        self._take(_HEADER)
        return path

    def _pair(self, table: KeyPath) -> None:
        self._skip()
        start = self._at
        path = (*table, *_keys(self._take(_KEY)))
        after, self._at = self._at, start
        self._note(path)
        self._at = after + 1
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        self._skip()
        self._note(path)
        opening = self._text[self._at]
        if opening in "\"'":
            self._take(_STRING)
        elif opening in "[{":
            self._at += 1
            self._members(path, closing="]" if opening == "[" else "}")
        else:
            self._take(_SCALAR)

    def _members(self, path: KeyPath, *, closing: str) -> None:
        place = 0
        while self._skip() and self._text[self._at] != closing:
            if self._text[self._at] == ",":
                self._at += 1
            elif closing == "]":
                self._value((*path, place))
                place += 1
            else:
                self._pair(path)
        self._at += 1


def _keys(written: str) -> tuple[str, ...]:
    """The keys of a dotted key as it is written, quotes and escapes undone."""
    keys: list[str] = []
    value: object = tomllib.loads(f"{written.strip()} = 0")
    while isinstance(value, dict):
        key, value = next(iter(value.items()))
        keys.append(key)
    return tuple(keys)
