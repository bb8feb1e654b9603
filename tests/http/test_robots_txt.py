"""robots.txt, as RFC 9309 reads it."""

from __future__ import annotations

import time

import pytest

from pennypress.http.robots_txt import Robots

AGENT = "pennypress-try"


@pytest.mark.parametrize(
    ("document", "allowed", "kept"),
    [
        ("", ["/", "/a"], []),
        ("User-agent: *\nDisallow:", ["/a"], []),
        ("User-agent: *\nDisallow: /p", ["/", "/news"], ["/p", "/page", "/p/a?b"]),
        ("User-agent: *\nDisallow: /\nAllow: /news", ["/news/a"], ["/", "/other"]),
        ("User-agent: *\nAllow: /a/b\nDisallow: /a/b", ["/a/b"], []),
        ("User-agent: *\nDisallow: /*?s=", ["/?p=1", "/a"], ["/?s=x", "/a/b?s="]),
        ("User-agent: *\nDisallow: /*.pdf$", ["/a.pdf?x", "/pdf"], ["/a.pdf", "/a/b.pdf"]),
        ("User-agent: *\nDisallow: /a$", ["/ab", "/a/"], ["/a"]),
        ("User-agent: *\nDisallow: /a*a$", ["/a", "/ab"], ["/aa", "/aba"]),
        ("User-agent: *\nDisallow: /%7Ejo/caf%C3%A9", ["/~jo/c"], ["/~jo/caf%c3%a9", "/%7ejo/caf%C3%A9"]),
        ("User-agent: *\nDisallow: /", ["/robots.txt"], ["/robots.txt.bak"]),
        ("Disallow: /", ["/a"], []),
        ("User-agent: *\nDisallow: /a # a remark\nSitemap: /s\nDisallow: /b", ["/c"], ["/a", "/b"]),
        ("User-agent: *\nDisallow: /\n\nUser-Agent: Pennypress-Try/1\nDisallow: /x", ["/a"], ["/x"]),
        ("User-agent: other\nUser-agent: pennypress-try\nDisallow: /x\nUser-agent: *\nDisallow: /y", ["/y"], ["/x"]),
        ("User-agent: pennypress-try\n\nUser-agent: *\nDisallow: /y", ["/a"], ["/y"]),
        ("User-agent: pennypress\nDisallow: /", [], ["/a"]),
        ("User-agent: pennypress\nDisallow: /\nUser-agent: pennypress-try\nDisallow: /x", ["/a"], ["/x"]),
        ("User-agent: penny\u0000\nDisallow: /", ["/a"], []),
    ],
)
def test_what_a_file_allows(document: str, allowed: list[str], kept: list[str]) -> None:
    robots = Robots(document, AGENT)
    assert [path for path in allowed if not robots.allows(path)] == []
    assert [path for path in kept if robots.allows(path)] == []


def test_a_pattern_of_many_stars_takes_no_longer() -> None:
    robots = Robots("User-agent: *\nDisallow: /" + "*a" * 400 + "$", AGENT)
    began = time.perf_counter()
    assert robots.allows("/" + "a" * 5000 + "b")
    assert time.perf_counter() - began < 1
