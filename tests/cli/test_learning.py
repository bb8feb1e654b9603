"""Learning a site's article paths from the pages that were seen."""

from __future__ import annotations

import pytest

from pennypress.cli.learning import article_patterns


@pytest.mark.parametrize(
    ("articles", "others", "patterns"),
    [
        (["/news/a", "/news/b", "/sport/x/y"], ["/", "/news", "/about"], ("/news/**", "/sport/**")),
        (["/2026/11/23/rain", "/2025/01/02/snow"], ["/", "/2026", "/2026/11"], ("/20*/*/*/*/**",)),
        (["/1999/12/31/eve"], ["/"], ("/19*/*/*/*/**",)),
        (["/rain-on-tuesday", "/news/b"], ["/"], ()),
        (["/2026/11/a", "/2026/11/b", "/about-us"], ["/"], ("/20*/*/*/**",)),
        (["/news/a"], ["/", "/news/tags", "/news/archive"], ()),
        (["/news/a", "/news/b"], ["/news/archive"], ("/news/**",)),
        ([], ["/"], ()),
        (["/news/ä b"], ["/"], ("/news/**",)),
        (["/a*b/c"], ["/"], ("/a*b/**",)),
    ],
)
def test_patterns_hold_the_articles_and_part_them_from_the_rest(
    articles: list[str], others: list[str], patterns: tuple[str, ...]
) -> None:
    assert article_patterns(articles, others) == patterns
