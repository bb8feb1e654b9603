"""``pennypress try``: a live site through the meter, for one's own browser."""

from __future__ import annotations

from typing import Annotated

import typer


def try_site(
    site: Annotated[
        str, typer.Argument(metavar="URL", help="The site, such as https://paper.example.", show_default=False)
    ],
    limit: Annotated[int, typer.Option(metavar="N", help="How many articles a reader may open in a month.")] = 3,
    port: Annotated[int, typer.Option(metavar="PORT", help="Listen here on 127.0.0.1; 0 is any free port.")] = 0,
) -> None:
    """See a live site through the meter, in your own browser: no configuration, nothing installed.

    It listens on this machine alone and keeps everything in memory. It only reads (GET and HEAD), one thing at a time
    and what the site's robots.txt leaves free. Each page is printed with what was found. Ctrl-C ends it and prints
    the pennypress.toml that it would write.

    Example: pennypress try https://paper.example --limit 3
    """
    from pennypress.cli.trying import run

    run(site, limit, port)
