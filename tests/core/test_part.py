"""What is part of an article at another address, by its path."""

from __future__ import annotations

import pytest

from pennypress.core.part import NamedPattern, PartRule, owners
from pennypress.core.target import read_target

SLUGS = PartRule((NamedPattern("/media/{slug}.pdf"), NamedPattern("/audio/{slug}/**")), NamedPattern("/news/{slug}"))
DATED = PartRule((NamedPattern("/pdf/{year}/{slug}.pdf"),), NamedPattern("/news/{year}/{slug}"))
FIXED = PartRule((NamedPattern("/sound/*"),), NamedPattern("/news/crane"))


@pytest.mark.parametrize(
    ("target", "article"),
    [
        ("/media/crane.pdf", "/news/crane"),
        ("/Media/Crane.PDF?download=1", "/news/crane"),
        ("/media/./x/..//crane.pdf;v=2/", "/news/crane"),
        ("/audio/crane", "/news/crane"),
        ("/audio/crane/1/a.mp3", "/news/crane"),
        ("/media/caf%C3%A9%20noir.pdf", "/news/café noir"),
        ("/pdf/2026/crane.pdf", "/news/2026/crane"),
        ("/sound/what.ogg", "/news/crane"),
        ("/media/.pdf", None),
        ("/media/a/crane.pdf", None),
        ("/media/crane.pdf.txt", None),
        ("/news/crane", None),
    ],
)
def test_a_path_says_to_which_article_it_belongs(target: str, article: str | None) -> None:
    found = [path for path, _ in owners((SLUGS, DATED, FIXED), read_target(target))]
    assert found == ([] if article is None else [article])


def test_a_path_that_may_be_read_in_two_ways_belongs_to_both_articles() -> None:
    both = PartRule((NamedPattern("/a/{slug}"), NamedPattern("/a/b/{slug}")), NamedPattern("/news/{slug}"))
    assert [path for path, _ in owners((both,), read_target("/a/b%2Fc"))] == ["/news/c", "/news/b/c"]


def test_the_first_rule_that_names_a_path_decides() -> None:
    other = PartRule((NamedPattern("/media/**"),), NamedPattern("/news/other"))
    assert owners((SLUGS, other), read_target("/media/crane.pdf")) == (("/news/crane", SLUGS),)


@pytest.mark.parametrize("text", ["/a/{}", "/a/{b", "/a/b}", "/a/{1}", "/a/{b}/{B}"])
def test_braces_hold_a_name_each_and_each_name_once(text: str) -> None:
    with pytest.raises(ValueError, match="name"):
        NamedPattern(text)
