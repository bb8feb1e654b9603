"""``pennypress explain``: what Pennypress makes of one page, and why."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from pennypress.cli.options import CONFIG, ConfigFile
from pennypress.config import Config
from pennypress.core.target import Target
from pennypress.errors import OriginError, PennypressError, TargetError


def explain(
    url: Annotated[str, typer.Argument(metavar="URL", help="The page's address, or its path.", show_default=False)],
    as_: Annotated[
        str | None,
        typer.Option("--as", metavar="CRAWLER", help="What this crawler will see, such as googlebot."),
    ] = None,
    config: ConfigFile = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Fetch a page from the site behind, with no cookies, and say what Pennypress makes of it and why.

    Is it an article, which rule finds its body, what the preview keeps, what would be withheld and where it stands a
    second time, what becomes of each script, and how a fresh reader and one whose limit is used up are answered.
    Nothing is counted.

    With --as it prints what a crawler will see, once its address has been verified, and holds that against Google's
    rules for content that is not free; a rule that is broken makes the exit code 1.

    Example: pennypress explain https://www.example.com/news/flood
    """
    from pennypress.cli.explanation import host_for, look, show, show_json, target_of
    from pennypress.cli.screen import refuse
    from pennypress.config import load

    loaded = load(config)
    try:
        target = target_of(url)
    except TargetError as error:
        refuse(f"{url}: {error}; write an address, or a path that begins with a slash.")
    host = host_for(url, loaded)
    if host is None:
        refuse(
            f"{url} is not on {loaded.paper.url}, the paper that {config} is for; give one of its addresses, or a path."
        )
    try:
        if as_ is not None:
            _show_as(as_, loaded, target, host, as_json=as_json)
            return
        found = asyncio.run(look(loaded, target, host))
    except OriginError as error:
        place = f"[gateway] upstream {loaded.gateway.upstream}"
        raise PennypressError(f"{place}: {error.detail}; start the site, or mend the address.") from None
    (show_json if as_json else show)(loaded, target, found)


def _show_as(name: str, config: Config, target: Target, host: str, *, as_json: bool) -> None:
    from pennypress.cli.crawler_report import print_view, show_view
    from pennypress.cli.crawler_view import crawler_named, view
    from pennypress.cli.screen import refuse

    crawler = crawler_named(config, name)
    if crawler is None:
        refuse(f"{name} is no crawler that is known here: pennypress crawlers list names them.")
    seen = asyncio.run(view(config, target, host, crawler))
    if not (print_view if as_json else show_view)(target, seen):
        raise typer.Exit(1)
