"""Parts of an article at addresses of their own: its PDF, its recording, its captions, the posts of a live blog."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pennypress.core.target import Target, expression, fold

_NAME = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)\}")
_FIRST_STAND_IN = 0xE000
_STAND_IN = re.compile("[\ue000-\uf8ff]")


class NamedPattern:
    """A pattern of paths in which ``{name}`` stands for what is one segment, or part of one, and is called by it.

    Raises ValueError for a name that stands twice, and for braces that hold no name.
    """

    __slots__ = ("_match", "names", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        pieces = _NAME.split(fold(text))
        self.names = tuple(pieces[1::2])
        if any("{" in piece or "}" in piece for piece in pieces[::2]):
            raise ValueError("its braces hold no name")
        if len(set(self.names)) < len(self.names):
            raise ValueError("it names one thing twice")
        stand_ins = [chr(_FIRST_STAND_IN + place) for place in range(len(self.names))]
        folded = "".join(literal + stand_in for literal, stand_in in zip(pieces[::2], [*stand_ins, ""], strict=True))
        named = _STAND_IN.sub(
            lambda found: f"(?P<{self.names[ord(found[0]) - _FIRST_STAND_IN]}>[^/]+?)", expression(folded)
        )
        self._match = re.compile(named).fullmatch

    def read(self, folded: str) -> dict[str, str] | None:
        """What each name stands for in a folded path; None for a path that is none of this pattern."""
        found = self._match(folded)
        return None if found is None else found.groupdict()

    def fill(self, values: dict[str, str]) -> str:
        """The folded path in which each name is what it stands for."""
        return fold(_NAME.sub(lambda found: values[found[1].lower()], self.text))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NamedPattern) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


@dataclass(frozen=True, slots=True)
class PartRule:
    """Whatever stands at some paths belongs to an article: it goes out to who may read that, as a whole or not at all.

    A ``premium`` part goes to subscribers alone, whatever its article is.
    """

    paths: tuple[NamedPattern, ...]
    article: NamedPattern
    premium: bool = False

    def article_at(self, folded: str) -> str | None:
        """The folded path of the article to which a path belongs; None for a path that this rule does not name."""
        for pattern in self.paths:
            values = pattern.read(folded)
            if values is not None:
                return self.article.fill(values)
        return None


def owners(rules: tuple[PartRule, ...], target: Target) -> tuple[tuple[str, PartRule], ...]:
    """The articles to which a target belongs, by the first rule that names it; several where its path may be read in
    several ways: then all must be open."""
    found: dict[str, PartRule] = {}
    for path in target.paths:
        for rule in rules:
            article = rule.article_at(path)
            if article is not None:
                found.setdefault(article, rule)
                break
    return tuple(found.items())
