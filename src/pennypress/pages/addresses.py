"""Addresses in a text: what a page is called there says nothing of what it withholds."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SHORTEST, _LONGEST = 24, 400
_LONGEST_SLUG = 200
_LONGEST_LINK = 2_000
_PATH = re.compile(r"/(?:[A-Za-z0-9._~%:@!$*/-]|\\/)*+")
_HOST = re.compile(r"/\\?/[^/\\]*\\?/?")
_SLUG = re.compile(r'"([a-z0-9]++(?:-[a-z0-9]++){5,})(?=")')
_BEFORE = frozenset("\"'=(>: \t\r\n")
_SPACE = "%20"
_ASIDE = "pennypress-aside-"
_PUT_ASIDE = re.compile(_ASIDE + r"(\d+)-")


class Aside:
    """The paths of addresses put aside from a text for a while: long ones, which may be made of an article's words. A
    query is none, nor is what holds spaces."""

    def __init__(self) -> None:
        self._paths: list[str] = []

    def put(self, text: str) -> str:
        """The text with something short in their place."""
        pieces: list[str] = []
        at = 0
        for first, end in _paths(text):
            pieces += (text[at:first], f"{_ASIDE}{len(self._paths)}-")
            self._paths.append(text[first:end])
            at = end
        return "".join(pieces) + text[at:]

    def back(self, text: str) -> str:
        """A text with those back that are left in it."""
        return _PUT_ASIDE.sub(lambda found: self._paths[int(found[1])], text)


def may_put_aside(text: str) -> bool:
    """Whether nothing in a text looks like what stands for an address there."""
    return _ASIDE not in text


def paths_in(text: str) -> list[str]:
    """The paths of the addresses in a text that may be made of an article's words."""
    return [text[first:end] for first, end in _paths(text)]


def is_link(text: str) -> bool:
    """Whether a text is nothing but an address, with spaces around it or not."""
    link = text.strip()
    return (
        link[:8].lower().startswith(("/", "http://", "https://"))
        and len(link) < _LONGEST_LINK
        and not any(char.isspace() for char in link)
    )


def _paths(text: str) -> Iterator[tuple[int, int]]:
    """From where to where they stand, each after its first slash."""
    found = [span for one in _PATH.finditer(text) if (span := _path(text, one)) is not None]
    slugs = (one.span(1) for one in _SLUG.finditer(text) if len(one[1]) <= _LONGEST_SLUG)
    yield from sorted((*found, *slugs))


def _path(text: str, found: re.Match[str]) -> tuple[int, int] | None:
    first, end = found.span()
    if end - first < _SHORTEST or _SPACE in found[0]:
        return None
    before = first - 1 if first and text[first - 1] == "\\" else first
    if before and text[before - 1] not in _BEFORE:
        return None
    host = _HOST.match(text, first, end)
    begin = first + 1 if host is None else host.end()
    return (begin, end) if _SHORTEST <= end - begin <= _LONGEST else None
