"""The catalogues: complete, faithful to the English source, and with the plural forms of CLDR."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from babel.core import Locale
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po

from pennypress.messages.catalogue import read_catalogue, source_of
from pennypress.messages.languages import OFFERED, locale_of
from pennypress.messages.replaced import forms_without_figure, plural_forms
from pennypress.messages.wording import MESSAGES, placeholders
from tools.catalogues import catalogues

TRANSLATED = [language for language in OFFERED if language != "en"]


def catalogue(language: str) -> Catalog:
    with source_of(language).open("rb") as text:
        return read_po(text, locale=language.replace("-", "_"), abort_invalid=True)


def entries(language: str) -> dict[str, Entry]:
    return {str(entry.context): entry for entry in catalogue(language) if entry.id}


def wordings(entry: Entry) -> list[str]:
    return [entry.string] if isinstance(entry.string, str) else list(entry.string or ())


def test_eighteen_languages_are_offered() -> None:
    assert len(OFFERED) == len(set(OFFERED)) == 18


@pytest.mark.parametrize("language", OFFERED)
def test_every_message_is_translated_and_none_is_fuzzy(language: str) -> None:
    held = entries(language)
    assert list(held) == list(MESSAGES)
    assert [name for name, entry in held.items() if entry.fuzzy or not all(wordings(entry))] == []


@pytest.mark.parametrize("language", OFFERED)
def test_every_message_is_that_of_the_source(language: str) -> None:
    for name, entry in entries(language).items():
        message = MESSAGES[name]
        assert entry.id == (message.text if message.one is None else (message.one, message.text))


@pytest.mark.parametrize("language", OFFERED)
def test_every_placeholder_is_kept(language: str) -> None:
    locale = locale_of(language)
    without_figure = forms_without_figure(locale)
    for name, entry in entries(language).items():
        wanted = MESSAGES[name].placeholders
        forms = plural_forms(locale) if MESSAGES[name].one is not None else ("other",)
        for form, text in zip(forms, wordings(entry), strict=True):
            may_lack = {"n"} if form in without_figure else set()
            assert wanted - may_lack <= placeholders(text) <= wanted, (name, form)
            assert not re.search(r"[{}]", re.sub(r"\{[a-z]+\}", "", text)), (name, form)


@pytest.mark.parametrize("language", OFFERED)
def test_a_link_is_marked_where_the_source_marks_one(language: str) -> None:
    for name, entry in entries(language).items():
        for text in wordings(entry):
            assert re.findall(r"</?a>", text) == (["<a>", "</a>"] if MESSAGES[name].link else []), name
            assert not re.search(r"<a>\s|\s</a>|<a></a>", text), name


@pytest.mark.parametrize("language", OFFERED)
def test_plural_forms_are_those_of_cldr(language: str) -> None:
    locale = Locale.parse(language, sep="-")
    forms = plural_forms(locale)
    assert catalogue(language).num_plurals == len(forms)
    compiled = read_catalogue(language)
    index = compiled.plural  # type: ignore[attr-defined]
    for number in (*range(1101), 1_000_000, 2_000_000):
        assert forms[index(number)] == locale.plural_form(number), number


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_the_english_text(language: str) -> None:
    english = {text for entry in entries("en").values() for text in wordings(entry)}
    assert [text for entry in entries(language).values() for text in wordings(entry) if text in english] == []


@pytest.mark.parametrize("language", OFFERED)
def test_messages_of_different_windows_differ(language: str) -> None:
    held = entries(language)
    for state in ("more", "last", "used-up", "stays-open", "register"):
        said = [wordings(held[f"{state}-{when}"])[-1] for when in ("today", "this-week", "this-month", "for-now")]
        assert len(set(said)) == 4, state


def test_catalogues_are_as_the_tool_writes_them() -> None:
    written = catalogues()
    assert len(written) == len(OFFERED) + 1
    assert [path for path, text in written.items() if path.read_text("utf-8") != text] == []


def test_a_missing_or_older_compiled_catalogue_is_compiled_in_memory(tmp_path: Path) -> None:
    source = source_of("de", tmp_path)
    source.parent.mkdir(parents=True)
    source.write_bytes(source_of("de").read_bytes())
    premium = MESSAGES["premium"].text
    assert read_catalogue("de", tmp_path).pgettext("premium", premium).startswith("Dieser Artikel")
    compiled = source.with_suffix(".mo")
    compiled.write_bytes(b"not a catalogue")
    with pytest.raises(OSError, match="Bad magic"):
        read_catalogue("de", tmp_path)
    os.utime(compiled, (0, 0))
    assert read_catalogue("de", tmp_path).pgettext("premium", premium).startswith("Dieser Artikel")
