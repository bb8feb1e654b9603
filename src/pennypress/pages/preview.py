"""How much of a body a reader without a grant sees: at most so many blocks, and at most a quarter of its words."""

from __future__ import annotations

from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from pennypress.pages.body import SHARE, Body
from pennypress.pages.measure import count_words, sentence_ends

BRIEF_WORDS = 80
"""A body of at most so many words, and of no more blocks than a preview, is a brief."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The first part of a body: ``blocks`` of its blocks are whole, and of the next one ``letters`` characters.

    ``last`` is the text node in which it ends, ``length`` how much of that it holds; None for an empty preview.
    """

    blocks: int
    letters: int
    last: LexborNode | None
    length: int

    def parted(self, body: Body) -> tuple[str, str]:
        """The text of the preview, and the text that is withheld, a line a block."""
        texts = [block.text for block in body.blocks]
        shown, rest = texts[: self.blocks], texts[self.blocks :]
        if self.letters:
            shown, rest = [*shown, rest[0][: self.letters]], [rest[0][self.letters :], *rest[1:]]
        return "\n".join(shown), "\n".join(rest)


NOTHING = Preview(0, 0, None, 0)
"""The empty preview."""


def choose_preview(body: Body, most: int) -> Preview:
    """The preview of a body: whole blocks while they keep both bounds, then whole sentences of the next."""
    budget = body.words // SHARE
    counted = whole = passed = 0
    for place, block in enumerate(body.blocks):
        passed += block.words
        if counted == most:
            break
        if place in body.labels:
            continue
        if passed > budget:
            return _with_sentences(body, place, budget - (passed - block.words), whole)
        counted, whole = counted + 1, place + 1
    return _whole(body, whole)


def is_brief(body: Body, most: int) -> bool:
    """Whether a body is so short that it goes out whole, free and uncounted, however many comments stand in it."""
    return body.counted <= most and sum(block.words for block in body.blocks) - body.comments <= BRIEF_WORDS


def _with_sentences(body: Body, place: int, budget: int, whole: int) -> Preview:
    """All before the block at ``place``, and of it the sentences that keep the budget; else so many whole blocks."""
    block = body.blocks[place]
    fitting = [end for end in sentence_ends(block.text) if count_words(block.text[:end]) <= budget]
    if not fitting:
        return _whole(body, whole)
    left = fitting[-1]
    for node in block.texts:
        length = len(node.text_content or "")
        if left <= length:
            return Preview(place, fitting[-1], node, left)
        left -= length
    raise AssertionError("a sentence ends within its block")


def _whole(body: Body, whole: int) -> Preview:
    if not whole:
        return NOTHING
    last = body.blocks[whole - 1].texts[-1]
    return Preview(whole, 0, last, len(last.text_content or ""))
