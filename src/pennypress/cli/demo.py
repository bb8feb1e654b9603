"""``pennypress demo``: a small newspaper with the real gateway in front of it."""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    port: Annotated[int | None, typer.Option(metavar="PORT", help="Listen here. Absent: a free port.")] = None,
) -> None:
    """Read a small newspaper, made for trying out, through the real gateway: three articles a month.

    Nothing is written outside a folder of its own that goes when it ends.

    Example: pennypress demo --port 8000
    """
    from pennypress.demo import run

    run(port)
