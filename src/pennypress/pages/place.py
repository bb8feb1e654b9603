"""Where a notice or a wall can stand in a page: in the column of the text, and never where a block cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pennypress.pages.body import Body
from pennypress.pages.document import Document
from pennypress.pages.elements import CELLS, CLOSED
from pennypress.pages.nodes import above

_INDENTED = frozenset(("li", "dd", "dt", "blockquote"))
"""Elements that a wall could stand in, but would look as part of."""


_SHADOW_HOSTS = frozenset(("article", "aside", "blockquote", "div", "footer", "header", "main", "nav", "p", "section"))
_SHADE = (b'<template shadowrootmode="open">', b"<slot></slot></template>")
"""What puts a notice before the content of the element it stands in, where no script of the page finds it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a page's text for the notice, and the mark-up (ASCII) that goes in around it."""

    at: int
    before: bytes = b""
    after: bytes = b""


def notice_place(document: Document, body: Body | None, *, hydrated: bool) -> Place | None:
    """The place at which the notice goes in: just before the body, else at the top of the page's ``body``; None where
    neither is safe.

    What hydrates a page takes a stranger out of the elements that it made. There the notice stands before the child of
    the page's ``body`` that holds the article, or, where that would be before the site's skip link, in the shade.
    """
    if body is not None and hydrated:
        outside = _outermost(opening_node(body))
        skip = _skip_link(document.tree)
        if skip is not None and _outermost(skip).mem_id == outside.mem_id:
            return _in_the_shade(document, body.column.node, skip)
        at = document.start_of(outside)
        return None if at is None else Place(at)
    if body is not None:
        opening = opening_node(body)
        at = document.start_of(opening)
        if at is not None and _open_air(opening):
            return Place(at)
    at = _top(document)
    return None if at is None else Place(at)


def opening_node(body: Body) -> LexborNode:
    """The element before which the body's own text begins: the column, or what in it holds the first block."""
    first = body.blocks[0]
    chain = list(first.box.ancestors())
    column = chain.index(body.column) if body.column in chain else None
    opening = chain[0]
    for depth, box in enumerate(chain):
        if box.tag == "body" or box.first != first.index or (column is not None and depth > column):
            break
        if depth == column and box.tag in ("article", "main"):
            break
        opening = box
    return opening.node


def wall_anchor(body: Body, last: LexborNode) -> LexborNode:
    """The node directly after which the wall goes in, where ``last`` is the text node in which the preview ends."""
    homes = {box.node.mem_id for box in (*body.homes, body.column)}
    anchor = last
    for node in _around(last):
        if node.mem_id in homes:
            return _into_the_open(anchor)
        anchor = node
    return _into_the_open(last)


def wall_successor(opening: LexborNode) -> LexborNode:
    """The node directly before which the wall goes in, where nothing of the body is shown."""
    return _into_the_open(opening)


def _in_the_shade(document: Document, column: LexborNode, skip: LexborNode) -> Place | None:
    """A place in the element around the article's column, where readers for articles do not look; where that holds the
    skip link, in the column itself."""
    holder = column.parent
    past_skip = holder is not None and all(node.mem_id != holder.mem_id for node in _around(skip))
    for host in (holder if past_skip else None, column):
        if host is not None and host.tag in _SHADOW_HOSTS:
            at = document.after_start_of(host)
            if at is not None:
                return Place(at, *_SHADE)
    return None


def _outermost(node: LexborNode) -> LexborNode:
    """The child of the page's ``body`` that holds a node."""
    for holder in _around(node):
        if holder.tag == "body":
            break
        node = holder
    return node


def _into_the_open(anchor: LexborNode) -> LexborNode:
    """The node itself, or the one around it that stands where a block can be."""
    for node in _around(anchor):
        if node.tag in CELLS:
            return anchor
        if node.tag in CLOSED or node.tag in _INDENTED or _is_hidden(node):
            anchor = node
    return anchor


def _open_air(node: LexborNode) -> bool:
    return all(not (holder.tag in CLOSED or _is_hidden(holder)) for holder in _around(node))


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    style = "".join((attributes.get("style") or "").split()).lower()
    return "hidden" in attributes or attributes.get("aria-hidden") == "true" or "display:none" in style


def _around(node: LexborNode) -> Iterator[LexborNode]:
    """The elements around a node, the nearest first."""
    return takewhile(lambda holder: holder.tag != "-document", above(node))


def _top(document: Document) -> int | None:
    """Just after the opening ``body`` tag, or after the site's skip link where one stands there."""
    root = document.tree.body
    if root is None:
        return None
    skip = _skip_link(document.tree)
    if skip is not None:
        return _after(document, skip)
    place = document.after_start_of(root)
    first = root.first_child
    if place is None and first is not None:
        return document.start_of(first)
    return place


def _skip_link(tree: LexborHTMLParser) -> LexborNode | None:
    """The first link of the page, if it leads to a place in the page itself."""
    first = tree.css_first("body a[href]")
    link = (first.attributes.get("href") or "") if first is not None else ""
    return first if link.startswith("#") and len(link) > 1 else None


def _after(document: Document, node: LexborNode) -> int | None:
    """Just before the next element, in the open, that stands behind this one."""
    here: LexborNode | None = node
    while here is not None and here.tag != "body":
        following = here.next
        while following is not None:
            place = document.start_of(following)
            if place is not None and following.tag not in CLOSED and _open_air(following):
                return place
            following = following.next
        here = here.parent
    return None
