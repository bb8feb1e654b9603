"""What the command line shows: sentences and tables, coloured in a terminal and plain everywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_PLAIN_WIDTH = 400


@cache
def console(*, errors: bool = False) -> Console:
    """The terminal, or what stands in its place."""
    made = Console(stderr=errors, highlight=False, soft_wrap=True)
    if not made.is_terminal:
        made.width = _PLAIN_WIDTH
    return made


def say(sentence: str = "", style: str = "") -> None:
    """Print a line; brackets in it are only brackets."""
    console().print(Text(sentence, style=style))


def say_below(sentence: str, indent: int, style: str = "") -> None:
    """Print a sentence that belongs to the line above it: indented, also where a terminal has to wrap it."""
    screen = console()
    if screen.is_terminal:
        screen.print(Padding(Text(sentence, style=style), (0, 0, 0, indent)), soft_wrap=False)
    else:
        screen.print(Text(" " * indent + sentence))


def say_in(parts: Sequence[tuple[str, str]]) -> None:
    """Print a line of parts, each in its own style."""
    console().print(Text.assemble(*parts))


def complain(sentence: str, style: str = "red") -> None:
    """Print a line to the error output."""
    console(errors=True).print(Text(sentence, style=style))


def refuse(sentence: str) -> NoReturn:
    """End the command with a sentence that says why it did nothing."""
    complain(sentence)
    raise typer.Exit(1)


def show_rows(title: str, rows: Sequence[tuple[str, ...]], *, right: int | None = None) -> None:
    """Print rows under a title, aligned; ``right`` is the column of numbers."""
    if not rows:
        return
    heading = Text(title, style="bold") if title else None
    table = Table(title=heading, title_justify="left", box=None, show_header=False, pad_edge=False)
    for place in range(len(rows[0])):
        table.add_column(justify="right" if place == right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    screen = console()
    if screen.is_terminal:
        screen.print(table)
        screen.print()
        return
    with screen.capture() as drawn:
        screen.print(table)
    print("\n".join(line.rstrip() for line in drawn.get().splitlines()), end="\n\n")


def when(moment: datetime, zone: ZoneInfo) -> str:
    """A moment in the paper's zone, to the minute: ``1 December 2026, 06:00 (Europe/London)``."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B %Y, %H:%M} ({zone.key})"
