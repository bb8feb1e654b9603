"""``pennypress open``: make articles free for a time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from pennypress.cli.options import CONFIG, ConfigFile, Duration, read_pattern
from pennypress.core.entitlement import Opening
from pennypress.core.target import PathPattern


def open_articles(
    how_long: Duration,
    why: Annotated[str, typer.Option(metavar="TEXT", help="The reason, for whoever reads `status` later.")],
    path: Annotated[
        PathPattern | None,
        typer.Option(metavar="PATTERN", parser=read_pattern, help='Articles at these paths, such as "/news/flood/**".'),
    ] = None,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="Articles with this tag.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every article that is not locked.")] = False,
    config: ConfigFile = CONFIG,
) -> None:
    """Open articles to everybody for a time: in an emergency, say. It closes by itself.

    Running workers open them within two seconds. Opening spends nothing, and each article says until when it is free.

    Example: pennypress open --tag flood --for 6h --why "The river is rising"
    """
    from pennypress.cli.screen import say, when
    from pennypress.cli.stores import opened
    from pennypress.config import load

    if [path is not None, tag is not None, everything].count(True) != 1:
        raise typer.BadParameter("say which articles: one of --path, --tag and --all")
    loaded = load(config)
    now = datetime.now(UTC).replace(microsecond=0)
    opening = Opening(path, tag.strip() if tag else None, now, now + how_long, why)

    async def add() -> None:
        async with opened(loaded) as store:
            await store.open(opening)

    asyncio.run(add())
    say(f"Open until {when(opening.until, loaded.paper.timezone)}: {described(opening)}.", "bold")
    say("Running workers take it up within two seconds; it closes by itself, and `pennypress status` lists it.")


def described(opening: Opening) -> str:
    """Which articles an opening opens, in words."""
    if opening.path is not None:
        return f"articles at {opening.path.text}"
    return f'articles with the tag "{opening.tag}"' if opening.tag is not None else "every article"
