"""Marking in a whole page what its cut form lacks: that part, and nothing else, is said not to be free."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pennypress.pages.document import Document
from pennypress.pages.elements import UNSEEN
from pennypress.pages.structured import WITHHELD_SELECTOR

_CLASS = WITHHELD_SELECTOR.removeprefix(".")
_SILENT = UNSEEN | {"noscript", "title", "head"}
_WITHOUT_ELEMENTS = _SILENT | {"select", "option", "optgroup", "textarea", "iframe", "xmp", "noembed", "noframes"}
"""Elements in whose text no element can stand."""
_MEDIA = "img, picture, video, audio, iframe, object, embed, canvas, svg, math"


@dataclass(frozen=True, slots=True)
class Trace:
    """A node of a tree, remembered beyond its life: its identity while it lives, its name, and its own text."""

    identity: int
    name: str
    text: str


def traces(tree: LexborHTMLParser) -> list[Trace]:
    """The nodes of a tree's body, in the order of the document."""
    return [_trace(node) for node in _nodes(tree)]


def mark_gone(document: Document, before: Sequence[Trace], cut: LexborHTMLParser, kept: tuple[int, int] | None) -> bool:
    """Mark in a whole page what is gone from a cut tree, whose nodes ``before`` the cut were those of this page.

    Elements that are gone whole bear a class, single texts stand in elements of that class; none stands in another.
    ``kept`` is the text (by its identity in this page) of which so many letters stay. Whether anything was marked.
    """
    left = {trace.identity: trace for trace in traces(cut)}
    inside: set[int] = set()
    elements: list[LexborNode] = []
    texts: list[tuple[LexborNode, int]] = []
    for node, old in zip(_nodes(document.tree), before, strict=True):
        parent = node.parent
        if parent is not None and parent.mem_id in inside:
            inside.add(node.mem_id)
            continue
        now = left.get(old.identity)
        if node.is_text_node:
            length = _length_left(node, old, now, kept)
            if (node.text_content or "")[length:].strip() and not _stands_in_none(node):
                texts.append((node, length))
        elif now is None or now.name != old.name:
            inside.add(node.mem_id)
            if node.tag not in _SILENT and _shows(node):
                elements.append(node)
    for element in elements:
        mark(element)
    for text, length in texts:
        _wrap(document, text, length)
    return bool(elements or texts)


def mark(node: LexborNode) -> None:
    """Give an element the class of what is withheld."""
    own = (node.attributes.get("class") or "").split()
    node.attrs["class"] = " ".join((*own, _CLASS))


def _nodes(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    root = tree.body
    return iter(()) if root is None else root.traverse(include_text=True)


def _trace(node: LexborNode) -> Trace:
    return Trace(node.mem_id, node.tag or "", (node.text_content or "") if node.is_text_node else "")


def _length_left(node: LexborNode, old: Trace, now: Trace | None, kept: tuple[int, int] | None) -> int:
    """How many letters of a text a walled reader gets."""
    if kept is not None and node.mem_id == kept[0]:
        return kept[1]
    if now is None or now.name != old.name or not old.text.startswith(now.text):
        return 0
    return len(now.text)


def _stands_in_none(text: LexborNode) -> bool:
    return text.parent is not None and text.parent.tag in _WITHOUT_ELEMENTS


def _shows(node: LexborNode) -> bool:
    """Whether an element shows a text or a picture."""
    if node.css_matches(_MEDIA) or node.css_first(_MEDIA) is not None:
        return True
    return any(
        part.is_text_node and (part.text_content or "").strip() and part.parent is not None
        and part.parent.tag not in _SILENT
        for part in node.traverse(include_text=True)
    )  # fmt: skip


def _wrap(document: Document, text: LexborNode, kept: int) -> None:
    """Wrap a text node from a number of letters on."""
    whole = text.text_content or ""
    span = document.tree.create_node("span")
    span.attrs["class"] = _CLASS
    if kept:
        text.insert_before(whole[:kept])
    span.insert_child(whole[kept:])
    text.replace_with(span)
