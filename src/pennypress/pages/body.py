"""The body of an article: which of the blocks in the elements that hold it are its own text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pennypress.pages.blocks import Block, Box, Outline
from pennypress.pages.elements import BESIDE, LEAVES, TEXTUAL
from pennypress.pages.measure import sentence_ends
from pennypress.pages.prose import Prose
from pennypress.pages.words import squeeze, words

SHARE = 4
"""The preview is at most one in so many of the body's words."""

_RUN = 8
"""So many words in a row are no chance."""

_SENTENCE = 14
"""A block of so many words says something even without a full stop."""

_OF_THE_VEIN = 0.2
"""A kind of block with so great a share of the commonest kind's words is body too."""

_BEYOND_DOUBT = 0.4
"""One with so great a share is it beyond doubt: it counts for the length of which the preview is a quarter."""

_HEADER = 2
_HEADER_WORDS = 70
_HEADER_SHARE = 0.12
"""Before the body a page's header may hold so many blocks of prose, with so many words or so great a share of all."""


@dataclass(frozen=True, slots=True)
class Body:
    """The body of an article: the elements that hold it, in order, and its blocks.

    What else stands in ``pieces`` is headline, byline and the like. ``labels`` are the places, in ``blocks``, of those
    that are part of no text: buttons, names, dates. ``column`` is the innermost element with nearly all its prose,
    ``homes`` are those whose children that prose is. ``comments`` is how many words of the blocks are its readers'.
    ``words`` is the measure of the text that is the article's own beyond doubt.
    """

    rule: str
    pieces: tuple[Box, ...]
    blocks: tuple[Block, ...]
    labels: frozenset[int]
    column: Box
    homes: frozenset[Box]
    words: int
    comments: int = 0

    @property
    def text(self) -> str:
        """The whole of the body as text, a line a block."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def counted(self) -> int:
        """How many of the blocks are no labels."""
        return len(self.blocks) - len(self.labels)


def gather_body(
    rule: str, pieces: Sequence[Box], exact: Sequence[Box], outline: Outline, prose: Prose, title: str
) -> Body | None:
    """The body in these pieces; None where they hold no text. ``exact`` are those that hold little else."""
    blocks = outline.blocks
    headline = headline_index(blocks, prose, title)
    indexes = [index for piece in pieces for index in range(piece.first, piece.last)]
    indexes = [index for index in indexes if index > headline] or indexes
    if not indexes:
        return None
    text = _Text(outline.blocks, indexes, prose, {*pieces, prose.column})
    if rule == "selector":
        return _taken_as_said(pieces, indexes, text)
    opening = text.opening(exact)
    behind = [index for index in indexes if index >= opening]
    own = text.words(behind)
    kept = [*_standfirst(indexes, opening, blocks, prose, own), *behind]
    labels = frozenset(place for place, index in enumerate(kept) if index >= opening and text.is_label(index))
    found = tuple(blocks[index] for index in kept)
    comments = sum(block.words for block in found if block.box in prose.comments)
    return Body(rule, tuple(pieces), found, labels, prose.column, frozenset(text.homes), own, comments)


def _taken_as_said(pieces: Sequence[Box], indexes: Sequence[int], text: _Text) -> Body:
    """The body that an operator has pointed at: every block in it counts."""
    found = tuple(text.blocks[index] for index in indexes)
    homes = frozenset(text.homes)
    return Body("selector", tuple(pieces), found, frozenset(), text.prose.column, homes, text.words(indexes))


def headline_index(blocks: Sequence[Block], prose: Prose, title: str) -> int:
    """The index of the block that is the page's headline; -1 where none is, or it stands after much of the prose."""
    wanted = squeeze(title)
    first = -1
    for index, block in enumerate(blocks):
        if block.box.tag == "h1" and first < 0:
            first = index
        if block.box.tag in ("h1", "h2", "h3") and wanted and squeeze(block.text) == wanted:
            first = index
            break
    before = prose.words[max(first, prose.column.first)] - prose.words[prose.column.first]
    return first if before * 4 <= prose.within(prose.column) else -1


class _Text:
    """What the blocks of the pieces are. The vein is the prose that is of one kind with most of it, the same element in
    an element of the same class; its homes are the elements around it, in which short blocks are text as well."""

    def __init__(self, blocks: Sequence[Block], indexes: Sequence[int], prose: Prose, wrappers: set[Box]) -> None:
        self.blocks = blocks
        self.indexes = indexes
        self.prose = prose
        self.wrappers = wrappers
        weights: Counter[tuple[str, ...]] = Counter()
        for index in indexes:
            if prose.flags[index]:
                weights[_kind(blocks[index])] += blocks[index].words
        self.weights = weights
        self.most = max(weights.values(), default=0)
        self.vein = {index for index in indexes if prose.flags[index] and self._share(index) >= _OF_THE_VEIN}
        self.homes = {_home(blocks[index]) for index in self.vein}

    def words(self, indexes: Sequence[int]) -> int:
        """The words of these blocks that are the article's beyond doubt."""
        own = [index for index in indexes if self.is_own(index)]
        sure = [index for index in own if not self.vein or (index in self.vein and self._share(index) >= _BEYOND_DOUBT)]
        return sum(self.blocks[index].words for index in sure)

    def opening(self, exact: Sequence[Box]) -> int:
        """The index of the first block of text; in elements that are exact, of the first that may be text."""
        for index in self.indexes:
            inside = any(box.first <= index < box.last for box in exact)
            if self.is_own(index) or (inside and (self.prose.flags[index] or _may_be_text(self.blocks[index]))):
                return index
        outside = (index for index in self.indexes if not self.blocks[index].box.within(BESIDE))
        return next(outside, self.indexes[0])

    def is_own(self, index: int) -> bool:
        """Whether a block is the article's own text."""
        block = self.blocks[index]
        if not self.vein:
            return _may_be_text(block)
        return index in self.vein or (_may_be_text(block) and _home(block) in self.homes)

    def _share(self, index: int) -> float:
        return self.weights[_kind(self.blocks[index])] / self.most

    def is_label(self, index: int) -> bool:
        """Whether a block is part of no text: neither the article's own, nor a caption or prose that stands in it or
        directly in what holds the article."""
        block = self.blocks[index]
        if not self.vein or self.is_own(index):
            return False
        told = self.prose.flags[index] or block.box.tag == "figcaption"
        if _home(block) in self.wrappers and (told or _may_be_text(block)):
            return False
        return not told or self.homes.isdisjoint(block.box.ancestors())


def _kind(block: Block) -> tuple[str, str, str]:
    home = _home(block)
    return (block.box.tag, home.tag, home.node.attributes.get("class") or "")


def _home(block: Block) -> Box:
    """The element that a block stands in: for bare text the innermost one, else the one around the leaf."""
    return (block.box.parent or block.box) if block.box.tag in LEAVES else block.box


def _may_be_text(block: Block) -> bool:
    plain = block.box.tag in TEXTUAL or block.box.tag not in LEAVES
    return plain and block.linked * 2 <= block.words and not block.box.within(BESIDE)


def _standfirst(indexes: Sequence[int], opening: int, blocks: Sequence[Block], prose: Prose, own: int) -> list[int]:
    """The block before the opening that belongs to the body. Where there is more prose than a page's header holds, the
    opening was no opening: then all from the first such block on. A standfirst that would leave no room in the preview
    for the first paragraph is the header's, as is one that the body says again, and any that stands before it."""
    before = [index for index in indexes if index < opening]
    telling = [index for index in before if prose.flags[index] and _says(blocks[index])]
    told = sum(blocks[index].words for index in telling)
    if len(telling) > _HEADER or told > max(_HEADER_WORDS, _HEADER_SHARE * prose.words[-1]):
        return [index for index in before if index >= telling[0]]
    if not telling:
        return []
    first, standfirst = blocks[opening].words, blocks[telling[-1]]
    crowds = first * SHARE <= own < (first + standfirst.words) * SHARE
    behind = "".join(blocks[index].text for index in indexes if index >= opening)
    return [] if crowds or _repeated(standfirst.text, behind) else telling[-1:]


def _repeated(text: str, behind: str) -> bool:
    """Whether eight words in a row of a text stand in what follows it: it is an extract, and no beginning."""
    said, following = words(text), squeeze(behind)
    return any("".join(said[first : first + _RUN]) in following for first in range(len(said) - _RUN + 1))


def _says(block: Block) -> bool:
    """Whether a block says a thing in a sentence, and is no line of dates or names."""
    tokens = block.text.split()
    numbers = sum(1 for token in tokens if any(char.isdigit() for char in token))
    return numbers * 4 < len(tokens) and (block.words >= _SENTENCE or bool(sentence_ends(block.text)))
