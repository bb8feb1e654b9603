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
        "/a#b",
        "/a?x#b",
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
    assert counted_query("b=2&gclid=9&a=1") == "b=2&a=1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a?id=1&id=2", "/a?id=2&id=1"),
        ("/a?id=1&%69d=2", "/a?%69d=2&id=1"),
        ("/a?utm_source=x;id=1", "/a?utm_source=x;id=2"),
        ("/%CF%F0%E8", "/%EC%E8%F0"),
    ],
)
def test_two_targets_that_an_origin_tells_apart_are_not_one_article(one: str, other: str) -> None:
    assert read_target(one).key != read_target(other).key


def test_a_byte_that_is_no_utf8_folds_as_latin_1() -> None:
    assert read_target("/caf%E9/%C3%BC").folded == read_target("/caf%C3%A9/%C3%BC").folded == "/café/ü"


@pytest.mark.parametrize(
    ("raw", "pattern"),
    [
        ("/news/7-%2F..%2F..%2Fabout", "/news/*"),
        ("/news/7-%2Fx", "/news/*"),
        ("/news/7-%5Cx", "/news/*"),
        ("/news/7;%2Fx", "/news/7"),
        ("/b%C3%BCrger/7-%2F", "/bürger/7-%2f"),
    ],
)
def test_a_path_is_matched_as_an_origin_reads_it_to_whom_an_encoded_slash_is_none(raw: str, pattern: str) -> None:
    assert any(PathPattern(pattern).matches(path) or path == pattern for path in read_target(raw).paths)


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
    assert PathPattern("/story.php").root is None


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
