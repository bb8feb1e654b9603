"""Where the body of an article stands on a page that nobody prepared for us.

Everything here errs on the large side: what is taken for body by mistake is withheld, what is missed would leak.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from pennypress.pages.blocks import Box, Outline
from pennypress.pages.body import Body, gather_body, headline_index
from pennypress.pages.prose import Prose

_ENOUGH = {"paywall markup": 0.9, "articleBody": 0.5, "article": 0.5}
"""The share of a page's prose that a piece of markup must hold to be believed; prose beside it is added to it."""

_EXACT = frozenset(("paywall markup", "articleBody"))
"""Rules whose pieces hold little that is not the article's text."""

_ARTICLE_BODY = ('[itemprop~="articleBody"]',)
_ARTICLE = ("article", '[role="article"]')


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
    if selector is not None:
        pieces = [piece for piece in _matches(tree, outline, (selector,)) if piece.last > piece.first]
        if pieces:
            return gather_body("selector", pieces, pieces, outline, prose, title)
    marked = {
        "paywall markup": _matches(tree, outline, paywall_selectors),
        "articleBody": _matches(tree, outline, _ARTICLE_BODY),
        "article": _matches(tree, outline, _ARTICLE),
    }
    for rule, pieces in _believed(marked, prose):
        exact = pieces if rule in _EXACT else ()
        return gather_body(rule, _with_strays(pieces, outline, prose, title), exact, outline, prose, title)
    if prose.within(prose.column) == 0:
        return None
    return gather_body("prose", _with_strays([prose.column], outline, prose, title), (), outline, prose, title)


def _believed(marked: dict[str, list[Box]], prose: Prose) -> Iterator[tuple[str, list[Box]]]:
    """The rules whose markup holds enough of the page's prose; on a page without prose, those that mark one text."""
    for rule, found in marked.items():
        pieces = [piece for piece in found if prose.within(piece)]
        held = _held(pieces, prose)
        if held and held >= _ENOUGH[rule] * prose.within(prose.column):
            yield rule, pieces
    if prose.within(prose.column) == 0:
        for rule, found in marked.items():
            pieces = [piece for piece in found if piece.last > piece.first]
            if len(pieces) == 1:
                yield rule, pieces


def _matches(tree: LexborHTMLParser, outline: Outline, selectors: Iterable[str]) -> list[Box]:
    """The outermost elements that any of the selectors matches, in document order; a selector that is none matches
    nothing. One that is part of a line of text stands for the element that holds the line."""
    wanted: set[int] = set()
    for selector in selectors:
        try:
            wanted.update(node.mem_id for node in tree.css(selector))
        except (SelectolaxError, ValueError):
            continue
    return _outermost(box.holder for box in outline.boxes if box.node.mem_id in wanted) if wanted else []


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
    headline = headline_index(outline.blocks, prose, title)
    held = {index for piece in pieces for index in range(piece.first, piece.last)}
    strays = [
        outline.blocks[index].box
        for index in range(scope.first, scope.last)
        if prose.flags[index] and index > headline and index not in held
    ]
    return _outermost([*pieces, *strays])
