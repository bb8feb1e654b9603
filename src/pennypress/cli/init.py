"""``pennypress init``: ask five things, and write the configuration and the keys."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pennypress.cli.options import CONFIG, ConfigFile
from pennypress.config import build
from pennypress.errors import ConfigurationError

_FRONTS = {"nothing": [], "this machine": ["127.0.0.1", "::1"]}
_ZONE_LINK = Path("/etc/localtime")
_NAME_ASKED = "The paper's name, such as The Morning Post"
_SITE_ASKED = "Its address for readers, such as https://www.example.com"
_ZONE_ASKED = "Its time zone"
_FRONT_ASKED = 'What stands in front of Pennypress: "nothing", "this machine" (nginx or the like), or its networks'
_SUBSCRIBE_ASKED = "Where one subscribes: a path of the site, or a whole address"

Tables = dict[str, dict[str, object]]


def init(
    name: Annotated[str | None, typer.Option(help="The paper's name.", show_default=False)] = None,
    site: Annotated[str | None, typer.Option(help="The address at which readers reach it.", show_default=False)] = None,
    timezone: Annotated[str | None, typer.Option(help="Its time zone.", show_default=False)] = None,
    front: Annotated[
        str | None,
        typer.Option(help='What stands in front: "nothing", "this machine" or networks.', show_default=False),
    ] = None,
    subscribe: Annotated[str | None, typer.Option(help="Where one subscribes.", show_default=False)] = None,
    upstream: Annotated[str, typer.Option(help="Where the site behind Pennypress answers.")] = "http://127.0.0.1:8080",
    config: ConfigFile = CONFIG,
) -> None:
    """Ask five things, and write a commented configuration in mode "observe", and the keys.

    What a flag says is not asked. Nothing that exists is overwritten.

    Example: pennypress init --name "The Morning Post" --site https://www.example.com
    """
    from pennypress.cli.screen import refuse, say
    from pennypress.config.writing import commented_file

    if config.exists() or config.is_symlink():
        refuse(f"{config} is there already; take it away first, or write another with --config.")
    if not config.absolute().parent.is_dir():
        refuse(f"{config.absolute().parent} is no folder; make it first.")
    answers: Tables = {"meter": {"mode": "observe"}, "gateway": {}, "paper": {}, "network": {}}
    _take(answers, "paper", "name", name, _NAME_ASKED, None, str)
    _take(answers, "paper", "url", site, _SITE_ASKED, None, _site)
    _take(answers, "paper", "timezone", timezone, _ZONE_ASKED, own_zone(), str)
    _take(answers, "network", "trusted_proxies", front, _FRONT_ASKED, "nothing", _front)
    _take(answers, "paper", "subscribe_url", subscribe, _SUBSCRIBE_ASKED, "/subscribe", str)
    _take(answers, "gateway", "upstream", upstream, "", None, str)
    keys = build(config.absolute().parent, **answers).secrets.keys
    made = _made(keys)
    _write_new(config, commented_file(answers))
    say(f'Wrote {config}, in mode "observe": it counts, and shows and withholds nothing.', "bold")
    say(f"{'Made' if made else 'Kept'} the keys in {keys}; back them up.")
    say(f"Look at [articles] and [gateway] in the file. Next: pennypress check --config {config}")


def own_zone() -> str:
    """The time zone of this machine, by the name that its link bears."""
    try:
        named = str(_ZONE_LINK.readlink()).partition("zoneinfo/")[2]
    except OSError:
        named = ""
    return named if "/" in named else "Europe/London"


def _take(
    answers: Tables,
    section: str,
    key: str,
    given: str | None,
    question: str,
    usual: str | None,
    read: Callable[[str], object],
) -> None:
    """Put one answer in: what the flag says, or what is asked for until it is right. A faulty flag ends the command."""
    from pennypress.cli.screen import complain

    while True:
        said = given if given is not None else _asked(question, usual)
        answers[section][key] = read(said.strip())
        try:
            build(Path(), **answers)
            return
        except ConfigurationError as error:
            faults = [fault for fault in error.faults if fault.place.startswith(f"{section}.{key}")]
            for fault in faults or error.faults:
                complain(f"{fault.wrong}; {fault.mend}")
            if given is not None:
                raise typer.Exit(1) from None


def _asked(question: str, usual: str | None) -> str:
    """What is answered; ends the command where nobody is there to answer."""
    from pennypress.cli.screen import complain

    try:
        return str(typer.prompt(question, default=usual))
    except typer.Abort:
        complain("\nNothing was written: say it in a terminal, or by the options that pennypress init --help names.")
        raise typer.Exit(1) from None


def _made(keys: Path) -> bool:
    """Make the key file; False when there is a usable one already. Raises KeysError."""
    from pennypress.readers.keys import load, make

    try:
        make(keys)
    except FileExistsError:
        load(keys)
        return False
    return True


def _write_new(path: Path, document: str) -> None:
    from pennypress.cli.screen import refuse

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except OSError as error:
        refuse(f"{path} cannot be written ({error.strerror}); let this user write there.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(document)


def _site(said: str) -> str:
    """A bare host is meant with https."""
    return said if "://" in said or not said else f"https://{said}"


def _front(said: str) -> list[str]:
    return _FRONTS.get(said.lower().strip('"'), said.replace(",", " ").split())
