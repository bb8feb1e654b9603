"""The table of the configuration that says who may open which articles, and what is part of one."""
# ruff: noqa: RUF009  -- the calls in the body of the table are its declarations; each gives a new field

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pennypress.config.reading import article_path, duration, instant, list_of, moment, one_of, path_pattern
from pennypress.config.setting import Unfit, optional
from pennypress.config.words import text
from pennypress.core.article import Access
from pennypress.core.part import NamedPattern, PartRule
from pennypress.core.policy import Rule
from pennypress.core.target import PathPattern

_chosen_patterns = list_of(path_pattern, example='["/news/**"]', may_be_empty=False)
_names = list_of(text, example='["politics"]', may_be_empty=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTable:
    """One rule, as the file states it: who may open the articles for which every condition holds."""

    access: Access | None = optional(
        one_of(*Access),
        kind="word",
        absent="a fault, unless `part_of` is there",
        example="free",
        help='Who may open them: "free", "metered" or "premium".',
    )
    name: str | None = optional(
        text, kind="text", absent="its number", example="Obituaries", help="What explanations call this rule."
    )
    paths: tuple[PathPattern, ...] | None = optional(
        _chosen_patterns,
        kind="list of patterns",
        absent="any",
        example=["/news/obituaries/**"],
        help="The article's path is of one of these.",
    )
    sections: tuple[str, ...] | None = optional(
        _names, kind="list of texts", absent="any", example=["Sport"], help="The page names one of these sections."
    )
    tags: tuple[str, ...] | None = optional(
        _names, kind="list of texts", absent="any", example=["weather"], help="The page bears one of these tags."
    )
    authors: tuple[str, ...] | None = optional(
        _names, kind="list of texts", absent="any", example=["Jane Roe"], help="One of these wrote it."
    )
    newer_than: timedelta | None = optional(
        duration, kind="stretch of time", absent="any", example="2 days", help="It was published less long ago."
    )
    older_than: timedelta | None = optional(
        duration, kind="stretch of time", absent="any", example="30 days", help="It was published at least so long ago."
    )
    start: datetime | date | None = optional(
        moment,
        kind="date",
        absent="always",
        example=date(2026, 12, 1),
        help="The moment from which the rule is in force; a date is its first moment in the paper's zone.",
        key="from",
    )
    until: datetime | date | None = optional(
        moment,
        kind="date",
        absent="always",
        example=date(2026, 12, 8),
        help="The moment at which the rule ends; a date is its first moment in the paper's zone.",
    )
    part_of: NamedPattern | None = optional(
        article_path,
        kind="path",
        absent="the paths are articles themselves",
        example="/news/{article}",
        help="The article to which whatever stands at `paths` belongs (a PDF, a recording, captions, the posts of a "
        "live blog): it goes out to who has that article open, else 403. A {name} stands for one segment, or a part of "
        'one, in both: paths = ["/media/{article}.pdf"].',
    )

    def rule(self, zone: ZoneInfo, number: int) -> Rule:
        """The rule of the core, its dates in the paper's zone. ``number`` is its place in the file, from 1 on."""
        assert self.access is not None
        return Rule(
            access=self.access,
            paths=self.paths or (),
            sections=_folded(self.sections),
            tags=_folded(self.tags),
            authors=_folded(self.authors),
            newer_than=self.newer_than,
            older_than=self.older_than,
            start=instant(self.start, zone),
            until=instant(self.until, zone),
            name=self.name or f"rule {number}",
        )

    def part_rule(self, articles: tuple[PathPattern, ...]) -> PartRule:
        """What the rule says of parts of articles, which stand at ``articles``. Raises Unfit."""
        assert self.part_of is not None
        for name in ("sections", "tags", "authors", "newer_than", "older_than", "start", "until"):
            if getattr(self, name) is not None:
                wrong = "stands beside part_of, but a part goes by its article alone"
                mend = "take it away, or state it in a rule for the article"
                raise Unfit(wrong, mend, ("from" if name == "start" else name,))
        if self.access is Access.FREE:
            wrong = 'is "free" beside part_of, which says that it goes by its article'
            raise Unfit(wrong, "take one of the two away", ("access",))
        if not self.paths:
            raise Unfit("has part_of and no paths", 'add a line such as paths = ["/media/{article}/**"]')
        paths = tuple(_named(path.text, self.part_of) for path in self.paths)
        likely = self.part_of.fill(dict.fromkeys(self.part_of.names, "x"))
        if articles and not any(pattern.matches(likely) for pattern in articles):
            wrong = f'is "{self.part_of.text}", which lies under none of the paths of [articles]'
            raise Unfit(wrong, "name an article, or add its path there", ("part_of",))
        return PartRule(paths, self.part_of, premium=self.access is Access.PREMIUM)


def _named(path: str, article: NamedPattern) -> NamedPattern:
    """A path that says all that the article's path needs to know. Raises Unfit."""
    try:
        pattern = NamedPattern(path)
    except ValueError as error:
        raise Unfit(
            f'holds "{path}", but {error}', 'write a name in braces: "/media/{article}/**"', ("paths",)
        ) from None
    for name in article.names:
        if name not in pattern.names:
            wrong = f'holds "{path}", which does not say what {{{name}}} of part_of is'
            raise Unfit(wrong, f"write {{{name}}} where it stands in that path", ("paths",))
    return pattern


def _folded(names: tuple[str, ...] | None) -> frozenset[str]:
    return frozenset(name.casefold() for name in names or ())
