"""What several commands take: the configuration file, stretches of time, patterns of paths."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from pennypress.config.addresses import site_url
from pennypress.config.reading import Network, duration, network, path_pattern
from pennypress.config.setting import Raw, Unfit
from pennypress.core.target import PathPattern
from pennypress.errors import PennypressError

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


def read_network(text: str) -> Network:
    """A network given on the command line."""
    try:
        return network(Raw(text, Path()))
    except Unfit as unfit:
        raise typer.BadParameter(f"this {unfit}") from None


def site_of(said: str) -> tuple[str, str]:
    """The scheme and host of an address, and the path and query behind them, empty where there is none. Raises
    PennypressError."""
    parts = urlsplit(said if "://" in said else f"https://{said}")
    try:
        site = site_url(Raw(f"{parts.scheme}://{parts.netloc}", Path()))
    except Unfit as unfit:
        raise PennypressError(f"The address {unfit}.") from None
    path = parts.path.removesuffix("/") and parts.path
    return site, f"{path}?{parts.query}" if path and parts.query else path


Duration = Annotated[
    timedelta,
    typer.Option("--for", metavar="TIME", parser=read_duration, help='How long, such as "6h" or "2 days".'),
]
