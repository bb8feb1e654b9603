"""``pennypress mode``: switch running workers, and the file for the next start."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pennypress.cli.options import CONFIG, ConfigFile
from pennypress.core.policy import Mode
from pennypress.core.use import Use, UseKind

_NAMED = 10
_MEANING = {
    Mode.ON: "the meter counts, and stops readers whose limit is used up",
    Mode.OBSERVE: "the meter decides and counts, but shows and withholds nothing",
    Mode.OFF: "every page passes as it is, and nothing is counted",
}


def mode(
    to: Annotated[Mode, typer.Argument(metavar="on|observe|off", help="The mode to switch to.", show_default=False)],
    config: ConfigFile = CONFIG,
) -> None:
    """Switch the meter on, to observing, or off: running workers within two seconds, and the file for later starts.

    Example: pennypress mode observe
    """
    from pennypress.cli.screen import say
    from pennypress.cli.stores import opened
    from pennypress.config import load, read

    loaded = load(config)
    document = with_mode(config.read_bytes().decode("utf-8-sig"), to)
    read(document, config)

    async def switch() -> tuple[Use, ...]:
        async with opened(loaded) as store:
            _replace(config, document)
            await store.say_mode(to)
            return tuple(use for use in await store.uses() if use.kind is UseKind.FEED)

    feeds = asyncio.run(switch())
    say(f'The mode is "{to.value}": {_MEANING[to]}.', "bold")
    say(f"Running workers take it up within two seconds; {config} says so for later starts.")
    if to is Mode.ON and feeds:
        say(
            f"Who fetched feeds while observing ({', '.join(sorted({use.who for use in feeds})[:_NAMED])}) gets them "
            "cut from now on: "
            "pennypress status names them; make those a partner who are to read on.",
            "yellow",
        )


def with_mode(document: str, mode: Mode) -> str:
    """The text of a configuration with this mode, and every comment and blank as it was."""
    import tomlkit

    parsed = tomlkit.parse(document)
    if "meter" not in parsed:
        parsed["meter"] = tomlkit.table()
    parsed["meter"]["mode"] = mode.value
    return tomlkit.dumps(parsed)


def _replace(path: Path, document: str) -> None:
    """Write the whole file beside the old one and put it in its place, so that no reader ever sees half of it."""
    target = path.resolve()
    status = target.stat()
    descriptor, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(document)
            file.flush()
            os.fsync(descriptor)
        Path(draft).chmod(status.st_mode & 0o7777)
        if os.geteuid() == 0:
            os.chown(draft, status.st_uid, status.st_gid)
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
