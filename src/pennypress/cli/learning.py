"""Learning a site's article paths from the pages that were seen."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pennypress.core.target import PathPattern
from pennypress.errors import TargetError

_YEAR = re.compile(r"(?:19|20)\d\d")


def article_patterns(articles: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Patterns that hold the articles seen and part them from the other pages.

    Empty where there are no such patterns: no article was seen, or half of them and more lie directly under the root,
    as an imprint and a page about the paper do too.
    """
    seen = tuple(dict.fromkeys(articles))
    suggested = [pattern for path in seen if (pattern := _pattern(path))]
    if len(suggested) * 2 <= len(seen):
        return ()
    patterns = tuple(sorted(set(suggested)))
    held = [PathPattern(pattern) for pattern in patterns]
    strangers = [path for path in others if any(one.matches(path) and path != one.root for one in held)]
    # A list page or two under a section's path is what lists are; more of them say that the paths do not part them.
    return patterns if len(strangers) <= len(seen) else ()


def _pattern(path: str) -> str:
    """The pattern that an article's path suggests: its first part, or any year of the century and its depth; empty
    where it has but one part."""
    parts = path.strip("/").split("/")
    if len(parts) < 2:
        return ""
    # Below a year stand its archives too, at every depth but that of the articles.
    pattern = f"/{parts[0][:2]}*{'/*' * (len(parts) - 1)}/**" if _YEAR.fullmatch(parts[0]) else f"/{parts[0]}/**"
    try:
        fits = PathPattern(pattern).matches(path)
    except (TargetError, ValueError):
        return ""
    return pattern if fits else ""
