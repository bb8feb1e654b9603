"""``pennypress lock``: keep one article for subscribers, or let it go again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

import typer

from pennypress.cli.options import CONFIG, ConfigFile, read_duration
from pennypress.core.entitlement import Lock
from pennypress.core.target import PathPattern, read_target
from pennypress.errors import TargetError


def lock(
    url: Annotated[str, typer.Argument(metavar="URL", help="The article's address, or its path.", show_default=False)],
    how_long: Annotated[
        timedelta | None,
        typer.Option("--for", metavar="TIME", parser=read_duration, help="How long. Absent: until it is lifted."),
    ] = None,
    why: Annotated[str, typer.Option(metavar="TEXT", help="The reason, for whoever reads `status` later.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Lift the lock on this article instead.")] = False,
    config: ConfigFile = CONFIG,
) -> None:
    """Keep one article for subscribers; running workers do within two seconds. A lock beats every opening.

    Example: pennypress lock https://www.example.com/news/exclusive --for 12h

    To lift it: pennypress lock /news/exclusive --lift
    """
    from pennypress.cli.screen import refuse, say, when
    from pennypress.cli.stores import opened
    from pennypress.config import load

    loaded = load(config)
    pattern = article_path(url, loaded.paper.url)
    now = datetime.now(UTC).replace(microsecond=0)
    made = Lock(pattern, now, None if how_long is None else now + how_long, why)

    async def tell() -> bool:
        async with opened(loaded) as store:
            if lift:
                return await store.unlock(pattern.text)
            await store.lock(made)
            return True

    done = asyncio.run(tell())
    if not done:
        refuse(f"There is no lock on {pattern.text}; pennypress status lists those that there are.")
    if lift:
        say(f"Lifted: {pattern.text} is as the rules say.", "bold")
    elif made.until is None:
        say(f"Locked until it is lifted: {pattern.text} is for subscribers only.", "bold")
    else:
        say(f"Locked until {when(made.until, loaded.paper.timezone)}: {pattern.text} is for subscribers only.", "bold")
    say("Running workers take it up within two seconds.")


def article_path(url: str, own: str | None) -> PathPattern:
    """The pattern of one article's path. Raises typer.BadParameter for an address of another site."""
    parts = urlsplit(url)
    if parts.netloc and own is not None and parts.netloc.lower() != urlsplit(own).netloc:
        raise typer.BadParameter(f"{url} is not on {own}")
    if "*" in parts.path:
        raise typer.BadParameter("a lock is for one article; for more of them write a rule")
    try:
        return PathPattern(read_target(parts.path or "/").folded)
    except TargetError as error:
        raise typer.BadParameter(f"{url}: {error}; write an address, or a path that begins with a slash") from None
