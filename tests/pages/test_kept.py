"""What is kept in memory stays within its bytes."""

from __future__ import annotations

from pennypress.pages.kept import Kept


def test_it_stays_within_its_bytes_and_lets_go_of_what_was_not_asked_for_longest() -> None:
    kept: Kept[int, str] = Kept(10_000)
    for number in range(4):
        kept.put(number, "kept", 2_000 - 512)
    assert kept.get(0) == "kept"
    kept.put(4, "kept", 2_000 - 512)
    kept.put(5, "kept", 2_000 - 512)
    assert [number for number in range(6) if number in kept] == [0, 2, 3, 4, 5]


def test_what_takes_the_place_of_another_frees_its_bytes() -> None:
    kept: Kept[str, int] = Kept(10_000)
    for number in range(100):
        kept.put("page", number, 3_000)
    kept.put("other", 1, 3_000)
    assert (kept.get("page"), kept.get("other")) == (99, 1)


def test_what_alone_is_too_large_is_not_kept() -> None:
    kept: Kept[str, int] = Kept(10_000)
    kept.put("large", 1, 10_000)
    assert kept.get("large") is None
    assert len(kept) == 0


def test_very_many_empty_values_are_bounded_too() -> None:
    kept: Kept[int, None] = Kept(10_000)
    for number in range(1_000):
        kept.put(number, None, 0)
    assert len(kept) < 20
