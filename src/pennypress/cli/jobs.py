"""``pennypress jobs``: what the office does by itself."""

from __future__ import annotations

from typing import Annotated

import typer

from pennypress.cli.options import CONFIG, ConfigFile


def jobs(
    config: ConfigFile = CONFIG,
    once: Annotated[bool, typer.Option("--once", help="Run what is due now, and end.")] = False,
) -> None:
    """Send letters, write reminders, end what has run out: all that the office does by itself, until SIGTERM.

    The gateway starts it beside itself. By hand it is for a machine of its own, or for once a minute from cron.

    Example: pennypress jobs --once
    """
    from pennypress.cli.screen import say
    from pennypress.config import load

    loaded = load(config)
    if not loaded.office.enabled:
        say("There is no office here: write enabled = true under [office] first.")
        return
    from pennypress.office.working import work, work_once

    if once:
        ran = work_once(loaded)
        say(f"Ran: {', '.join(ran)}." if ran else "Nothing was due.")
    else:
        work(loaded, lambda: load(config))
