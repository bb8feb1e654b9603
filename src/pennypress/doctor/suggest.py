"""A selector for the body of an article in which no rule finds one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pennypress.doctor.outside import site_bytes
from pennypress.http.answer import Answer
from pennypress.pages.words import words

_PLAIN = re.compile(r"-?[A-Za-z_][\w-]*\Z")
_SHARE = 0.6
_LEAST_WORDS = 80
_PASSED_OVER = "script, style, template, noscript, nav, header, footer, aside"


def body_selector(answer: Answer) -> str | None:
    """A selector that matches one element, the innermost that holds most of the page's words; None where there is
    none with a name of its own."""
    tree = LexborHTMLParser(site_bytes(answer))
    for node in tree.css(_PASSED_OVER):
        node.decompose()
    named = None
    for node in _inward(tree):
        named = _named(tree, node) or named
    return named


def _inward(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """The elements that hold most of the page's words, from the body inward; none where the page has few."""
    node = tree.body
    total = _words(node) if node is not None else 0
    while node is not None and total >= _LEAST_WORDS:
        yield node
        node = next((child for child in node.iter() if _words(child) >= _SHARE * total), None)


def _words(node: LexborNode) -> int:
    return len(words(node.text()))


def _named(tree: LexborHTMLParser, node: LexborNode) -> str | None:
    """A selector by tag, id or classes that this element alone answers to; None where there is none."""
    attributes = node.attributes
    ids = [f"#{name}" for name in (attributes.get("id") or "",) if _PLAIN.match(name)]
    classes = [f".{name}" for name in (attributes.get("class") or "").split() if _PLAIN.match(name)]
    tags = [node.tag] if node.tag in ("main", "article") else []
    candidates = [*ids, *classes, *tags]
    return next((selector for selector in candidates if len(tree.css(selector)) == 1), None)
