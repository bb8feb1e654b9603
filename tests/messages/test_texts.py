"""Texts: grammatical in every language for every number, with dates as that language writes them."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest

from pennypress.core.window import WindowKind
from pennypress.errors import ConfigurationError
from pennypress.messages import OFFERED, Texts, plain
from pennypress.messages.wording import LIMIT, MESSAGES, MORE, REGISTER, RESETS, ROLLS

NUMBERS = (0, 1, 2, 3, 5, 11, 21, 100)
VALUES = {
    "paper": "the Morning Post",
    "date": "1 December 2026",
    "time": "06:00",
    "institution": "Anytown Library",
    "spent": 3,
    "limit": 5,
    "contacts": "01632 960 123",
    "code": "K7M3-PQ9T",
    "address": "https://www.example.com/news/a",
}


@pytest.mark.parametrize("language", OFFERED)
def test_every_message_renders_for_every_number(language: str) -> None:
    texts = Texts(language)
    for message in MESSAGES.values():
        for n in NUMBERS if message.one is not None else (None,):
            said = plain(texts.wording(message, n), n=n, **VALUES)
            assert said
            assert not re.search(r"[{}<>]", said)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en-GB", {1: "You can read 1 more article this month", 2: "You can read 2 more articles this month"}),
        (
            "pl",
            {
                1: "Mogą Państwo przeczytać w tym miesiącu jeszcze 1 artykuł",
                3: "Mogą Państwo przeczytać w tym miesiącu jeszcze 3 artykuły",
                11: "Mogą Państwo przeczytać w tym miesiącu jeszcze 11 artykułów",
                21: "Mogą Państwo przeczytać w tym miesiącu jeszcze 21 artykułów",
            },
        ),
        (
            "ru",
            {
                1: "В этом месяце вы можете прочитать ещё 1 статью",
                3: "В этом месяце вы можете прочитать ещё 3 статьи",
                11: "В этом месяце вы можете прочитать ещё 11 статей",
                21: "В этом месяце вы можете прочитать ещё 21 статью",
            },
        ),
        (
            "ar",
            {
                1: "يمكنك قراءة مقال واحد آخر هذا الشهر",
                2: "يمكنك قراءة مقالين آخرين هذا الشهر",
                5: "يمكنك قراءة 5 مقالات أخرى هذا الشهر",
                11: "يمكنك قراءة 11 مقالًا آخر هذا الشهر",
                100: "يمكنك قراءة 100 مقال آخر هذا الشهر",
            },
        ),
        ("he", {1: "באפשרותך לקרוא עוד כתבה אחת החודש", 2: "באפשרותך לקרוא עוד שתי כתבות החודש"}),
        ("ja", {1: "今月はあと1本の記事をお読みいただけます"}),
    ],
)
def test_numbers_take_the_form_that_the_language_asks_for(language: str, said: dict[int, str]) -> None:
    texts = Texts(language)
    for n, sentence in said.items():
        assert plain(texts.wording(MORE[WindowKind.MONTH], n), n=n) == sentence


@pytest.mark.parametrize("messages", [MORE, REGISTER, LIMIT, {"rolls": ROLLS}])
def test_a_message_that_counts_asks_for_its_number(messages: dict[object, object]) -> None:
    with pytest.raises(ValueError, match="needs a number"):
        Texts("en").wording(next(iter(messages.values())))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "full", "short", "clock"),
    [
        ("en-GB", "1 December 2026", "1 December", "06:00"),
        ("en-US", "December 1, 2026", "December 1", "6:00 AM"),
        ("de", "1. Dezember 2026", "1. Dezember", "06:00"),
        ("fr", "1er décembre 2026", "1er décembre", "06:00"),
        ("cy", "1 Rhagfyr 2026", "1 Rhagfyr", "06:00"),
        ("ru", "1 декабря 2026 г.", "1 декабря", "06:00"),
        ("ja", "2026年12月1日", "12月1日", "6:00"),
        ("ar", "1 ديسمبر 2026", "1 ديسمبر", "6:00 ص"),
    ],
)
def test_dates_and_times_are_written_as_the_language_writes_them(
    language: str, full: str, short: str, clock: str
) -> None:
    texts, day = Texts(language), date(2026, 12, 1)
    written = (texts.full_date(day), texts.day_and_month(day), texts.time_of_day(time(6)))
    assert tuple(" ".join(text.split()) for text in written) == (full, short, clock)  # CLDR's spaces vary in width


def test_french_writes_other_days_as_plain_numbers() -> None:
    assert Texts("fr").full_date(date(2026, 12, 21)) == "21 décembre 2026"


@pytest.mark.parametrize("language", OFFERED)
def test_arabic_and_hebrew_run_from_right_to_left(language: str) -> None:
    assert Texts(language).direction == ("rtl" if language in ("ar", "he") else "ltr")


def test_a_replaced_text_is_said_in_the_place_of_ours() -> None:
    replaced = {"resets": "From {date}", "more-today.one": "One left", "more-today.other": "{n} left"}
    texts = Texts("en-GB", replaced)
    assert texts.wording(RESETS) == "From {date}"
    assert texts.wording(MORE[WindowKind.DAY], 1) == "One left"
    assert texts.wording(MORE[WindowKind.DAY], 4) == "{n} left"


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="fi"):
        Texts("fi")


def test_the_docs_list_every_message_as_it_is() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "messages.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", page, re.MULTILINE))
    assert listed == {name: message.text for name, message in MESSAGES.items()}
