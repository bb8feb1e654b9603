"""The blocks of a page: its leaves of text, in order, and the elements that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from pennypress.errors import Undecodable
from pennypress.pages.elements import BREAKING, INLINE, LEAVES, MUTE
from pennypress.pages.measure import count_words

DEEPEST = 1000
"""How many elements may stand one in the other; browsers give up at 512."""


class Box:
    """An element of the page. Its blocks are those with index ``first`` up to, not including, ``last``.

    ``holder`` is the innermost element, itself or one around it, that breaks a line; ``leaf`` the leaf that its own
    text is part of, None where that is bare.
    """

    __slots__ = ("depth", "first", "holder", "last", "leaf", "node", "order", "parent", "tag")

    def __init__(self, node: LexborNode, tag: str, parent: Box | None, first: int, order: int) -> None:
        self.node = node
        self.tag = tag
        self.parent = parent
        self.first = first
        self.last = first
        self.order = order
        self.depth: int = parent.depth + 1 if parent is not None else 0
        self.holder: Box = parent.holder if parent is not None and tag in INLINE else self
        around = parent.leaf if parent is not None and (tag in INLINE or "-" in tag) else None
        self.leaf: Box | None = self if tag in LEAVES else around

    def ancestors(self) -> Iterator[Box]:
        """This element, then each that holds it, outwards."""
        box: Box | None = self
        while box is not None:
            yield box
            box = box.parent

    def within(self, tags: frozenset[str]) -> bool:
        """Whether this element or one that holds it is one of these."""
        return any(box.tag in tags for box in self.ancestors())


@dataclass(frozen=True, slots=True)
class Block:
    """A leaf of text: its text nodes in order, the innermost block-level element around it, and its measure in words.

    ``linked`` is how many of the words stand in links; ``index`` is its place in the outline.
    """

    index: int
    box: Box
    texts: tuple[LexborNode, ...]
    text: str
    words: int
    linked: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The elements and blocks of a page in document order."""

    boxes: tuple[Box, ...]
    blocks: tuple[Block, ...]


def outline(root: LexborNode) -> Outline:
    """Read the blocks of an element, in document order. Raises Undecodable where elements nest beyond reason."""
    return _Reading(root).read()


class _Reading:
    """One walk over a tree, without recursion: pages nest deeper than Python's stack."""

    def __init__(self, root: LexborNode) -> None:
        self.root = root
        self.boxes: list[Box] = []
        self.blocks: list[Block] = []
        self.run: list[LexborNode] = []
        self.run_box: Box | None = None
        self.linked: list[str] = []
        self.speaks = False
        self.links = 0

    def read(self) -> Outline:
        box = self._open(self.root, self.root.tag or "", None)
        node: LexborNode | None = self.root.first_child
        while node is not None:
            entered = self._meet(node, box)
            if entered is not None:
                box = entered
                node = node.first_child
                continue
            following = node.next
            while following is None and box.parent is not None:
                closing = box
                self._close(closing)
                box = closing.parent or box
                following = closing.node.next
            node = following
        self._close(box)
        return Outline(tuple(self.boxes), tuple(self.blocks))

    def _meet(self, node: LexborNode, box: Box) -> Box | None:
        """Take note of a node; its box if it is to be entered."""
        tag = node.tag
        if tag == "-text":
            if self.run or not node.is_empty_text_node:
                self._add(node, box)
        elif tag == "br" or tag == "hr":
            if tag == "hr" or box.leaf is None:
                self._flush()
        elif tag is None or tag.startswith("-") or tag in MUTE:
            if tag in BREAKING and box.leaf is None:
                self._flush()
        elif node.first_child is None:
            if not self._is_inline(tag, box):
                self._flush()
        else:
            return self._open(node, tag, box)
        return None

    def _open(self, node: LexborNode, tag: str, parent: Box | None) -> Box:
        if parent is not None and not self._is_inline(tag, parent):
            self._flush()
        if tag == "a":
            self.links += 1
        box = Box(node, tag, parent, len(self.blocks), len(self.boxes))
        if box.depth > DEEPEST:
            raise Undecodable(f"the page nests more than {DEEPEST} elements one in the other")
        self.boxes.append(box)
        return box

    def _close(self, box: Box) -> None:
        if box.parent is None or not self._is_inline(box.tag, box.parent):
            self._flush()
        if box.tag == "a":
            self.links -= 1
        # A run that is still open began in this box or before it: the block that it becomes is counted for this box.
        box.last = len(self.blocks) + (1 if self.speaks else 0)

    def _is_inline(self, tag: str, parent: Box) -> bool:
        return tag in INLINE or ("-" in tag and parent.leaf is not None)

    def _add(self, node: LexborNode, box: Box) -> None:
        if not self.run:
            self.run_box = box.holder
        text = node.text_content or ""
        self.run.append(node)
        self.speaks = self.speaks or any(char.isalnum() for char in text)
        if self.links:
            self.linked.append(text)

    def _flush(self) -> None:
        if self.speaks:
            assert self.run_box is not None
            text = "".join(node.text_content or "" for node in self.run)
            linked = count_words(" ".join(self.linked)) if self.linked else 0
            self.blocks.append(Block(len(self.blocks), self.run_box, tuple(self.run), text, count_words(text), linked))
        self.run, self.linked, self.speaks = [], [], False
