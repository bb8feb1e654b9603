"""What several commands take: the configuration file, stretches of time, patterns of paths."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from pennypress.config.reading import duration, path_pattern
from pennypress.config.setting import Raw, Unfit
from pennypress.core.target import PathPattern

ConfigFile = Annotated[
    Path, typer.Option("--config", "-c", metavar="FILE", help="The configuration file.", show_default=True)
]

CONFIG = Path("pennypress.toml")


def read_duration(text: str | timedelta) -> timedelta:
    """A stretch of time given on the command line."""
    if isinstance(text, timedelta):  # a default comes here as it stands
        return text
    try:
        return duration(Raw(text, Path()))
    except Unfit as unfit:
        raise typer.BadParameter(f"this {unfit}") from None


def read_pattern(text: str) -> PathPattern:
    """A pattern of paths given on the command line."""
    try:
        return path_pattern(Raw(text, Path()))
    except Unfit as unfit:
        raise typer.BadParameter(f"this {unfit}") from None


Duration = Annotated[
    timedelta,
    typer.Option("--for", metavar="TIME", parser=read_duration, help='How long, such as "6h" or "2 days".'),
]
