"""Languages: which one a reader gets."""

from __future__ import annotations

import pytest

from pennypress.messages import OFFERED, catalogue_of, negotiate
from pennypress.messages.languages import locale_of

PAPER = ("cy", "en-GB", "pt-BR", "zh-Hans", "ar")


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, "cy"),
        ("", "cy"),
        ("en-GB", "en-GB"),
        ("EN-gb", "en-GB"),
        ("en", "en-GB"),
        ("en-US,en;q=0.9", "en-GB"),
        ("fr-FR, fr;q=0.9", "cy"),
        ("fr, en;q=0.5", "en-GB"),
        ("en;q=0.5, ar-EG;q=0.8", "ar"),
        ("pt-PT", "pt-BR"),
        ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-Hans-SG", "zh-Hans"),
        ("zh-TW", "cy"),
        ("zh-TW, ar;q=0.3", "ar"),
        ("*", "cy"),
        ("fr, *;q=0.1", "cy"),
        ("cy;q=0, *", "en-GB"),
        ("ar;q=0, en;q=0.1", "en-GB"),
        ("ar;q=nonsense, en", "en-GB"),
        ("ar;q=7", "cy"),
        (";;;,,=,", "cy"),
        ("x" * 100_000, "cy"),
    ],
)
def test_accept_language_finds_a_language_of_the_paper_and_else_the_first(asked: str | None, given: str) -> None:
    assert negotiate(asked, PAPER) == given


@pytest.mark.parametrize(
    ("tag", "catalogue"),
    [
        *((language, language) for language in OFFERED),
        ("en-GB", "en"),
        ("en-US", "en"),
        ("pt-BR", "pt"),
        ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-TW", None),
        ("zh-Hant", None),
        ("fi", None),
    ],
)
def test_a_tag_leads_to_its_catalogue(tag: str, catalogue: str | None) -> None:
    assert catalogue_of(tag) == catalogue


@pytest.mark.parametrize(
    ("tag", "locale"), [("en-GB", "en_GB"), ("de-XX", "de"), ("zh", "zh_Hans"), ("ar-EG", "ar_EG")]
)
def test_an_unknown_region_falls_back_on_its_language(tag: str, locale: str) -> None:
    assert str(locale_of(tag)) == locale
