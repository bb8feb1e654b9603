"""Pages of one article that have little in common: beside which of them what an address answers now is kept."""

from __future__ import annotations

from collections.abc import Callable

from pennypress.core.known import KnownText
from pennypress.pages.withheld import RUN
from pennypress.pages.words import words

_AT_MOST = 6
_SHARE = 5
"""Of two versions of a page each has at least one run in five of what the shorter of them withholds."""


def variant_of(part: str, withheld: str, held: Callable[[str], KnownText | None], age: Callable[[str], int]) -> str:
    """Under which name the text that a page withholds now is kept: in the place of the version of it that is most
    likely the same, corrected; else beside what is known, and where too much is, in the place of the oldest but the
    first.

    A page that asks for consent, a landing page, a bot check, the answer to a form: each may stand at an article's
    address for one view, and must not make the article's text unknown. ``held`` says what is known under a name, and
    ``age`` tells of two names which was taken up first.
    """
    names = variants(part)
    for name in names:
        known = held(name)
        if known is None or are_versions(known.texts[1], withheld):
            return name
    return min(names[1:], key=age)


def variants(part: str) -> list[str]:
    """The names under which pages of one part of an article may be kept."""
    return [part, *(f"{part} ~{number}".strip() for number in range(2, _AT_MOST + 1))]


def are_versions(one: str, other: str) -> bool:
    """Whether two texts are versions of one: they share a good part of their runs, or one of them has none."""
    runs, others = _runs(one), _runs(other)
    return len(runs & others) * _SHARE >= min(len(runs), len(others))


def _runs(text: str) -> set[str]:
    plain = words(text)
    return {" ".join(plain[first : first + RUN]) for first in range(len(plain) - RUN + 1)}
