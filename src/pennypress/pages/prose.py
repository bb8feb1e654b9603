"""The prose of a page: which of its blocks are running text of its own, and which element holds most of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pennypress.pages.blocks import Block, Box, Outline
from pennypress.pages.elements import BESIDE, HEADINGS, INLINE, LEAVES

_NEARLY_ALL = 0.85
"""The share of an element's prose that one of its children must hold for the search to go on in that child."""

_LARGEST_CARD = 80
"""The most words of a teaser's card, heading and all."""

_LEAST_PROSE = 8
"""A block of fewer words is no prose: a label, a name, a date."""

_LEAST_LINE = 3
"""A link of fewer words is no headline: the name of a section, the number of a page."""

_BESIDE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|disqus|discussion|respond|replies|related|recommended|recommendations?|"
    r"teasers?|newsletter|sidebar|promo|cookies?|consent|footer|breadcrumbs?|shar(?:e|ing)|social|widget|popular|"
    r"trending|advert\w*|disclaimer|byline|bio|tags?|copyright|caption|toolbar|subscribe|signup|paywall|modal|popup|legal|"
    r"gdpr|credits?)(?:$|[\s_-])",
    re.IGNORECASE,
)

_COMMENTS = re.compile(r"(?:^|\s)(?:comments|comment-?list|comments-area|disqus_thread|respond)(?:$|\s)", re.IGNORECASE)

_SURELY_BESIDE = re.compile(
    r"(?:^|\s)(?:comments|comment-?list|comments-area|disqus_thread|respond|related|recommended|newsletter)(?:$|\s)",
    re.IGNORECASE,
)
"""Names that no element bears in which an article stands."""


@dataclass(frozen=True, slots=True)
class Prose:
    """Which blocks of a page are running text of its own; ``column`` holds most of it. ``teasers`` is how many cards
    lead elsewhere, ``leads`` how many of them do not stand beside the rest; ``carded`` is how many words of running
    text stand in cards, ``teased`` how many words of any kind. ``content`` is how many words stand in the page, links
    and headings too, but for what stands beside; ``elsewhere`` is how many of those stand in cards and lines of links,
    ``lines`` how many such lines there are. ``comments`` are the elements of those."""

    flags: tuple[bool, ...]
    words: tuple[int, ...]
    column: Box
    teasers: int
    leads: int
    carded: int
    teased: int
    content: int
    elsewhere: int
    lines: int
    comments: frozenset[Box]

    def within(self, box: Box) -> int:
        """How many words of prose stand in an element."""
        return self.words[box.last] - self.words[box.first]


def find_prose(outline: Outline) -> Prose:
    """Weigh the prose of a page."""
    blocks = outline.blocks
    leads, teased = _teasers(blocks)
    running = [
        block.words >= _LEAST_PROSE and block.linked * 2 < block.words and block.box.tag not in HEADINGS
        for block in blocks
    ]
    beside = _beside(outline, running)
    flags = [running[index] and index not in teased and block.box not in beside for index, block in enumerate(blocks)]
    linked = {block.index for block in blocks if block.words >= _LEAST_LINE and block.linked * 2 > block.words}
    own = [block for block in blocks if block.box not in beside]
    words = [0]
    for flag, block in zip(flags, blocks, strict=True):
        words.append(words[-1] + (block.words if flag else 0))
    return Prose(
        flags=tuple(flags),
        words=tuple(words),
        column=_column(outline.boxes, words),
        teasers=len(leads),
        leads=sum(blocks[index].box not in beside for index in leads),
        carded=sum(blocks[index].words for index in teased if running[index]),
        teased=sum(blocks[index].words for index in teased),
        content=sum(block.words for block in own),
        elsewhere=sum(block.words for block in own if block.index in linked or block.index in teased),
        lines=sum(block.index in linked for block in own),
        comments=_comments(outline, beside),
    )


def _teasers(blocks: Sequence[Block]) -> tuple[list[int], set[int]]:
    """Which headings lead elsewhere, and the blocks that stand in one card with such a heading."""
    totals = [0]
    for block in blocks:
        totals.append(totals[-1] + block.words)
    leads = [
        index
        for index, block in enumerate(blocks)
        if block.box.tag in HEADINGS and block.box.tag != "h1" and block.words > 1 and block.linked * 2 > block.words
    ]
    teased: set[int] = set()
    for lead in leads:
        card = blocks[lead].box
        while card.parent is not None and totals[card.parent.last] - totals[card.parent.first] <= _LARGEST_CARD:
            card = card.parent
        teased.update(range(card.first, card.last))
    return leads, teased


def _beside(outline: Outline, running: Sequence[bool]) -> set[Box]:
    """The elements that stand beside an article, with all that is in them: navigation, comments, related articles.

    Names are hints alone: what holds most of the page's text is beside it only by a name that no article bears, and
    where another text stands under the headline. A brief may have many comments.
    """
    weights = [0]
    for block in outline.blocks:
        heavy = block.words >= _LEAST_PROSE and block.linked * 2 < block.words
        weights.append(weights[-1] + (block.words if heavy else 0))
    beside: set[Box] = set()
    surely: set[Box] = set()
    for box in outline.boxes:
        if box.first == box.last or box.tag in INLINE:
            continue
        light = (weights[box.last] - weights[box.first]) * 2 <= weights[-1]
        if box.parent in beside or (light and (box.tag in BESIDE or _named_beside(box))):
            beside.add(box)
        elif box.parent in surely or (not light and (box.tag == "aside" or _SURELY_BESIDE.search(_names_of(box)))):
            surely.add(box)
    return beside | surely if surely and _has_story(outline, running, beside | surely) else beside


def _comments(outline: Outline, beside: set[Box]) -> frozenset[Box]:
    """The elements that hold comments, of those that stand beside an article."""
    found: set[Box] = set()
    for box in outline.boxes:
        if box in beside and (box.parent in found or _COMMENTS.search(_names_of(box))):
            found.add(box)
    return frozenset(found)


def _has_story(outline: Outline, running: Sequence[bool], beside: set[Box]) -> bool:
    """Whether running text that is not beside stands under the page's headline, in the same article or main part."""
    blocks = outline.blocks
    for headline in (block for block in blocks if block.box.tag == "h1" and block.box not in beside):
        story = next((box for box in headline.box.ancestors() if box.tag in ("article", "main")), None)
        if story is not None and any(
            running[index] and blocks[index].box not in beside for index in range(headline.index + 1, story.last)
        ):
            return True
    return False


def _names_of(box: Box) -> str:
    attributes = box.node.attributes
    return f"{attributes.get('class') or ''} {attributes.get('id') or ''}"


def _named_beside(box: Box) -> bool:
    attributes = box.node.attributes
    name = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return bool(
        _BESIDE_NAMES.search(name) or attributes.get("role") in ("complementary", "navigation", "contentinfo", "dialog")
    )


def _column(boxes: Sequence[Box], words: Sequence[int]) -> Box:
    """The innermost wrapper that holds nearly all the prose."""
    column = boxes[0]
    for box in boxes:
        held = words[box.last] - words[box.first]
        if box.parent is column and held and held >= _NEARLY_ALL * (words[column.last] - words[column.first]):
            column = box
    return next((box for box in column.ancestors() if box.tag not in LEAVES and box.tag not in INLINE), boxes[0])
