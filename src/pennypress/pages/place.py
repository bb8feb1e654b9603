"""Where a notice or a wall can stand in a page: in the column of the text, and never where a block cannot be."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pennypress.pages.body import Body
from pennypress.pages.document import Document
from pennypress.pages.elements import CELLS, CLOSED

_INDENTED = frozenset(("li", "dd", "dt", "blockquote"))
"""Elements that a wall could stand in, but would look as part of."""


def notice_place(document: Document, body: Body | None) -> int | None:
    """The place in the text at which the notice goes in: just before the body, else at the top of the page's ``body``;
    None where neither is safe."""
    if body is not None:
        opening = opening_node(body)
        place = document.start_of(opening)
        if place is not None and _open_air(opening):
            return place
    return _top(document)


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
    holder = node.parent
    while holder is not None and holder.tag != "-document":
        yield holder
        holder = holder.parent


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
