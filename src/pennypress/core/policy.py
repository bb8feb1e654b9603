"""The policy: ordered rules that say who may open an article, and how many in which window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from pennypress.core.article import Access, Article, stricter
from pennypress.core.target import PathPattern
from pennypress.core.window import Window


class Mode(StrEnum):
    """What the meter does: meter, decide and count without showing or withholding anything, or nothing at all."""

    ON = "on"
    OBSERVE = "observe"
    OFF = "off"


class Step(NamedTuple):
    """One step of a trace: which rule was asked, whether it matched, and its answer in a few words."""

    rule: str
    matched: bool
    answer: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Every condition that it states must hold; a rule that states none matches every article.

    An article without a publication date matches neither ``newer_than`` nor ``older_than``.
    """

    access: Access
    paths: tuple[PathPattern, ...] = ()
    sections: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    newer_than: timedelta | None = None
    older_than: timedelta | None = None
    start: datetime | None = None
    until: datetime | None = None
    name: str = ""

    def refusal(self, path: str, article: Article, now: datetime) -> str | None:
        """Why this rule does not match the article at this path now, in a few words; None when it does match."""
        if self.paths and not any(pattern.matches(path) for pattern in self.paths):
            return "another path"
        for wanted, held, word in (
            (self.sections, article.sections, "section"),
            (self.tags, article.tags, "tag"),
            (self.authors, article.authors, "author"),
        ):
            if wanted and wanted.isdisjoint(value.casefold() for value in held):
                return f"another {word}"
        return self._refusal_of_time(article, now)

    def _refusal_of_time(self, article: Article, now: datetime) -> str | None:
        if self.start is not None and now < self.start:
            return "not yet in force"
        if self.until is not None and now >= self.until:
            return "no longer in force"
        if self.newer_than is None and self.older_than is None:
            return None
        if article.published is None:
            return "no publication date"
        age = now - article.published
        if self.newer_than is not None and age >= self.newer_than:
            return "too old"
        if self.older_than is not None and age < self.older_than:
            return "too new"
        return None


@dataclass(frozen=True, slots=True)
class Policy:
    """How a paper meters: the rules in order, the limits and the window. Checked when built."""

    window: Window
    limit: int = 5
    registered_limit: int | None = None
    rules: tuple[Rule, ...] = ()
    open_newer_than: timedelta | None = None

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise ValueError("a limit is at least 1; to close everything say premium in a rule")
        if self.registered_limit is not None and self.registered_limit < self.limit:
            raise ValueError("registered_limit is not below limit")

    def limit_for(self, *, registered: bool) -> int:
        """The limit of an anonymous or of a registered reader."""
        return self.registered_limit if registered and self.registered_limit is not None else self.limit

    def access(self, article: Article, now: datetime) -> tuple[Access, tuple[Step, ...]]:
        """Who may open this article now, and each step that led there.

        The origin's own word for an article comes before the rules. Where the article's paths (the address asked
        for, the canonical one) match different rules, the stricter answer holds.
        """
        if article.access is not None:
            return article.access, (Step("the page's own word", True, article.access.value),)
        answer: Access | None = None
        steps: list[Step] = []
        for path in dict.fromkeys(article.paths):
            access, taken = self._access_at(path, article, now)
            steps.extend(taken)
            answer = access if answer is None else stricter(answer, access)
        return answer or Access.METERED, tuple(steps)

    def _access_at(self, path: str, article: Article, now: datetime) -> tuple[Access, list[Step]]:
        steps: list[Step] = []
        for number, rule in enumerate(self.rules, 1):
            name = rule.name or f"rule {number}"
            refusal = rule.refusal(path, article, now)
            if refusal is None:
                steps.append(Step(f"{name} for {path}", True, rule.access.value))
                return rule.access, steps
            steps.append(Step(f"{name} for {path}", False, refusal))
        steps.append(_no_rule_matched(path))
        return Access.METERED, steps


@lru_cache(maxsize=1024)
def _no_rule_matched(path: str) -> Step:
    return Step(f"no rule matched {path}", True, Access.METERED.value)
