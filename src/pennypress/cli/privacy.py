"""``pennypress privacy``: what a paper says of its readers' data."""

from __future__ import annotations

import typer

from pennypress.cli.options import CONFIG, ConfigFile

app = typer.Typer(name="privacy", help="What this installation keeps of readers.", no_args_is_help=True)


@app.callback()
def privacy() -> None:
    """Keeps ``report`` a command of its own."""


@app.command("report")
def report(config: ConfigFile = CONFIG) -> None:
    """Print what is kept of readers, why and how long, with this installation's settings, ready to paste.

    Example: pennypress privacy report > privacy.md
    """
    from pennypress.config import load
    from pennypress.office.privacy.report import report as lines

    for line in lines(load(config)):
        typer.echo(line)
