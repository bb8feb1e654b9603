"""``pennypress crawlers``: who is believed to be a crawler, and the lists that operators publish."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from pennypress.cli.options import CONFIG, ConfigFile

app = typer.Typer(
    name="crawlers", help="Crawlers, and the networks that their operators publish.", no_args_is_help=True
)


@app.command("refresh")
def refresh(
    mirror: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="URL",
            help="A folder of your own that holds the lists as googlebot.json, bingbot.json, applebot.json, "
            "duckduckbot.json, cloudflare.json and fastly.json; absent: where their operators publish them.",
        ),
    ] = None,
    config: ConfigFile = CONFIG,
) -> None:
    """Fetch the lists of their networks that Google, Microsoft, Apple, DuckDuckGo, Cloudflare and Fastly publish.

    A list that cannot be fetched, or cannot be believed, leaves the old one as it is; then the exit code is 1. Running
    workers take new lists up within two seconds.

    Example: pennypress crawlers refresh
    """
    from pennypress.cli.fetching_lists import Failed, fetch_all
    from pennypress.cli.screen import complain, refuse, say, when
    from pennypress.config import load
    from pennypress.http.askers import lists_file
    from pennypress.readers.published import SOURCES, Published, checked, read_lists, write_lists

    loaded = load(config)
    file = lists_file(loaded)
    held, now = dict(read_lists(file)), datetime.now(UTC)
    failed = 0
    for source, found in asyncio.run(fetch_all(mirror)):
        try:
            if isinstance(found, Failed):
                raise ValueError(found.why)
            held[source.name] = Published(checked(source.networks(found)), now)
        except ValueError as fault:
            failed += 1
            old = held.get(source.name)
            since = f"the list of {when(old.fetched, loaded.paper.timezone)} goes on" if old else source.without
            complain(f"{source.name}: {source.at(mirror)}: {fault}; {since}.")
        else:
            say(f"{source.name}: {len(held[source.name].networks):,} networks.")
    if failed < len(SOURCES):
        try:
            write_lists(file, held)
        except OSError as refusal:
            refuse(f"{file}: the lists cannot be written ({refusal.strerror}); see its disk and directory.")
    if failed:
        raise typer.Exit(1)


@app.command("list")
def list_(config: ConfigFile = CONFIG) -> None:
    """List the crawlers that are known, what they may read, and how each is told from those who only say so.

    Example: pennypress crawlers list
    """
    from pennypress.cli.screen import say, show_rows, when
    from pennypress.config import load
    from pennypress.http.askers import crawlers, lists_file
    from pennypress.readers.published import FRONTS, front, read_lists

    loaded = load(config)
    file = lists_file(loaded)
    lists, zone = read_lists(file), loaded.paper.timezone
    show_rows(
        "Crawlers, in the order in which they are asked",
        [
            (
                crawler.name,
                "reads everything" if crawler.full else "gets the preview",
                f"{len(crawler.networks.starts):,} ranges" if crawler.networks.starts else "no ranges",
                f"names in {', '.join(crawler.zones)}" if crawler.zones else "no zones",
            )
            for crawler in crawlers(loaded, lists).all
        ],
    )
    show_rows("What may stand in front", [(name, f"{len(front(name, lists)):,} networks") for name in FRONTS])
    show_rows("Lists that were fetched", [(name, when(held.fetched, zone)) for name, held in sorted(lists.items())])
    if not lists:
        say("No list was fetched yet: pennypress crawlers refresh.")
