"""The two forms of a request target."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.core.target import PathPattern, counted_query, fold, read_target
from pennypress.errors import TargetError


@pytest.mark.parametrize(
    ("raw", "forwarded"),
    [
        ("/news/a", "/news/a"),
        ("/news/./b/../a", "/news/a"),
        ("/news/%7Ejo/%e2%82%ac", "/news/~jo/%E2%82%AC"),
        ("/News//A/?x=1&utm_source=mail", "/News//A/?x=1&utm_source=mail"),
        ("/a%2Fb", "/a%2Fb"),
    ],
)
def test_what_is_forwarded_is_only_normalised(raw: str, forwarded: str) -> None:
    assert read_target(raw).forwarded == forwarded


@pytest.mark.parametrize(
    "raw",
    [
        "/NEWS/a",
        "/news//a/",
        "/news/%61",
        "/news/%2561",
        "/news\\a",
        "/news/a;jsessionid=1",
        "/x/../news/a",
        "/news%2Fa",
    ],
)
def test_addresses_that_an_origin_might_serve_alike_fold_alike(raw: str) -> None:
    assert read_target(raw).folded == "/news/a"


@pytest.mark.parametrize(
    "raw",
    [
        "news/a",
        "",
        "*",
        "http://x/news",
        "/../a",
        "/a/../../b",
        "/a%",
        "/a%2",
        "/a%zz",
        "/a%00",
        "/a%0d",
        "/a b",
        "/\x01",
        "/é",
        "/%2e%2e/a",
        "/%252e%252e/a",
        "/a%2500",
    ],
)
def test_a_target_that_no_honest_client_sends_is_refused(raw: str) -> None:
    with pytest.raises(TargetError):
        read_target(raw)


def test_tracking_parameters_do_not_make_another_article() -> None:
    assert read_target("/a?utm_source=x&fbclid=1").key == "/a"
    assert read_target("/a?id=1").key != read_target("/a?id=2").key
    assert counted_query("b=2&gclid=9&a=1") == "a=1&b=2"


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/news/**", "/news", True),
        ("/news/**", "/news/a/b", True),
        ("/news/**", "/newsroom/a", False),
        ("/news/*", "/news/a", True),
        ("/news/*", "/news/a/b", False),
        ("/news/*", "/news", False),
        ("/*/story-*", "/sport/story-9", True),
        ("/**/print", "/a/b/print", True),
        ("/**", "/", True),
        ("/", "/", True),
        ("/NEWS/**", "/news/a", True),
    ],
)
def test_a_star_is_one_segment_and_two_are_any_number(pattern: str, path: str, *, expected: bool) -> None:
    assert PathPattern(pattern).matches(path) is expected


def test_the_root_of_a_pattern_is_its_path_before_the_first_star() -> None:
    assert PathPattern("/news/**").root == "/news"
    assert PathPattern("/**").root == "/"


def test_a_pattern_that_does_not_begin_with_a_slash_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with a slash"):
        PathPattern("news/**")


_paths = st.text(alphabet="/.%;aA\\25eéF~- ", max_size=30).map(lambda text: "/" + text)


@given(_paths)
def test_folding_twice_is_folding_once(path: str) -> None:
    try:
        folded = fold(path)
    except TargetError:
        return
    assert fold(folded) == folded


@given(_paths)
def test_reading_what_is_forwarded_changes_nothing_more(path: str) -> None:
    try:
        target = read_target(path)
    except TargetError:
        return
    again = read_target(target.forwarded)
    assert (again.forwarded, again.folded, again.key) == (target.forwarded, target.folded, target.key)
