"""Makes the office's first migration anew from its models, until there is a release: ``python -m tools.migrations``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from django.core.management import call_command

from pennypress.config.document import build
from pennypress.office.settings import configure
from pennypress.readers.keys import Keys

FOLDER = Path(__file__).resolve().parent.parent / "src" / "pennypress" / "office" / "migrations"


def main() -> None:
    """Write it."""
    for old in FOLDER.glob("0*.py"):
        old.unlink()
    with tempfile.TemporaryDirectory() as base:
        configure(build(Path(base), office={"enabled": True}), Keys((bytes(32),)))
        call_command("makemigrations", "office", verbosity=1)
    for made in FOLDER.glob("0*.py"):
        made.write_text('"""The tables of the office."""\n\n' + made.read_text("utf-8"), "utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(FOLDER)], check=True)


if __name__ == "__main__":
    main()
