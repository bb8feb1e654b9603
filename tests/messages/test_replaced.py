"""Texts that a paper puts in the place of ours are checked, each fault with its place and its mend."""

from __future__ import annotations

import pytest

from pennypress.messages import check_replacements

LANGUAGES = ("en-GB", "pl", "ar")


def faults(language: str, **texts: str) -> list[str]:
    given = {name.replace("_", "-"): text for name, text in texts.items()}
    return [str(fault) for fault in check_replacements({language: given}, LANGUAGES)]


def test_a_text_that_keeps_everything_is_taken() -> None:
    assert (
        faults("en-GB", support="{paper} lives by its readers: <a>subscribe</a>", resets="New articles on {date}") == []
    )


def test_all_plural_forms_of_a_language_are_taken() -> None:
    forms = ("one", "few", "many", "other")
    texts = {f"more-today.{form}": f"{{n}} artykułów ({form})" for form in forms}
    assert check_replacements({"pl": texts}, LANGUAGES) == ()


def test_the_arabic_dual_may_say_its_number_in_words() -> None:
    forms = ("zero", "one", "two", "few", "many", "other")
    texts = {f"more-today.{form}": "مقالان" if form == "two" else "{n} مقال" for form in forms}
    assert check_replacements({"ar": texts}, LANGUAGES) == ()


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"resets": "Soon"}, "[texts.en-GB] resets: lacks {date}; put it where the value belongs."),
        ({"resets": "{date} {day}"}, "[texts.en-GB] resets: holds {day}, for which there is no value; take it out."),
        ({"resets": "{date} {"}, "[texts.en-GB] resets: holds markup or a stray brace; "),
        ({"resets": "{date} <b>now</b>"}, "[texts.en-GB] resets: holds markup or a stray brace; "),
        ({"resets": "<a>{date}</a>"}, "[texts.en-GB] resets: marks a link where there is none; "),
        ({"support": "Help {paper}"}, "[texts.en-GB] support: does not mark one link; "),
        ({"support": "<a>{paper}</a> <a>x</a>"}, "[texts.en-GB] support: does not mark one link; "),
        ({"support": "</a>{paper}<a>"}, "[texts.en-GB] support: does not mark one link; "),
        ({"premium": "  "}, "[texts.en-GB] premium: is empty; "),
        ({"premiun": "x"}, '[texts.en-GB] premiun: is no text of ours; did you mean "premium".'),
        ({"premium.one": "x"}, '[texts.en-GB] premium.one: has no plural forms; write "premium".'),
        ({"more-today": "{n}"}, "[texts.en-GB] more-today: is no plural form of a text that counts; give each of "),
        ({"more-today.few": "{n}"}, "[texts.en-GB] more-today.few: is no plural form of a text that counts; "),
        (
            {"more-today.one": "{n} more"},
            '[texts.en-GB] more-today: lacks plural forms that this language needs; add "more-today.other".',
        ),
    ],
)
def test_a_bad_text_is_told_with_place_and_mend(texts: dict[str, str], said: str) -> None:
    told = [str(fault) for fault in check_replacements({"en-GB": texts}, LANGUAGES)]
    assert len(told) == 1
    assert told[0].startswith(said)


def test_every_fault_is_told_at_once() -> None:
    assert len(faults("en-GB", resets="Soon", premium="", support="Help")) == 4


def test_the_polish_few_must_hold_its_figure() -> None:
    texts = {f"more-today.{form}": "{n}" if form != "few" else "kilka" for form in ("one", "few", "many", "other")}
    (fault,) = check_replacements({"pl": texts}, LANGUAGES)
    assert fault.place == "[texts.pl] more-today.few"


def test_a_language_that_the_paper_does_not_have_is_a_fault() -> None:
    assert faults("de", resets="{date}") == ["[texts.de]: is no language of this paper; choose from en-GB, pl, ar."]
