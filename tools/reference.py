"""Writes the pages of docs/ that are made from declarations: ``python -m tools.reference``."""

from __future__ import annotations

from pathlib import Path

from pennypress.config.writing import reference_page
from pennypress.office.privacy.report import privacy_page

DOCS = Path(__file__).resolve().parent.parent / "docs"


def main() -> None:
    """Write them."""
    DOCS.mkdir(exist_ok=True)
    (DOCS / "configuration.md").write_text(reference_page(), encoding="utf-8")
    (DOCS / "privacy.md").write_text(privacy_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
