"""``pennypress account``: why a reader can or cannot read."""

from __future__ import annotations

from typing import Annotated

import typer

from pennypress.cli.options import CONFIG, ConfigFile

app = typer.Typer(name="account", help="Why a reader can or cannot read.", no_args_is_help=True)


@app.callback()
def account() -> None:
    """Keeps ``show`` a command of its own."""


@app.command("show")
def show(
    who: Annotated[str, typer.Argument(metavar="MAIL", help="The mail address, or the account's number.")],
    config: ConfigFile = CONFIG,
) -> None:
    """Say in words whether this reader can read, why, and what would mend it.

    Example: pennypress account show ann@example.com
    """
    from pennypress.cli.office import opened_office
    from pennypress.cli.screen import refuse, say

    opened_office(config)
    from pennypress.office import clock
    from pennypress.office.explaining import explain
    from pennypress.office.models import Account

    found = Account.objects.with_mail(who) or Account.objects.filter(number=who).first()
    if found is None:
        refuse(f"There is no account of {who}: check the spelling, or search at the desk.")
    explanation = explain(found, clock.now())
    say(f"{found} (number {found.number}) can read." if explanation.reads else f"{found} cannot read.")
    for reason in explanation.reasons:
        say(f"  {reason}")
    if explanation.mend:
        say(f"  What would mend it: {explanation.mend}")
