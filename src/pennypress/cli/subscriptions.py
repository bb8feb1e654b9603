"""``pennypress subscriptions``: bringing over those who pay, and making good what was lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pennypress.cli.options import CONFIG, ConfigFile
from pennypress.cli.reconcile import reconcile
from pennypress.config import Config

if TYPE_CHECKING:
    from pennypress.office.bringing.comparing import Comparison
    from pennypress.office.bringing.rows import Reading

app = typer.Typer(
    name="subscriptions",
    help="Bring over those who pay already; make good what was lost at Stripe.",
    no_args_is_help=True,
)

app.command("reconcile")(reconcile)

_FORMATS = ("csv", "woocommerce", "newspack", "leaky-paywall", "ghost")


@app.command("import")
def bring_over(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="The file that was exported.")] = None,
    stripe: Annotated[bool, typer.Option("--stripe", help="Read the Stripe account instead of a file.")] = False,
    format: Annotated[
        str | None, typer.Option(metavar="|".join(_FORMATS), help="Whose file it is. Absent: known by its columns.")
    ] = None,
    plan: Annotated[
        list[str] | None, typer.Option(metavar="THEIRS=OURS", help="Which plan of ours one of theirs is. Repeatable.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it. Absent: only say what would be done.")] = False,
    letters: Annotated[bool, typer.Option(help="Write to each who is new, with a link that signs them in.")] = True,
    config: ConfigFile = CONFIG,
) -> None:
    """Bring over subscribers from a file or from Stripe. Nobody is charged, and nobody types a card again.

    Without --apply nothing is written: it says which plans become which, who is new, changed, without a mail address
    or there twice, and what is wrong in which line. A second run changes nothing.

    Example: pennypress subscriptions import members.csv --plan "Gold=monthly"
    """
    from pennypress.cli.office import opened_office
    from pennypress.cli.screen import refuse, say

    if (file is None) is not stripe or (format is not None and format not in _FORMATS):
        refuse(f"Name a file, or write --stripe; --format is one of {', '.join(_FORMATS)}.")
    loaded = opened_office(config)
    from pennypress.office import clock
    from pennypress.office.bringing.comparing import compare
    from pennypress.office.bringing.telling import told

    comparison = compare(_read(file, format, loaded), _mapping(plan or []), clock.now())
    for line in told(comparison):
        say(line)
    if comparison.unmapped or comparison.faults:
        refuse("Nothing was written: say what becomes of these plans, and mend these lines, then run it again.")
    if not apply:
        say("Nothing was written. To do it, run the same with --apply.")
        return
    say(f"Done. {_apply(comparison, letters=letters):,} letters are on their way." if letters else "Done.")


def _read(file: Path | None, format: str | None, config: Config) -> Reading:
    from pennypress.office.bringing.files import read_file
    from pennypress.office.bringing.rows import Source
    from pennypress.office.bringing.stripe_account import read_account

    if file is None:
        return read_account()
    return read_file(file, Source(format) if format else None, config.paper.timezone)


def _apply(comparison: Comparison, *, letters: bool) -> int:
    """Write the rows under a progress bar; how many letters were written."""
    from rich.progress import Progress

    from pennypress.office import clock
    from pennypress.office.bringing.applying import apply
    from pennypress.office.bringing.welcoming import welcome

    with Progress() as progress:
        task = progress.add_task("Bringing over", total=len(comparison.planned))
        new = apply(comparison, clock.now(), lambda: progress.advance(task))
    return welcome(new) if letters else 0


def _mapping(said: list[str]) -> dict[str, str]:
    """What was said of plans. Raises a usage error for what is no pair."""
    pairs = [pair.rpartition("=") for pair in said]
    if any(not theirs or not ours for theirs, _, ours in pairs):
        raise typer.BadParameter('write --plan "THEIRS=OURS"')
    return {theirs: ours for theirs, _, ours in pairs}
