"""Writes the pages of docs/ that are made from declarations: ``python -m tools.reference``."""

from __future__ import annotations

from pathlib import Path

from pennypress.config.writing import reference_page

PAGE = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"


def main() -> None:
    """Write them."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(reference_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
