"""AI crawlers: known by the names that the package crawler-user-agents keeps of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

_TAG = "ai-crawler"
_LONGEST = 48
"""No word of a name is longer than this."""
_BORDERS = re.compile(r"[\s();,/]+")
_INSIDE = re.compile(r"[^a-z0-9]")
_ANYTHING = r"[\s\S]*"
_EITHER_CASE = re.compile(r"\[([A-Za-z])([A-Za-z])\]")
_ESCAPED = re.compile(r"\\([^A-Za-z0-9])")
_SPECIAL = re.compile(r"(?<!\\)[\[\](){}.*+?^$|]|\\[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class AiNames:
    """Names of AI crawlers. ``words`` are whole words in lower case, to their spelling; ``runs`` are texts that stand
    in a user agent one behind the other.

    No expression of the package is ever run: names are looked up, so that no user agent costs more than its length.
    """

    words: dict[str, str]
    runs: tuple[tuple[str, ...], ...]

    def named_in(self, user_agent: str) -> str | None:
        """The AI crawler that a user agent names as a whole word, in any case; None where it names none."""
        for word in _BORDERS.split(user_agent.lower()):
            for end in (*(found.start() for found in _INSIDE.finditer(word, 0, _LONGEST)), len(word)):
                if word[:end] in self.words:
                    return self.words[word[:end]]
        return next((run[0] for run in self.runs if _stands(run, user_agent)), None)


@cache
def ai_names() -> AiNames:
    """The names in the package, read once."""
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # 30 ms, for which no command has to wait

    return names_of(entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA if _TAG in entry["tags"])


def names_of(patterns: Iterable[str]) -> AiNames:
    """The names that expressions stand for; one that stands for no name is left out."""
    words: dict[str, str] = {}
    runs: list[tuple[str, ...]] = []
    for pattern in patterns:
        parts = tuple(_literals(pattern))
        if len(parts) == 1 and not _BORDERS.search(parts[0]):
            words[parts[0].lower()] = parts[0]
        elif parts:
            runs.append(parts)
    return AiNames(words, tuple(runs))


def _literals(pattern: str) -> Iterator[str]:
    """The texts of an expression that is made of texts with anything between them; nothing for any other."""
    parts = [_EITHER_CASE.sub(_one_case, part) for part in pattern.removeprefix("^").split(_ANYTHING)]
    if not any(_SPECIAL.search(part) for part in parts):
        yield from (_ESCAPED.sub(r"\1", part).rstrip("/") for part in parts)


def _one_case(found: re.Match[str]) -> str:
    return found[1].upper() if found[1].lower() == found[2].lower() else found[0]


def _stands(run: tuple[str, ...], user_agent: str) -> bool:
    at = 0
    for part in run:
        at = user_agent.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True
