"""The gettext catalogues: found, compiled where they are not yet, and read."""

from __future__ import annotations

import gettext
from io import BytesIO
from pathlib import Path

FOLDER = Path(__file__).parent / "catalogues"
DOMAIN = "pennypress"

_SAME_MOMENT = 2.0
"""Seconds by which a compiled catalogue may seem older: an installer unpacks both within a moment."""


def source_of(language: str, folder: Path = FOLDER) -> Path:
    """Where the catalogue of an offered language stands."""
    return folder / language.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(language: str, folder: Path = FOLDER) -> gettext.GNUTranslations:
    """The catalogue of an offered language: the compiled file beside it, or, where that is missing or older, the
    source compiled in memory."""
    source = source_of(language, folder)
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime + _SAME_MOMENT >= source.stat().st_mtime:
        with compiled.open("rb") as binary:
            return gettext.GNUTranslations(binary)
    return gettext.GNUTranslations(BytesIO(_compile(source)))


def _compile(source: Path) -> bytes:
    # Only a checkout that was never built needs these: they cost a start-up time that a wheel does not pay.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parent.parent.name)
    binary = BytesIO()
    write_mo(binary, catalogue)
    return binary.getvalue()
