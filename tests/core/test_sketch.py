"""Whether two texts are one, as far as a few bytes of each can tell."""

from __future__ import annotations

import random

import pytest

from pennypress.core.sketch import share_text, sketch

CHANCE = range(40)
"""Each case is tried with so many texts: which of a text's runs are kept is chance."""


def text(seed: object, count: int) -> list[str]:
    chance = random.Random(str(seed))
    return [f"w{chance.randrange(10**6)}" for _ in range(count)]


@pytest.mark.parametrize(("own", "common"), [(200, 30), (300, 60), (400, 80)])
def test_a_paragraph_in_common_makes_two_texts_hardly_ever_one(own: int, common: int) -> None:
    taken_for_one = 0
    for seed in CHANCE:
        notice = text(f"notice {seed}", common)
        one, other = (text(f"{name} {seed}", own) for name in ("one", "other"))
        sketches = [sketch([*words[: own // 2], *notice, *words[own // 2 :]]) for words in (one, other)]
        taken_for_one += share_text(*sketches)
    assert taken_for_one <= 1


@pytest.mark.parametrize("seed", CHANCE)
def test_a_corrected_text_a_part_of_one_and_one_with_more_around_it_are_the_same(seed: int) -> None:
    whole = text(seed, 600)
    corrected = [word if number % 60 else "corrected" for number, word in enumerate(whole)]
    around = [*text(f"before {seed}", 60), *whole, *text(f"after {seed}", 60)]
    for version in (corrected, whole[:200], around):
        assert share_text(sketch(whole), sketch(version))
        assert share_text(sketch(version), sketch(whole))


def test_a_text_too_short_to_have_a_sketch_shares_with_none() -> None:
    assert not share_text(sketch(["four", "words", "are", "few"]), sketch(text(1, 100)))
    assert not share_text(b"", b"")
