"""Amounts as readers type them."""

from __future__ import annotations

import pytest

from pennypress.office.subscribe.amounts import Unreadable, read_amount, typed_amount


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("8", "GBP", 800),
        ("8.00", "GBP", 800),
        ("8,00", "EUR", 800),
        ("8.5", "GBP", 850),
        ("0,05", "EUR", 5),
        (" £ 8.00 ", "GBP", 800),
        ("8\u00a0€", "EUR", 800),
        ("GBP 12", "GBP", 1200),
        ("８.００", "GBP", 800),
        ("800", "JPY", 800),
        ("1.234", "KWD", 1234),
        ("99999", "GBP", 9_999_900),
    ],
)
def test_an_amount_is_read_however_it_is_written(typed: str, currency: str, minor: int) -> None:
    assert read_amount(typed, currency) == minor


@pytest.mark.parametrize(
    "typed", ["", "eight", "-8", "8.", ".5", "1.000", "1,000.00", "8.005", "100000", "8 or 9", "1e3", "٨", "8;DROP"]
)
def test_what_is_no_amount_or_could_mean_two_is_not_guessed(typed: str) -> None:
    with pytest.raises(Unreadable):
        read_amount(typed, "GBP")


@pytest.mark.parametrize(("minor", "currency"), [(800, "GBP"), (5, "EUR"), (800, "JPY"), (1234, "KWD")])
def test_what_stands_in_the_field_is_read_as_it_was_written(minor: int, currency: str) -> None:
    assert read_amount(typed_amount(minor, currency), currency) == minor
