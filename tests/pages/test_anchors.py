"""The anchors of many texts: found whatever their number, and not kept for ever."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pennypress.pages.anchors import Anchors, anchors_of
from pennypress.pages.words import squeeze


def text(number: int, words: int = 60) -> str:
    return " ".join(f"w{number}x{place}" for place in range(words))


def owned(numbers: Sequence[int], words: int = 60) -> list[tuple[int, bytes]]:
    return [(number, anchors_of(text(number, words).split())) for number in numbers]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.data())
def test_each_text_is_found_however_they_came(sizes: list[int], data: st.DataObject) -> None:
    anchors = Anchors()
    first = 0
    for size in sizes:
        anchors.add(owned(range(first, first + size), words=12))
        first += size
    wanted = data.draw(st.integers(0, first - 1))
    assert anchors.owners_in(squeeze(text(wanted, 12))) == {wanted}
    assert anchors.owners_in(squeeze(text(first, 12))) == set()


def test_ten_thousand_that_come_one_by_one_are_found_in_few_layers() -> None:
    anchors = Anchors()
    for batch in range(0, 10_000, 10):
        some = np.random.default_rng(batch).integers(0, 1 << 63, 200, dtype=np.uint64)
        anchors.add([(batch, some.astype("<u8").tobytes())])
    anchors.add(owned([10_000]))
    assert anchors.owners_in(squeeze(text(10_000))) == {10_000}
    assert len(anchors) > 200_000
    assert len(anchors._layers) <= 6


def test_a_text_that_changes_at_every_view_does_not_fill_the_memory() -> None:
    anchors = Anchors()
    anchors.add(owned(range(100)))
    before = len(anchors)
    for number in range(100, 3_000):
        anchors.drop(number - 1)
        anchors.add(owned([number]))
    assert len(anchors) < 4 * before
    assert 50 in anchors.owners_in(squeeze(text(50)))
    assert 2_999 in anchors.owners_in(squeeze(text(2_999)))
    assert 200 not in anchors.owners_in(squeeze(text(200)))
