"""``pennypress network``: what the address budget has seen, and what it would refuse."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from pennypress.cli.options import CONFIG, ConfigFile
from pennypress.config import Config
from pennypress.core.policy import Mode
from pennypress.store.budget_figures import AddressFigures

app = typer.Typer(
    name="network",
    help="What newcomers at one address may open between them, and who is refused.",
    no_args_is_help=True,
)

_BANDS = ((1, 1), (2, 9), (10, 49), (50, 199), (200, 999), (1_000, None))
_WORST_SHOWN = 3
_FEW = 0.01
_NEARLY_ALL, _ENOUGH = 0.9, 50


@dataclass(frozen=True, slots=True)
class Band:
    """The addresses with so many readers, and how many of them used their budget up."""

    readers: str
    addresses: int
    used_up: int


@dataclass(frozen=True, slots=True)
class Report:
    """What the budget did, or would have done, since a moment; ``busiest`` are the addresses that used theirs up."""

    enforced: bool
    since: datetime
    addresses: int
    newcomers: int
    over_addresses: int
    over_views: int
    over_newcomers: int
    over_first: int
    bands: tuple[Band, ...]
    busiest: tuple[AddressFigures, ...]
    one_address_is_all: bool

    @property
    def few(self) -> bool:
        """Whether fewer than one newcomer in a hundred is refused the first article."""
        return self.over_first < _FEW * max(1, self.newcomers)


@app.command("report")
def report(
    within: Annotated[
        str,
        typer.Option("--range", metavar="NETWORK", help="Only the addresses of a network such as 198.51.100.0/24."),
    ] = "",
    config: ConfigFile = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Say whom the address budget refused in this window or, while it observes, would have refused; and what to write.

    Addresses are counted, never named: they are kept only as keyed hashes. To see whether a network that you know is
    the one that is refused, ask for it with --range.

    Example: pennypress network report --range 198.51.100.0/24
    """
    from pennypress.cli.screen import refuse
    from pennypress.config import load

    names = _names(within) if within else None
    loaded = load(config)
    if loaded.network.budget == "off" or loaded.meter.mode is Mode.OFF:
        setting = '[network] budget = "observe"' if loaded.network.budget == "off" else '[meter] mode = "observe"'
        refuse(f"{config}: nothing is counted while this is off; write {setting}, and ask again after some days.")
    now = datetime.now(UTC)
    found = summed_up(loaded, asyncio.run(_ask(loaded, now, names)), now)
    if as_json:
        _print_json(loaded, found)
    else:
        _show(loaded, found, within)


def summed_up(config: Config, addresses: Sequence[AddressFigures], now: datetime) -> Report:
    """The report on these addresses."""
    over = [address for address in addresses if address.over_views]
    readers = sum(address.readers for address in addresses)
    most = max((address.readers for address in addresses), default=0)
    return Report(
        enforced=config.network.budget == "on" and config.meter.mode is Mode.ON,
        since=config.meter.window.span(now).start,
        addresses=len(addresses),
        newcomers=sum(max(address.newcomers, address.over_newcomers) for address in addresses),
        over_addresses=len(over),
        over_views=sum(address.over_views for address in over),
        over_newcomers=sum(address.over_newcomers for address in over),
        over_first=sum(address.over_first for address in over),
        bands=tuple(_band(addresses, least, greatest) for least, greatest in _BANDS),
        busiest=tuple(sorted(over, key=lambda address: -address.over_newcomers)[:_WORST_SHOWN]),
        one_address_is_all=readers >= _ENOUGH and most >= _NEARLY_ALL * readers,
    )


async def _ask(config: Config, now: datetime, names: Sequence[str] | None) -> tuple[AddressFigures, ...]:
    from pennypress.cli.stores import opened

    span = config.meter.window.span(now)
    first_day = span.start.astimezone(config.paper.timezone).date()
    async with opened(config) as store:
        return await store.addresses(span, first_day, names)


def _names(network: str) -> list[str]:
    from pennypress.cli.options import read_network
    from pennypress.readers.budgets import names_in

    try:
        return names_in(read_network(network))
    except ValueError as fault:
        raise typer.BadParameter(f"{network}: {fault}") from None


def _band(addresses: Sequence[AddressFigures], least: int, greatest: int | None) -> Band:
    held = [address for address in addresses if least <= address.readers <= (greatest or address.readers)]
    words = f"{least:,} and more" if greatest is None else f"{least}" if least == greatest else f"{least} to {greatest}"
    return Band(words, len(held), sum(address.over_views > 0 for address in held))


def _show(config: Config, found: Report, within: str) -> None:
    from pennypress.cli.screen import say, show_rows, when

    network, were = config.network, "were" if found.enforced else "would have been"
    say(
        f'{config.paper.name}: address budget "{network.budget}", {network.newcomer_articles} articles and '
        f"{network.newcomer_readers} readers",
        "bold",
    )
    say(f"Since {when(found.since, config.paper.timezone)}{f', of the addresses in {within}' if within else ''}")
    say()
    show_rows(
        "Newcomers",
        [
            ("Newcomers", f"{found.newcomers:,}"),
            ("Addresses", f"{found.addresses:,}"),
            (f"Article views that {were} refused", f"{found.over_views:,}"),
            (f"Newcomers who {were} refused an article", _share(found.over_newcomers, found.newcomers)),
            (f"Newcomers who {were} refused their first", _share(found.over_first, found.newcomers)),
            ("Addresses at which that is so", f"{found.over_addresses:,}"),
        ],
        right=1,
    )
    show_rows(
        "Readers at an address",
        [
            (
                band.readers,
                f"{band.addresses:,} address{'' if band.addresses == 1 else 'es'}",
                f"{band.used_up:,} used up",
            )
            for band in found.bands
        ],
    )
    for line in advice(config, found):
        say(line)


def advice(config: Config, found: Report) -> list[str]:
    """What to do about it: the line that turns the budget on, or what would spare the honest."""
    lines = []
    if found.one_address_is_all:
        lines.append(
            "Nearly all readers come from one address: it is that of what stands in front. Name it under [network] "
            "trusted_proxies before anything else."
        )
    elif not found.few:
        worst = found.busiest[0]
        lines += [
            f"The busiest of these addresses has {worst.newcomers:,} newcomers and {worst.established:,} established "
            f"readers; its newcomers opened {worst.articles:,} distinct articles.",
            "If that is a carrier, campus or office that you know (--range tells), give it numbers of its own:",
            "",
            "[[network.shared]]",
            'ranges = ["198.51.100.0/24"]  # its own',
            f"newcomer_articles = {_rounded_up(worst.articles + worst.over_views * found.enforced)}",
            f"newcomer_readers = {_rounded_up(max(worst.newcomers, config.network.newcomer_readers))}",
            "",
        ]
    if not found.enforced and not found.one_address_is_all:
        begin = "To refuse them" if found.over_newcomers else "Nobody would have been refused. To turn the budget on"
        setting = "[meter] mode" if config.network.budget == "on" else "[network] budget"
        lines.append(f'{begin}, write {setting} = "on", and reload the gateway.')
    return lines


def _print_json(config: Config, found: Report) -> None:
    import json

    network = config.network
    document = {
        "budget": network.budget,
        "mode": config.meter.mode.value,
        "newcomer_articles": network.newcomer_articles,
        "newcomer_readers": network.newcomer_readers,
        **asdict(found),
        "since": found.since.isoformat(),
        "advice": [line for line in advice(config, found) if line],
    }
    print(json.dumps(document, ensure_ascii=False, indent=2))


def _share(some: int, all_of_them: int) -> str:
    return f"{some:,} ({some / max(1, all_of_them):.1%})"


def _rounded_up(number: int) -> int:
    """A number with some room, to the next fifty."""
    return -(-number * 5 // 4 // 50) * 50
