"""The way back to an article: what was sealed opens, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.readers.keys import Keys
from pennypress.readers.returning import Returns

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
RETURNS = Returns(Keys((NEW, OLD)))
PATHS = st.from_regex(r"/[a-z0-9]{1,9}(/[!-.0-\[\]-~]{0,9}){0,4}", fullmatch=True)


@given(PATHS)
def test_what_was_sealed_opens(path: str) -> None:
    assert RETURNS.open(RETURNS.seal(path)) == path


@given(PATHS, st.integers(0, 11), st.characters(codec="ascii"))
def test_a_changed_seal_does_not_open(path: str, place: int, letter: str) -> None:
    sealed = RETURNS.seal(path)
    changed = sealed[:place] + letter + sealed[place + 1 :]
    assert changed == sealed or RETURNS.open(changed) is None


@given(PATHS, PATHS)
def test_the_seal_of_one_path_does_not_open_another(one: str, other: str) -> None:
    assert one == other or RETURNS.open(RETURNS.seal(one)[:12] + other) is None


def test_a_seal_of_the_key_before_still_opens() -> None:
    assert RETURNS.open(Returns(Keys((OLD,))).seal("/news/a")) == "/news/a"
    assert Returns(Keys((OLD,))).open(RETURNS.seal("/news/a")) is None


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "news/a",
        "",
        "/a\r\nX: y",
        "/a b",
        "/é",
        "/" * 2001,
    ],
)
def test_what_is_no_path_of_this_site_is_sealed_as_the_front_page(elsewhere: str) -> None:
    assert RETURNS.open(RETURNS.seal(elsewhere)) == "/"


@pytest.mark.parametrize("forged", ["", "/news/a", "A" * 12 + "//evil.example", "é" * 12 + "/a", "A" * 12])
def test_what_was_not_sealed_here_does_not_open(forged: str) -> None:
    assert RETURNS.open(forged) is None
