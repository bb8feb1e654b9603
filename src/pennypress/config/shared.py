"""``[[network.shared]]``: networks behind whose addresses many readers are known to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pennypress.config.reading import list_of, network, whole_number
from pennypress.config.setting import Raw, Unfit
from pennypress.config.words import found, listed
from pennypress.core.budget import SharedNetwork


def shared_networks(raw: Raw) -> tuple[SharedNetwork, ...]:
    """Tables of ranges with the budgets of an address in them, read with every fault of every table."""
    if not isinstance(raw.value, list):
        raise Unfit(f"is {found(raw.value)} where [[network.shared]] belongs", "write [[network.shared]] above each")
    made: list[SharedNetwork] = []
    faults: list[BaseException] = []
    for place, table in enumerate(raw.value):
        try:
            made.append(_shared_network(Raw(table, raw.base)))
        except* Unfit as group:
            faults.extend(_below(group, (place,)))
    if faults:
        raise BaseExceptionGroup("tables with faults", faults)
    return tuple(made)


def _shared_network(raw: Raw) -> SharedNetwork:
    table = raw.value
    if not isinstance(table, dict):
        raise Unfit(f"is {found(table)} where a table belongs", "write [[network.shared]] above each")
    known = listed(("name", *_SHARED))
    faults: list[BaseException] = [
        Unfit("is no setting of [[network.shared]]", f"take it away, or write {known}", (key,))
        for key in table
        if key != "name" and key not in _SHARED
    ]
    values: list[Any] = []
    for key, (read, example) in _SHARED.items():
        if key not in table:
            faults.append(Unfit(f'has no "{key}"', f"add a line such as {key} = {example}"))
            continue
        try:
            values.append(read(Raw(table[key], raw.base)))
        except* Unfit as group:
            faults.extend(_below(group, (key,)))
    if faults:
        raise BaseExceptionGroup("a table with faults", faults)
    return SharedNetwork(*values)


def _below(group: BaseExceptionGroup[Unfit], at: tuple[str | int, ...]) -> list[BaseException]:
    """The faults of a value, in their place below ``at``."""
    below: list[BaseException] = []
    for member in group.exceptions:
        if isinstance(member, BaseExceptionGroup):
            below += _below(member, at)
        else:
            below.append(Unfit(member.wrong, member.mend, (*at, *member.at)))
    return below


_SHARED: Mapping[str, tuple[Callable[[Raw], Any], str]] = {
    "ranges": (list_of(network, example='["198.51.100.0/24"]', may_be_empty=False), '["198.51.100.0/24"]'),
    "newcomer_articles": (whole_number(1), "1000"),
    "newcomer_readers": (whole_number(1), "500"),
}
"""What each of these tables must say, how it is read, and an example."""
