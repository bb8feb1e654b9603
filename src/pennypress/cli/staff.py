"""``pennypress staff``: who of the paper may do what."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from pennypress.cli.options import CONFIG, ConfigFile, read_duration

app = typer.Typer(name="staff", help="Who of the paper may do what, and reads everything.", no_args_is_help=True)

_USUAL = timedelta(days=90)
UsualDuration = Annotated[
    timedelta,
    typer.Option(
        "--for",
        metavar="TIME",
        parser=read_duration,
        help='How long, such as "6h" or "2 days".',
        show_default=f"{_USUAL.days} days",
    ),
]

Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose pass it is, for your own list.")]


@app.command("add")
def add(
    name: Name,
    for_: UsualDuration = _USUAL,
    config: ConfigFile = CONFIG,
) -> None:
    """Print a link that gives one browser a staff pass: nothing is cut, counted or announced in it.

    The link works once, within seven days.

    Example: pennypress staff add "Newsroom, second floor" --for 90d
    """
    from pennypress.cli.office import opened_office
    from pennypress.cli.screen import say

    loaded = opened_office(config)
    from pennypress.office.desk.passes import invite

    say(f"{loaded.paper.url or ''}{invite(name, for_)}")


@app.command("list")
def list_(config: ConfigFile = CONFIG) -> None:
    """List the staff passes that hold.

    Example: pennypress staff list
    """
    from pennypress.cli.office import opened_office
    from pennypress.cli.screen import say

    opened_office(config)
    from pennypress.office.desk.passes import held

    passes = held()
    for name, until, devices in passes:
        say(f"{name}: until {until:%Y-%m-%d}, on {devices} devices")
    if not passes:
        say("There is no staff pass.")


@app.command("remove")
def remove(name: Name, config: ConfigFile = CONFIG) -> None:
    """End the staff pass of this name, on all its devices, within two seconds.

    Example: pennypress staff remove "Newsroom, second floor"
    """
    from pennypress.cli.office import opened_office
    from pennypress.cli.screen import refuse, say

    opened_office(config)
    from pennypress.office.desk.passes import take_back

    if not take_back(name):
        refuse(f"There is no staff pass of {name}: pennypress staff list shows those that hold.")
    say(f"The pass of {name} has ended.")


@app.command("role")
def role(
    mail: Annotated[str, typer.Argument(metavar="MAIL", help="With which they sign in.")],
    to: Annotated[str, typer.Argument(metavar="ROLE", help="owner, subscriptions, editor, read-only, or none.")],
    config: ConfigFile = CONFIG,
) -> None:
    """Give somebody a role at the desk, or take it away with "none".

    Example: pennypress staff role you@example.com owner
    """
    from pennypress.cli.office import opened_office
    from pennypress.cli.screen import refuse, say

    opened_office(config)
    from pennypress.office.models import Account, Role

    wanted = "" if to == "none" else to
    if wanted not in Role.values:
        refuse(f'"{to}" is no role: write owner, subscriptions, editor, read-only, or none.')
    account = Account.objects.with_mail(mail) or Account.objects.make(mail)
    account.role = wanted
    account.save(update_fields=["role"])
    say(f"{mail} is {to} now. They sign in with a code sent to that address.")
