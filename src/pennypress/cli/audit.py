"""``pennypress audit``: the paper's own site, looked at as a reader whose meter is used up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pennypress.cli.options import CONFIG, ConfigFile

_REPORT = Path("pennypress-audit.html")


def audit(
    config: ConfigFile = CONFIG,
    sitemap: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A sitemap or feed to begin with, besides those that the site names."),
    ] = None,
    report: Annotated[Path, typer.Option(metavar="FILE", help="Write the report here.")] = _REPORT,
    pages: Annotated[int, typer.Option(metavar="N", min=1, help="Ask the site for so many addresses at most.")] = 1000,
    rate: Annotated[
        float, typer.Option(metavar="N", min=0.01, help="Ask for so many addresses a second at most.")
    ] = 2.0,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask also a host that is not in the configuration, without a question.")
    ] = False,
) -> None:
    """Look for text that leaves past the meter, on every route of your own site, and for what else is wrong.

    The site is asked for what it names and for what sites usually have: sitemaps, feeds, REST and JSON:API, search,
    print and AMP views, embeds, llms.txt. Then the gateway itself, with your configuration and a meter of its own,
    answers a reader whose meter is used up. No reader's meter is touched; nothing is sent to the site but GET; what
    robots.txt keeps from pennypress-audit is left alone.

    A report is written as one HTML page. Exit code 1 when withheld text leaves, 0 when none does. Ctrl-C ends the
    stage under way and writes the report of what was seen by then (exit code 130 where nothing leaks in that).

    Example: pennypress audit --config pennypress.toml --sitemap https://www.example.com/news-sitemap.xml
    """
    from pennypress.cli.auditing import run

    run(config, sitemap, report, pages, rate, yes=yes)
