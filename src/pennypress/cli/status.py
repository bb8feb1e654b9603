"""``pennypress status``: what the meter has done, and what the operator has said."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pennypress.cli.options import CONFIG, ConfigFile
from pennypress.config import Config
from pennypress.config.askers import PartnerTable
from pennypress.config.reading import instant
from pennypress.core.policy import Mode
from pennypress.core.use import FEEDS_KEPT, Use, UseKind
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
    ("overlong", "pages too long to be sent"),
    ("guard-withheld", "other answers with withheld text taken out"),
    ("guard-refused", "other answers refused for withheld text"),
    ("guard-reported", "other answers with withheld text, passed and reported"),
)
_FEEDS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to tell: the mode in force, the span's figures, the day's tallies, openings and locks, and the
    uses of partners and feeds."""

    mode: Mode
    summary: Summary
    controls: Controls
    now: datetime
    uses: tuple[Use, ...]

    def last_use(self, partner: str) -> Use | None:
        """When a partner was there last; None for one who never was."""
        return next((use for use in self.uses if use.kind is UseKind.PARTNER and use.who == partner), None)

    @property
    def feeds(self) -> tuple[Use, ...]:
        """Who fetched which feed while observing."""
        return tuple(use for use in self.uses if use.kind is UseKind.FEED and use.last >= self.now - FEEDS_KEPT)


def status(
    config: ConfigFile = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Show readers, stops, page views by what became of them, openings and locks, and when partners were there last.

    In "observe" the stops are those that there would have been. Who fetched which feed while observing is shown too:
    make those a partner who are to read on once the meter is on.

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
        uses = await store.uses()
    return Standing(config.meter.mode, summary, controls, now, uses)


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
    show_rows("Partners", [_of_partner(partner, standing, zone) for partner in config.partners])
    show_rows(
        "Feeds that were fetched while observing",
        [
            (use.path, use.who, use.network, _times(use), f"last on {when(use.last, zone)}")
            for use in standing.feeds[:_FEEDS_SHOWN]
        ],
    )
    if len(standing.feeds) > _FEEDS_SHOWN:
        say(f"And {len(standing.feeds) - _FEEDS_SHOWN} more: pennypress status --json lists all.")


def _times(use: Use) -> str:
    return "once" if use.count == 1 else f"{use.count:,} times"


def _of_partner(partner: PartnerTable, standing: Standing, zone: ZoneInfo) -> tuple[str, str, str]:
    from pennypress.cli.screen import when

    last, until = standing.last_use(partner.name), instant(partner.until, zone)
    ended = until is not None and until <= standing.now
    return (
        partner.name,
        f"was last there on {when(last.last, zone)}, {_times(last)} in all" if last else "was never there",
        "" if until is None else f"{'ended' if ended else 'until'} {when(until, zone)}",
    )


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
        "partners": [_partner_document(partner, standing, config.paper.timezone) for partner in config.partners],
        "feeds": [
            {
                "path": use.path,
                "program": use.who,
                "network": use.network,
                "count": use.count,
                "last": use.last.isoformat(),
            }
            for use in standing.feeds
        ],
    }
    print(json.dumps(document, ensure_ascii=False, indent=2))


def _partner_document(partner: PartnerTable, standing: Standing, zone: ZoneInfo) -> dict[str, object]:
    last, until = standing.last_use(partner.name), instant(partner.until, zone)
    return {
        "name": partner.name,
        "last": last.last.isoformat() if last else None,
        "count": last.count if last else 0,
        "until": until.isoformat() if until else None,
    }
