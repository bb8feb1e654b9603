"""The address budget over simulated months: what a farmer gains, and what it costs honest newcomers."""

from __future__ import annotations

import random

import pytest

from benchmarks.address_budget import (
    LIMIT,
    Numbers,
    Place,
    crowd,
    hasty_farmer,
    outcome,
    patient_farmer,
    table,
)
from pennypress.config.sections import NetworkSection
from pennypress.config.setting import settings

NUMBERS = Numbers()


def test_the_simulation_uses_the_numbers_of_the_configuration() -> None:
    declared = settings(NetworkSection)
    articles, readers = (declared[name].default for name in ("newcomer_articles", "newcomer_readers"))
    assert (articles, readers) == (NUMBERS.articles, NUMBERS.readers)


def test_a_farmer_alone_gains_the_budget_and_no_more() -> None:
    assert outcome(hasty_farmer(random.Random(7)), NUMBERS).gained == NUMBERS.articles


def test_a_patient_farmer_gains_besides_what_m_names_a_month_may_read() -> None:
    gained = outcome(patient_farmer(NUMBERS, random.Random(7)), NUMBERS).gained
    months = 2
    assert NUMBERS.articles < gained <= NUMBERS.articles + months * NUMBERS.readers * LIMIT


@pytest.mark.parametrize("size", [10, 50, 200])
@pytest.mark.parametrize("networks", [False, True])
def test_fewer_than_one_honest_newcomer_in_a_hundred_is_refused_behind_a_crowd(size: int, networks: bool) -> None:
    refused = newcomers = 0
    for seed in range(3):
        after = outcome(crowd(Place(size, networks=networks), random.Random(seed)), NUMBERS).after
        refused, newcomers = refused + after.refused, newcomers + after.newcomers
    assert newcomers > 0
    assert refused < newcomers / 100


def test_nor_where_as_many_come_once_as_there_are_regulars() -> None:
    chance = random.Random(7)
    after = outcome([*crowd(Place(200), chance), *crowd(Place(200, once=1.0), chance)], NUMBERS).after
    assert after.newcomers > 200
    assert after.first_refused < after.newcomers / 100


def test_the_table_has_a_line_for_each_size_and_kind_of_crowd() -> None:
    lines = list(table(10, NUMBERS, random.Random(7)))
    assert len(lines) == 2 + 5
    assert {line.count("|") for line in lines} == {10}
