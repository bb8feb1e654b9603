"""A parsed page in which every element that can hold a body knows where its start tag stands in the origin's bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pennypress.errors import Undecodable
from pennypress.pages.elements import WRAPPERS
from pennypress.pages.source import Text, read_text

_QUICK = 5000
"""The parser's time grows with the square of how many wrappers stand open; so many it takes in its stride."""

_MOST_ATTRIBUTES = 2000
"""The parser's time grows with the square of how many attributes a tag has; honest ones have a few dozen."""

_ATTRIBUTES = r"(?:[^>=]++|=[\t\n\f\r ]*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\s>\"'][^\s>]*+|(?=>)|\Z))*+(?:>|\Z)"
_RAW = r"script|noscript|textarea|iframe|xmp|noembed|noframes|(?:style|title)(?![^>]*/>)"
_FORMATTING = "a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u"
_TOKEN = re.compile(
    rf"""
    <!--(?:-?>|.*?(?:--!?>|\Z))
    |<(?P<raw>{_RAW})(?=[\s/>]){_ATTRIBUTES}.*?(?=</(?P=raw)[\s/>]|\Z)
    |<plaintext(?=[\s/>]).*
    |<(?:{_FORMATTING}|br|img|wbr|html|head|meta|link)(?=[\s/>]){_ATTRIBUTES}
    |(?P<open><[a-z][^\s/>]*+){_ATTRIBUTES}
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_START_TAG = re.compile(rf"<[a-z][^\s/>]*+{_ATTRIBUTES}", re.IGNORECASE | re.DOTALL)
_WRAPPER = re.compile(rf"<(/?)(?:{'|'.join(sorted(WRAPPERS))})(?=[\s/>])", re.IGNORECASE)
_VALUE = re.compile(r"=\s*+(?:\"[^\"]*+\"?|'[^']*+'?|[^\s>]*+)")
_DOCTYPE = re.compile(r"\s*(?:<!--.*?-->\s*)*(<!doctype[^>]*>)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Document:
    """A page's bytes, its text, and its tree; ``mark`` is the attribute that says where a start tag stands."""

    body: bytes
    text: Text
    tree: LexborHTMLParser
    mark: str

    def start_of(self, node: LexborNode) -> int | None:
        """Where in the text the start tag of an element stands; None where the page has none for it."""
        place = node.attributes.get(self.mark)
        return int(place) if place is not None and place.isdecimal() else None

    def after_start_of(self, node: LexborNode) -> int | None:
        """Where in the text the start tag of an element has ended; None where the page has none, or never ends it."""
        start = self.start_of(node)
        found = _START_TAG.match(self.text.text, start) if start is not None else None
        return found.end() if found is not None and found[0].endswith(">") else None

    def byte_offset(self, place: int) -> int | None:
        """Where in the origin's bytes a place of the text stands that is just before a ``<`` or just after a ``>``."""
        text = self.text.text
        if not self.text.ascii_like:
            return self.text.bom + len(text[:place].encode(self.text.charset))
        sign, after = ("<", 0) if text[place : place + 1] == "<" else (">", 1)
        if text.count(sign) != self.body.count(sign.encode()):
            return None
        before = text.count(sign, 0, place - after)
        offset = -1
        for _ in range(before + 1):
            offset = self.body.find(sign.encode(), offset + 1)
        return offset + after

    def unmark(self) -> None:
        """Take the marks off the tree; from now on no element knows where it stood."""
        for node in self.tree.css(f"[{self.mark}]"):
            del node.attrs[self.mark]

    def serialise(self) -> str:
        """The tree as it stands now, under the origin's own doctype, without the marks."""
        html = self.tree.html or ""
        html = re.sub(rf' {self.mark}=(?:"\d+"|\d+ )', "", html)
        own = _DOCTYPE.match(self.text.text)
        return re.sub(r"\A<!doctype[^>]*>", lambda _: own[1], html, flags=re.IGNORECASE) if own else html


def read_document(body: bytes, content_type: str | None) -> Document:
    """Parse a page. Raises Undecodable where its bytes are no text for certain, its wrappers nest or a tag's attributes
    are many beyond reason, or it has a ``plaintext``, which no page that is written anew can end."""
    text = read_text(body, content_type)
    mark = "data-at"
    while mark in text.text:
        mark += "-"
    marked, count, longest = _marked(text.text, mark)
    if "<plaintext" in text.text.lower():
        raise Undecodable("the page has a plaintext element")
    if longest > _MOST_ATTRIBUTES:
        raise Undecodable(f"a tag has more than {_MOST_ATTRIBUTES} attributes")
    if count > _QUICK and _nesting(text.text) > _QUICK:
        raise Undecodable(f"the page nests more than {_QUICK} elements one in the other")
    return Document(body, text, LexborHTMLParser(marked, scripting=True), mark)


def _marked(text: str, mark: str) -> tuple[str, int, int]:
    """The text with each start tag marked by its own place, how many there are, and about how many attributes the
    longest has.

    Formatting elements stay unmarked: the parser tells equal ones from unequal ones.
    """
    pieces: list[str] = []
    done = count = longest = 0
    for found in _TOKEN.finditer(text):
        if found.end() - found.start() > 2 * _MOST_ATTRIBUTES:
            longest = max(longest, _attributes_at(text, found.start()))
        end = found.end("open")
        if end >= 0:
            pieces.append(text[done:end])
            pieces.append(f" {mark}={found.start()} ")
            done = end
            count += 1
    pieces.append(text[done:])
    return "".join(pieces), count, longest


def _attributes_at(text: str, place: int) -> int:
    """About how many attributes the start tag at a place has; none for a comment."""
    found = _START_TAG.match(text, place)
    return 0 if found is None else len(_VALUE.sub(" ", found[0]).replace("/", " ").split()) - 1


def _nesting(text: str) -> int:
    deepest = depth = 0
    for found in _WRAPPER.finditer(text):
        depth = max(depth - 1, 0) if found[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest
