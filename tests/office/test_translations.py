"""The office speaks the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.core.mail import EmailMessage

from pennypress.office.models import Plan
from tests.office.browser import Browser
from tools.office_catalogues import LANGUAGES, catalogues, source_of

_STAFF = ("desk/", "models/", "bringing/", "admin.py", "explaining.py", "templates/office/desk/")
_PLACE = re.compile(r"%\([a-z_0-9]+\)[sd]|%%")


def entries(language: str) -> list[Message]:
    with source_of(language).open("rb") as file:
        return [entry for entry in read_po(file, locale=language) if entry.id]


def is_for_readers(entry: Message) -> bool:
    """Whether a text stands anywhere but on pages of the staff, which are English as yet."""
    return not all(file.startswith(_STAFF) for file, _line in entry.locations)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_readers_see_is_translated(language: str) -> None:
    def is_whole(entry: Message) -> bool:
        return all(entry.string) if isinstance(entry.string, tuple | list) else bool(entry.string)

    assert [entry.id for entry in entries(language) if is_for_readers(entry) and not is_whole(entry)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_put_in_is_the_same_in_every_language(language: str) -> None:
    for entry in entries(language):
        originals = entry.id if isinstance(entry.id, tuple | list) else (entry.id,)
        said = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
        places = {place for original in originals for place in _PLACE.findall(original)}
        for text in said:
            assert set(_PLACE.findall(text or "")) <= places, entry.id


def test_the_catalogues_hold_the_texts_that_the_office_has() -> None:
    stale = [path.parent.parent.name for path, text in catalogues().items() if path.read_text("utf-8") != text]
    assert stale == [], "run python -m tools.office_catalogues"


@pytest.mark.parametrize(
    ("language", "said"),
    [("de", "Anmelden"), ("fr", "Se connecter"), ("es", "Iniciar sesión"), ("cy", "Mewngofnodi"), ("en-GB", "Sign in")],
)
def test_a_page_is_in_the_readers_language(language: str, said: str, plan: Callable[..., Plan]) -> None:
    plan()
    reader = Browser(language=language)
    for path in ("/sign-in", "/subscribe"):
        page = reader.get(path)
        assert f'lang="{language.partition("-")[0]}' in page.html
        assert said in page.text


def test_a_letter_is_in_the_readers_language(mails: list[EmailMessage]) -> None:
    Browser(language="de").get("/sign-in").submit({"mail": "ann@example.com"})
    assert "ist Ihr Code für" in mails[-1].subject
