"""``pennypress status``: what the meter has done, and what the operator has said."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from pennypress.cli.options import CONFIG, ConfigFile
from pennypress.config import Config
from pennypress.core.policy import Mode
from pennypress.store import Controls, Summary

_VIEWS = (
    ("granted", "opened, and counted"),
    ("repeated", "opened again, not counted"),
    ("used-up", "limit used up"),
    ("budget", "budget of the address used up"),
    ("budget-would-refuse", "opened, though the address's budget was used up"),
    ("premium", "premium, to no subscriber"),
    ("free", "free"),
    ("brief", "short enough to be free"),
    ("opening", "free through an opening"),
    ("entitled", "by right"),
    ("not-spent", "preview that spends nothing"),
    ("meter-unknown", "meter did not answer"),
    ("open-on-failure", "opened while the meter did not answer"),
    ("no-body", "pages without a body that could be cut"),
    ("error-pages-replaced", "error pages replaced by ours"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to tell: the mode in force, the span's figures, the day's tallies, openings and locks."""

    mode: Mode
    summary: Summary
    controls: Controls
    now: datetime


def status(
    config: ConfigFile = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Show readers, stops, page views by what became of them, openings and locks.

    In "observe" the stops are those that there would have been.

    Example: pennypress status --json
    """
    from pennypress.config import load

    loaded = load(config)
    standing = asyncio.run(_ask(loaded))
    if as_json:
        _print_json(loaded, standing)
    else:
        _show(loaded, standing)


async def _ask(config: Config) -> Standing:
    from pennypress.cli.stores import opened

    now = datetime.now(UTC)
    async with opened(config) as store:
        controls = await store.controls()
        today = now.astimezone(config.paper.timezone).date()
        summary = await store.summary(config.meter.window.span(now), today, now)
    return Standing(config.meter.mode, summary, controls, now)


def _show(config: Config, standing: Standing) -> None:
    from pennypress.cli.opening import described
    from pennypress.cli.screen import say, show_rows, when

    zone, summary = config.paper.timezone, standing.summary
    say(f'{config.paper.name}: mode "{standing.mode.value}", {config.meter.limit} articles a {_window(config)}', "bold")
    said = standing.controls.mode
    if said is not None and said is not standing.mode:
        say(f'Running workers were last told "{said.value}": say pennypress mode {standing.mode.value}.', "yellow")
    say()
    show_rows(
        "In this window",
        [
            ("Readers who opened an article", str(summary.readers)),
            ("Readers stopped", str(summary.stopped)),
            ("Readers who would have been stopped, while observing", str(summary.would_be_stopped)),
        ],
        right=1,
    )
    views = [(words.capitalize(), str(summary.tallies.get(name, 0))) for name, words in _VIEWS]
    others = [(name, str(count)) for name, count in summary.tallies.items() if name not in dict(_VIEWS)]
    show_rows("Page views of articles today", [*views, *others], right=1)
    openings = [held for held in standing.controls.openings if standing.now < held.until]
    locks = [held for held in standing.controls.locks if held.until is None or standing.now < held.until]
    show_rows("Openings", [(described(held), f"until {when(held.until, zone)}", held.why) for held in openings])
    show_rows(
        "Locks",
        [
            (held.path.text, f"until {when(held.until, zone)}" if held.until else "until lifted", held.why)
            for held in locks
        ],
    )
    if not openings and not locks:
        say("No openings and no locks.")


def _window(config: Config) -> str:
    window = str(config.meter.window)
    return f"reader in {window}" if window.endswith("days") else window


def _print_json(config: Config, standing: Standing) -> None:
    import json

    summary = standing.summary
    document = {
        "mode": standing.mode.value,
        "mode_said": standing.controls.mode.value if standing.controls.mode else None,
        "limit": config.meter.limit,
        "window": str(config.meter.window),
        "readers": summary.readers,
        "stopped": summary.stopped,
        "would_be_stopped": summary.would_be_stopped,
        "today": dict(summary.tallies),
        "openings": [
            {
                "path": held.path.text if held.path else None,
                "tag": held.tag,
                "until": held.until.isoformat(),
                "why": held.why,
            }
            for held in standing.controls.openings
            if standing.now < held.until
        ],
        "locks": [
            {"path": held.path.text, "until": held.until.isoformat() if held.until else None, "why": held.why}
            for held in standing.controls.locks
            if held.until is None or standing.now < held.until
        ],
    }
    print(json.dumps(document, ensure_ascii=False, indent=2))
