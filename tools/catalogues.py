"""Brings every catalogue up to the English source: ``python -m tools.catalogues``.

New messages are added empty, messages that are gone are taken out, and one whose English changed is marked fuzzy,
so that the tests name it until it has been translated anew. The English catalogue is written whole.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po, write_po

from pennypress.messages.catalogue import DOMAIN, FOLDER, source_of
from pennypress.messages.languages import OFFERED
from pennypress.messages.wording import MESSAGES, Message

PLURALS = {
    "ar": (6, "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5"),
    "cy": (6, "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 5"),
    "de": (2, "n!=1"),
    "en": (2, "n!=1"),
    "es": (3, "n==1 ? 0 : n!=0 && n%1000000==0 ? 1 : 2"),
    "fr": (3, "n<=1 ? 0 : n%1000000==0 ? 1 : 2"),
    "he": (3, "n==1 ? 0 : n==2 ? 1 : 2"),
    "hi": (2, "n>1"),
    "it": (3, "n==1 ? 0 : n!=0 && n%1000000==0 ? 1 : 2"),
    "ja": (1, "0"),
    "nl": (2, "n!=1"),
    "pl": (4, "n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2"),
    "pt": (3, "n<=1 ? 0 : n%1000000==0 ? 1 : 2"),
    "ru": (4, "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2"),
    "sv": (2, "n!=1"),
    "tr": (2, "n!=1"),
    "uk": (4, "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2"),
    "zh-Hans": (1, "0"),
}
"""CLDR's plural forms for whole numbers, as gettext writes them. The forms are those of Babel's own data, also where
one of them (the "other" of Polish, Russian and Ukrainian) is for fractions alone."""

_HEADER = "# The texts of Pennypress, one whole message each. What to keep is in docs/translators.md."


def main() -> None:
    """Write the template and every catalogue."""
    for path, text in catalogues().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def catalogues() -> dict[Path, str]:
    """The template and every catalogue, as they belong on disk."""
    translated = {source_of(language): _text(_updated(language)) for language in OFFERED}
    return {FOLDER / f"{DOMAIN}.pot": _text(_empty(None)), **translated}


def _updated(language: str) -> Catalog:
    catalogue, before = _empty(language), _existing(language)
    for message in MESSAGES.values():
        entry = catalogue.get(_id(message), context=message.name)
        assert entry is not None
        if language == "en":
            entry.string = _id(message)
        elif old := before.get(message.name):
            entry.string = old.string
            if old.id != _id(message) or old.fuzzy:
                entry.flags.add("fuzzy")
    return catalogue


def _existing(language: str) -> dict[str, Entry]:
    source = source_of(language)
    if not source.exists():
        return {}
    with source.open("rb") as text:
        catalogue = read_po(text, locale=language.replace("-", "_"))
    return {entry.context: entry for entry in catalogue if entry.id and entry.context}


def _empty(language: str | None) -> Catalog:
    locale = None if language is None else language.replace("-", "_")
    catalogue = Catalog(locale=locale, domain=DOMAIN, fuzzy=False)
    if language is not None:
        count, rule = PLURALS[language]
        catalogue.mime_headers = [("Plural-Forms", f"nplurals={count}; plural=({rule});")]
    for message in MESSAGES.values():
        comments = [message.note] if message.note else []
        flags = {"python-brace-format"} if message.placeholders else set()
        catalogue.add(_id(message), context=message.name, auto_comments=comments, flags=flags)
    return catalogue


def _id(message: Message) -> str | tuple[str, str]:
    return message.text if message.one is None else (message.one, message.text)


def _text(catalogue: Catalog) -> str:
    written = BytesIO()
    write_po(written, catalogue, width=0, omit_header=True)
    headers = "".join(f'"{name}: {value}\\n"\n' for name, value in _headers(catalogue))
    return f'{_HEADER}\nmsgid ""\nmsgstr ""\n{headers}\n{written.getvalue().decode("utf-8")}'


def _headers(catalogue: Catalog) -> list[tuple[str, str]]:
    """No dates and no names: a catalogue that did not change is written as it was."""
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]
    if catalogue.locale_identifier is not None:
        headers.insert(0, ("Language", catalogue.locale_identifier))
        headers.append(("Plural-Forms", catalogue.plural_forms))
    return headers


if __name__ == "__main__":
    main()
