"""References that cannot be misread, and are found again in what a bank passes on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pennypress.office.bank.references import ALPHABET, LENGTH, is_reference, new_reference, references_in

DRAWN = st.lists(st.sampled_from(ALPHABET), min_size=LENGTH - 1, max_size=LENGTH - 1).map(
    lambda letters: next("".join(letters) + last for last in ALPHABET if is_reference("".join(letters) + last))
)


@given(DRAWN, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_no_reference(reference: str, place: int, letter: str) -> None:
    changed = reference[:place] + letter + reference[place + 1 :]
    assert changed == reference or not is_reference(changed)


@given(DRAWN, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_two_characters_swapped_are_no_reference(reference: str, one: int, other: int) -> None:
    letters = list(reference)
    letters[one], letters[other] = letters[other], letters[one]
    assert "".join(letters) == reference or not is_reference("".join(letters))


@given(DRAWN)
def test_it_is_found_in_what_a_reader_and_a_bank_make_of_it(reference: str) -> None:
    for written in (
        reference,
        reference.lower(),
        f"Lantern {reference}.",
        f"{reference[:3]} {reference[3:]}",
        f"SUBSCRIPTION REF:{reference}/2026",
    ):
        assert reference in references_in(written)


def test_a_new_one_checks() -> None:
    assert all(is_reference(new_reference()) for _ in range(50))


def test_nothing_is_found_where_there_is_none() -> None:
    assert references_in("") == ()
    assert references_in("Danke für alles!") == ()
