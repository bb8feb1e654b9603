"""The cut: a page's tree without the withheld part of its article's body, and a mark at which the wall goes in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from pennypress.pages.blocks import Block
from pennypress.pages.body import Body
from pennypress.pages.document import Document
from pennypress.pages.elements import AFTERWARDS, UNSEEN
from pennypress.pages.place import opening_node, wall_anchor, wall_successor
from pennypress.pages.preview import Preview

_SEEN = "img, picture, video, audio, iframe, object, embed, canvas, svg, math, input, button, select, textarea"
_WIDE = frozenset(("body", "main"))
_FRAME = frozenset(("html", "body"))


@dataclass(frozen=True, slots=True)
class Cutting:
    """A page after the cut: the empty element in whose stead the wall goes in, the text nodes of the preview, the text
    that the page still shows of the body, and the text that was taken out."""

    mark: LexborNode
    texts: tuple[LexborNode, ...]
    kept: str
    withheld: str


def cut_body(document: Document, body: Body, preview: Preview) -> Cutting:
    """Take out of the tree what the preview does not show, and put a mark where the wall goes in."""
    kept, rest = preview.parted(body)
    going = [block for block in body.blocks[preview.blocks :] if _goes(block, body)]
    part = rest.split("\n", 1)[0] if preview.letters else ""
    withheld = "\n".join(
        [part, *(block.text for block in going if not (part and block is body.blocks[preview.blocks]))]
    )
    mark = _put_mark(document, body, preview)
    removal = _Removal(body, going, mark.tag or "")
    texts: list[LexborNode] = []
    if preview.last is None:
        removal.from_start()
    else:
        texts = _shown_texts(body, preview)
        texts.append(_shortened(preview.last, preview.length))
        removal.after(texts[-1], body.blocks[preview.blocks - (0 if preview.letters else 1)])
    return Cutting(mark, tuple(texts), kept, withheld)


def _shown_texts(body: Body, preview: Preview) -> list[LexborNode]:
    """The text nodes of the preview before its last."""
    texts = [text for block in body.blocks[: preview.blocks + 1] for text in block.texts]
    last = next(place for place, text in enumerate(texts) if preview.last and text.mem_id == preview.last.mem_id)
    return texts[:last]


def _goes(block: Block, body: Body) -> bool:
    """Whether a block behind the preview is withheld: all in the column, and beside it what is neither a list of links
    nor the page's own foot."""
    within = block.index >= body.column.first and block.index < body.column.last
    if within and body.column.tag not in _WIDE:
        return True
    return block.linked * 2 <= block.words and not block.box.within(AFTERWARDS)


def _put_mark(document: Document, body: Body, preview: Preview) -> LexborNode:
    name = "pennypress-mark"
    while name in document.text.text:
        name += "-"
    mark = document.tree.create_node(name)
    if preview.last is None:
        wall_successor(opening_node(body)).insert_before(mark, move=True)
    else:
        wall_anchor(body, preview.last).insert_after(mark, move=True)
    placed = document.tree.css_first(name)
    assert placed is not None
    return placed


def _shortened(node: LexborNode, length: int) -> LexborNode:
    """The text node with only so many of its characters: itself, or one in its stead."""
    text = node.text_content or ""
    if length >= len(text):
        return node
    node.insert_before(text[:length])
    shorter = node.prev
    assert shorter is not None
    node.remove()
    return shorter


class _Removal:
    """Takes out of the tree all that goes and what stands among it, up to the last block that goes."""

    def __init__(self, body: Body, going: list[Block], mark: str) -> None:
        self.body = body
        self.mark = mark
        self.holders = _holders(going)
        self.last = _holders(going[-1:])
        self.over = not going
        self.column = body.column.node.mem_id if body.column.tag not in _WIDE else 0

    def after(self, node: LexborNode, block: Block) -> None:
        """Take out what follows a text node of this block."""
        pieces = list(self.body.pieces)
        home = next(place for place, piece in enumerate(pieces) if piece.first <= block.index < piece.last)
        self._follow(node, pieces[home].node)
        for piece in pieces[home + 1 :]:
            if piece.first > block.index:
                self._drop(piece.node, deep=piece.node.mem_id == self.column or self._in_column(piece.node))

    def from_start(self) -> None:
        """Take out the body from its first text on."""
        first = self.body.blocks[0]
        node = first.texts[0]
        self.after(node, first)
        parent = node.parent
        node.remove()
        column = self.body.column.node.mem_id
        while parent is not None and parent.tag not in _FRAME and parent.mem_id != column and _is_empty(parent):
            node, parent = parent, parent.parent
            node.remove()

    def _follow(self, node: LexborNode, piece: LexborNode) -> None:
        here: LexborNode | None = node
        deep = self._in_column(node)
        while here is not None and here.mem_id != piece.mem_id:
            if here.mem_id == self.column:
                deep = False
            for sibling in list(_following(here)):
                self._drop(sibling, deep=deep)
            here = here.parent

    def _in_column(self, node: LexborNode) -> bool:
        holder = node.parent
        while holder is not None:
            if holder.mem_id == self.column:
                return True
            holder = holder.parent
        return False

    def _drop(self, node: LexborNode, *, deep: bool) -> None:
        """Take out one node, if it goes: in the column whatever it is, beside it until the last block that goes."""
        tag = node.tag
        if tag == self.mark or tag == "body":
            return
        goes = node.mem_id in self.holders
        stays = not goes and (self.over or tag in UNSEEN or tag in AFTERWARDS)
        if node.mem_id in self.last:
            self.over = True
        if deep or not stays:
            node.remove()


def _holders(blocks: Iterable[Block]) -> set[int]:
    """The nodes that hold any of these blocks, and the blocks' own."""
    holders: set[int] = set()
    for block in blocks:
        for text in block.texts:
            node: LexborNode | None = text
            while node is not None and node.mem_id not in holders:
                holders.add(node.mem_id)
                node = node.parent
    return holders


def _following(node: LexborNode) -> Iterator[LexborNode]:
    following = node.next
    while following is not None:
        yield following
        following = following.next


def _is_empty(node: LexborNode) -> bool:
    return not node.text().strip() and node.css_first(_SEEN) is None
