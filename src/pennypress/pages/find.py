"""Where the body of an article stands on a page that nobody prepared for us.

Everything here errs on the large side: what is taken for body by mistake is withheld, what is missed would leak.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from pennypress.pages.blocks import Block, Box, Outline
from pennypress.pages.elements import BESIDE, HEADINGS, INLINE, LEAVES, TEXTUAL
from pennypress.pages.measure import sentence_ends
from pennypress.pages.words import squeeze

_ENOUGH = {"paywall markup": 0.9, "articleBody": 0.5, "article": 0.5}
"""The share of a page's prose that a piece of markup must hold to be believed; prose beside it is added to it."""

_NEARLY_ALL = 0.85
"""The share of an element's prose that one of its children must hold for the search to go on in that child."""

_SENTENCE = 14
"""A block of so many words says something even without a full stop."""

_LARGEST_CARD = 80
"""The most words of a teaser's card, heading and all."""

_LEAST_PROSE = 8
"""A block of fewer words is no prose: a label, a name, a date."""

_BESIDE = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|disqus|discussion|respond|replies|related|recommended|recommendations?|teasers?|newsletter|sidebar|promo|cookies?|consent|footer|breadcrumbs?|"
    r"shar(?:e|ing)|social|widget|popular|trending|advert\w*|disclaimer|byline|bio|tags?|copyright|toolbar|subscribe|"
    r"signup|sign-up|paywall|piano|modal|popup|outbrain|taboola|legal|gdpr|credits?)(?:$|[\s_-])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Body:
    """The body of an article: the elements that hold it, in order, and its blocks.

    What else stands in ``pieces`` is headline, byline and the like. ``labels`` are the places, in ``blocks``, of those
    that are part of no text: buttons, names, dates. ``column`` is the innermost element with nearly all its prose.
    """

    rule: str
    pieces: tuple[Box, ...]
    blocks: tuple[Block, ...]
    labels: frozenset[int]
    column: Box
    words: int

    @property
    def text(self) -> str:
        """The whole of the body as text, a line a block."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def counted(self) -> int:
        """How many of the blocks are no labels."""
        return len(self.blocks) - len(self.labels)


@dataclass(frozen=True, slots=True)
class Prose:
    """Which blocks of a page are running text of its own; ``column`` holds most of it, ``teasers`` lead elsewhere."""

    flags: tuple[bool, ...]
    words: tuple[int, ...]
    column: Box
    teasers: int

    def within(self, box: Box) -> int:
        """How many words of prose stand in an element."""
        return self.words[box.last] - self.words[box.first]


def find_prose(outline: Outline) -> Prose:
    """Weigh the prose of a page."""
    blocks = outline.blocks
    teasers, teased = _teasers(blocks)
    beside = _beside(outline)
    flags = [
        block.words >= _LEAST_PROSE
        and block.linked * 2 < block.words
        and block.box.tag not in HEADINGS
        and index not in teased
        and block.box not in beside
        for index, block in enumerate(blocks)
    ]
    words = [0]
    for flag, block in zip(flags, blocks, strict=True):
        words.append(words[-1] + (block.words if flag else 0))
    return Prose(tuple(flags), tuple(words), _column(outline.boxes, words), teasers)


def find_body(
    tree: LexborHTMLParser,
    outline: Outline,
    prose: Prose,
    *,
    selector: str | None,
    paywall_selectors: Sequence[str],
    title: str,
) -> Body | None:
    """Find the body of the page's article; None where no rule finds text."""
    if not outline.blocks:
        return None
    if selector is not None:
        pieces = _matches(tree, outline, (selector,))
        if any(piece.last > piece.first for piece in pieces):
            return _body("selector", pieces, outline, prose, title)
    for rule, selectors in (
        ("paywall markup", paywall_selectors),
        ("articleBody", ('[itemprop~="articleBody"]',)),
        ("article", ("article", '[role="article"]')),
    ):
        pieces = [piece for piece in _matches(tree, outline, selectors) if prose.within(piece)]
        held = _held(pieces, prose)
        if held and held >= _ENOUGH[rule] * prose.within(prose.column):
            return _body(rule, _with_strays(pieces, outline, prose, title), outline, prose, title)
    if prose.within(prose.column) == 0:
        return None
    return _body("prose", _with_strays([prose.column], outline, prose, title), outline, prose, title)


def _matches(tree: LexborHTMLParser, outline: Outline, selectors: Iterable[str]) -> list[Box]:
    """The outermost elements that any of the selectors matches, in document order; a selector that is none matches
    nothing. One that is part of a line of text stands for the element that holds the line."""
    wanted: set[int] = set()
    for selector in selectors:
        try:
            wanted.update(node.mem_id for node in tree.css(selector))
        except (SelectolaxError, ValueError):
            continue
    return _outermost(_holder(box) for box in outline.boxes if box.node.mem_id in wanted) if wanted else []


def _holder(box: Box) -> Box:
    return next((holder for holder in box.ancestors() if holder.tag not in INLINE), box)


def _outermost(boxes: Iterable[Box]) -> list[Box]:
    held = dict.fromkeys(boxes)
    outer = [box for box in held if not any(holder in held for holder in box.ancestors() if holder is not box)]
    return sorted(outer, key=lambda box: (box.first, box.order))


def _held(pieces: Sequence[Box], prose: Prose) -> int:
    """How much of the column's prose stands in these pieces."""
    if any(holder in pieces for holder in prose.column.ancestors()):
        return prose.within(prose.column)
    return sum(prose.within(piece) for piece in pieces if prose.column in piece.ancestors())


def _with_strays(pieces: Sequence[Box], outline: Outline, prose: Prose, title: str) -> list[Box]:
    """The pieces, and every block of prose beside them in the same column or article: a standfirst, a last note."""
    scope = next((box for box in prose.column.ancestors() if box.tag in ("article", "main")), prose.column)
    headline = _headline(outline.blocks, prose, title)
    strays = [
        outline.blocks[index].box
        for index in range(scope.first, scope.last)
        if prose.flags[index] and index > headline and not any(p.first <= index < p.last for p in pieces)
    ]
    return _outermost([*pieces, *strays])


def _headline(blocks: Sequence[Block], prose: Prose, title: str) -> int:
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


def _body(rule: str, pieces: Sequence[Box], outline: Outline, prose: Prose, title: str) -> Body | None:
    indexes = [index for piece in pieces for index in range(piece.first, piece.last)]
    kept = _of_body(rule, indexes, outline.blocks, prose, _headline(outline.blocks, prose, title))
    if not kept:
        return None
    blocks = tuple(outline.blocks[index] for index in kept)
    words = sum(outline.blocks[index].words for index in kept if _counts(outline.blocks[index], prose.flags[index]))
    labels = _labels(kept, outline.blocks, prose)
    return Body(rule, tuple(pieces), blocks, labels, prose.column, words)


def _labels(kept: Sequence[int], blocks: Sequence[Block], prose: Prose) -> frozenset[int]:
    """Which of the body's blocks are labels; none where the body has no prose to tell them from."""
    homes = {home for index in kept if prose.flags[index] for home in (blocks[index].box, blocks[index].box.parent)}
    if not homes:
        return frozenset()
    return frozenset(
        place
        for place, index in enumerate(kept)
        if not prose.flags[index]
        and not (
            blocks[index].linked * 2 <= blocks[index].words
            and (blocks[index].box in homes or (blocks[index].box.tag in TEXTUAL and blocks[index].box.parent in homes))
        )
    )


def _of_body(rule: str, indexes: Sequence[int], blocks: Sequence[Block], prose: Prose, headline: int) -> list[int]:
    """The indexes of the body's own blocks: without the headline and what stands around it, such as a byline or a
    picture's caption. A standfirst belongs to the body, and all that follows the first text of the column."""
    after = [index for index in indexes if index > headline] or list(indexes)
    opening = _opening(rule, after, blocks, prose)
    return [
        *_standfirst([index for index in after if index < opening], blocks, prose),
        *(i for i in after if i >= opening),
    ]


def _standfirst(before: Sequence[int], blocks: Sequence[Block], prose: Prose) -> list[int]:
    """The last block of prose before the column, and those that stand beside it in one element."""
    telling = [index for index in before if prose.flags[index] and _says(blocks[index])]
    return [index for index in telling if blocks[index].box.parent is blocks[telling[-1]].box.parent]


def _opening(rule: str, after: Sequence[int], blocks: Sequence[Block], prose: Prose) -> int:
    """The index of the first text in the column."""
    exact = rule in ("selector", "paywall markup", "articleBody")
    inside = [index for index in after if exact or prose.column.first <= index < prose.column.last] or after
    homes = {blocks[index].box.parent for index in inside if prose.flags[index]}
    for index in inside:
        block = blocks[index]
        plain = block.box.tag in TEXTUAL and block.linked * 2 <= block.words and not block.box.within(BESIDE)
        if prose.flags[index] or (plain and (exact or block.box.parent in homes)):
            return index
    return next((index for index in inside if not blocks[index].box.within(BESIDE)), inside[0])


def _says(block: Block) -> bool:
    """Whether a block says a thing in a sentence, and is no line of dates or names."""
    return block.words >= _SENTENCE or bool(sentence_ends(block.text))


def _counts(block: Block, is_prose: bool) -> bool:
    """Whether a block counts as words of the body: prose, or short text that is no link and stands in no aside."""
    return is_prose or (block.linked * 2 < block.words and not block.box.within(BESIDE))


def _teasers(blocks: Sequence[Block]) -> tuple[int, set[int]]:
    """How many headings lead elsewhere, and the blocks that stand in one card with such a heading."""
    totals = [0]
    for block in blocks:
        totals.append(totals[-1] + block.words)
    leads = [
        index
        for index, block in enumerate(blocks)
        if block.box.tag in HEADINGS and block.box.tag != "h1" and block.words > 2 and block.linked * 2 > block.words
    ]
    teased: set[int] = set()
    for lead in leads:
        card = blocks[lead].box
        while card.parent is not None and totals[card.parent.last] - totals[card.parent.first] <= _LARGEST_CARD:
            card = card.parent
        teased.update(range(card.first, card.last))
    return len(leads), teased


def _beside(outline: Outline) -> set[Box]:
    """The elements that stand beside an article, with all that is in them: navigation, comments, related articles.

    Names are hints alone: what holds most of the page's text is never beside it.
    """
    weights = [0]
    for block in outline.blocks:
        heavy = block.words >= _LEAST_PROSE and block.linked * 2 < block.words
        weights.append(weights[-1] + (block.words if heavy else 0))
    beside: set[Box] = set()
    for box in outline.boxes:
        if box.first == box.last or box.tag in INLINE:
            continue
        if box.parent in beside or (
            (weights[box.last] - weights[box.first]) * 2 <= weights[-1] and (box.tag in BESIDE or _named_beside(box))
        ):
            beside.add(box)
    return beside


def _named_beside(box: Box) -> bool:
    attributes = box.node.attributes
    name = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return bool(
        _BESIDE.search(name) or attributes.get("role") in ("complementary", "navigation", "contentinfo", "dialog")
    )


def _column(boxes: Sequence[Box], words: Sequence[int]) -> Box:
    """The innermost wrapper that holds nearly all the prose."""
    column = boxes[0]
    for box in boxes:
        held = words[box.last] - words[box.first]
        if box.parent is column and held and held >= _NEARLY_ALL * (words[column.last] - words[column.first]):
            column = box
    return next((box for box in column.ancestors() if box.tag not in LEAVES and box.tag not in INLINE), boxes[0])
