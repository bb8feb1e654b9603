"""``pennypress doctor``: ask a paper's own address from outside, and say green or the line to paste."""

from __future__ import annotations

import asyncio
import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pennypress.cli.options import CONFIG, site_of

if TYPE_CHECKING:
    from pennypress.doctor.examination import Answered, Examination
    from pennypress.doctor.reflection import Known

_INDENT = 10
_STYLES = {"green": "bold green", "red": "bold red", "not seen": "bold yellow"}


def doctor(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="The paper's address, such as https://www.example.com; with a path, that article is read.",
            show_default=False,
        ),
    ],
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE",
            help="The configuration file. Without: pennypress.toml in this folder, if there is one.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Ask the paper's own address from outside, as a reader would: for each question green, or the line to paste.

    Does the name lead to this gateway; can the site be reached round it; does a cache answer; does the address that
    arrives look like yours; do cookies come back; is https seen; does the page let our style sheet in; is the newest
    article's body found; do the CMS's admin and search work.

    It asks by GET and HEAD alone, some thirty times, each for ten seconds at most, and opens one article, as two
    readers who were never here. With the configuration and its keys it sees most: run it as the gateway's user, or copy
    the folder to a machine outside. What cannot be seen from where you are is said, with the reason. Exits with 1 when
    something is red. After pasting a line, reload the front or the gateway, and ask again.

    Example: pennypress doctor https://www.example.com
    """
    from pennypress.doctor.examination import examine

    home, path = site_of(url)
    if path:
        _check_path(path)
    known = _known(config)
    found = asyncio.run(examine(home, path or None, known))
    (_show_json if as_json else _show)(found)
    if not found.healthy:
        raise typer.Exit(1)


def _check_path(path: str) -> None:
    from pennypress.cli.screen import refuse
    from pennypress.core.target import read_target
    from pennypress.errors import TargetError

    try:
        read_target(path)
    except TargetError as error:
        refuse(f"{path}: {error}; give an address as the browser's address line copies it.")


def _known(file: Path | None) -> Known:
    """What is at hand of the paper. Raises ConfigurationError for a file that was named or lies here and has faults."""
    from pennypress.config import load
    from pennypress.doctor.reflection import Known
    from pennypress.errors import KeysError
    from pennypress.gate import utc_now
    from pennypress.readers.keys import load as load_keys

    if file is None and not CONFIG.exists():
        lacking = f"there is no {CONFIG} here; run this in the gateway's folder, or name the file with --config."
        return Known(None, None, lacking, utc_now, secrets.token_bytes)
    config = load(file or CONFIG)
    try:
        return Known(config, load_keys(config.secrets.keys), "", utc_now, secrets.token_bytes)
    except KeysError as error:
        return Known(config, None, str(error), utc_now, secrets.token_bytes)


def _show(found: Examination) -> None:
    from pennypress.cli.screen import say
    from pennypress.doctor.finding import Colour

    say(found.home, "bold")
    for answered in found.answers:
        _show_answer(answered)
    count = {colour: sum(answered.finding.colour is colour for answered in found.answers) for colour in Colour}
    say()
    counted = ", ".join(f"{number} {colour.value}" for colour, number in count.items() if number)
    say(f"{counted}.", "bold green" if found.healthy else "bold red")
    say(_spent(found))


def _show_answer(answered: Answered) -> None:
    """A question, the word for its colour, what was found, and what to paste, indented."""
    from pennypress.cli.screen import say, say_below, say_in

    finding = answered.finding
    say()
    word = f"{finding.colour.value.upper():<{_INDENT}}"
    say_in(((word, _STYLES[finding.colour.value]), (answered.question.words, "bold")))
    say_below(finding.said, _INDENT)
    for paste in finding.pastes:
        say_below(f"Paste into {paste.place}:", _INDENT, "yellow")
        for line in paste.lines.splitlines():
            say(" " * (_INDENT + 4) + line)  # not wrapped: it is to be copied


def _spent(found: Examination) -> str:
    from pennypress.doctor.reading import READERS

    opened = "No article was opened." if found.article is None else f"{found.article} was opened, as {READERS} readers."
    return f"Asked {found.asked} time{'' if found.asked == 1 else 's'}. {opened}"


def _show_json(found: Examination) -> None:
    answers = [
        {
            "question": answered.question.name,
            "colour": answered.finding.colour.value,
            "found": answered.finding.said,
            "paste": [{"place": paste.place, "lines": paste.lines} for paste in answered.finding.pastes],
        }
        for answered in found.answers
    ]
    told = {
        "home": found.home,
        "healthy": found.healthy,
        "asked": found.asked,
        "article": found.article,
        "answers": answers,
    }
    print(json.dumps(told, ensure_ascii=False, indent=2))
