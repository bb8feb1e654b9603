"""Brings the office's catalogues up to its English texts: ``python -m tools.office_catalogues``.

Texts stand in the code and the templates, English as they are shown. New ones are added empty, those that are gone are
taken out; what was translated stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tools.catalogues import PLURALS

OFFICE = Path(__file__).resolve().parent.parent / "src" / "pennypress" / "office"
LANGUAGES = ("cy", "de", "es", "fr")

_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_HEADER = "# The texts of the office. Whole sentences; what stands in %(...)s is put in as it is."


def main() -> None:
    """Write every catalogue."""
    for path, text in catalogues().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def catalogues() -> dict[Path, str]:
    """Every catalogue, as it belongs on disk."""
    found = list(texts())
    return {source_of(language): _text(_updated(language, found)) for language in LANGUAGES}


def source_of(language: str) -> Path:
    """Where a language's catalogue stands."""
    return OFFICE / "locale" / language / "LC_MESSAGES" / "django.po"


def texts() -> Iterator[tuple[str | tuple[str, ...], str | None, str]]:
    """Every text of the office, with its plural, its context, and the file where it stands."""
    for path in sorted((*OFFICE.rglob("*.py"), *OFFICE.rglob("*.html"), *OFFICE.rglob("*.txt"))):
        source = path.read_text("utf-8")
        if path.suffix != ".py":
            source = templatize(source, origin=str(path))
        for _line, message, _comments, context in extract("python", BytesIO(source.encode()), _KEYWORDS):
            yield message, context, str(path.relative_to(OFFICE))


def _updated(language: str, found: list[tuple[str | tuple[str, ...], str | None, str]]) -> Catalog:
    before = _existing(language)
    catalogue = Catalog(locale=language, header_comment=_HEADER, fuzzy=False)
    count, formula = PLURALS[language]
    catalogue._num_plurals, catalogue._plural_expr = count, formula  # type: ignore[assignment]
    for message, context, file in found:
        held = before.get(message, context)
        known = held.string if held is not None else ""
        catalogue.add(message, known, locations=[(file, 0)], context=context)
    return catalogue


def _existing(language: str) -> Catalog:
    path = source_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _text(catalogue: Catalog) -> str:
    buffer = BytesIO()
    write_po(buffer, catalogue, width=120, sort_output=True, omit_header=False, include_lineno=False)
    lines = buffer.getvalue().decode().splitlines()
    kept = [line for line in lines if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By'))]
    return "\n".join(kept) + "\n"


if __name__ == "__main__":
    main()
