"""Where the program begins: which command runs, and how what goes wrong is told."""

from __future__ import annotations

import sys
from pathlib import Path

from pennypress.errors import PennypressError


def main() -> None:
    """Run the command that was given. What Pennypress raises on purpose is told in a sentence, without a traceback."""
    try:
        match sys.argv[1:]:
            case ["gateway", "--config", file]:
                # Straight there, past the command line's own libraries: workers are forks and would carry them.
                _serve(Path(file))
            case _:
                from pennypress.cli.app import app

                app(prog_name="pennypress")
    except PennypressError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def _serve(file: Path) -> None:
    from pennypress.cli.serving import start

    start(file)


if __name__ == "__main__":
    main()
