"""The tables of the configuration that say who asks: crawlers and partners."""
# ruff: noqa: RUF009  -- the calls in the bodies of the tables are their declarations; each gives a new field

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import ip_network
from typing import Literal

from pennypress.config.reading import Network, file, list_of, moment, network, one_of, path_pattern
from pennypress.config.setting import Raw, Unfit, optional, required, setting
from pennypress.config.words import text
from pennypress.core.target import PathPattern

CrawlerAccess = Literal["full", "preview"]
_ACCESSES: tuple[CrawlerAccess, ...] = ("full", "preview")
_SHORTEST_KEY = 20
_ZONE = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}", re.IGNORECASE)
_names = list_of(text, example='["Googlebot"]', may_be_empty=False)


def ranges_file(raw: Raw) -> tuple[Network, ...]:
    """The networks in a file of the form in which Google publishes its crawlers'."""
    path = file(raw)
    try:
        prefixes = json.loads(path.read_text("utf-8"))["prefixes"]
        return tuple(ip_network(prefix.get("ipv4Prefix") or prefix["ipv6Prefix"]) for prefix in prefixes)
    except FileNotFoundError:
        raise Unfit(f'is "{path}", and there is no such file', "put it there, or take the line away") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        mend = 'give a JSON file that holds {"prefixes": [{"ipv4Prefix": "192.0.2.0/24"}]}'
        raise Unfit(f'is "{path}", which holds no list of ranges', mend) from None


def zone(raw: Raw) -> str:
    """A zone of the DNS such as ``"googlebot.com"``."""
    value = text(raw)
    if not _ZONE.fullmatch(value.strip(".")):
        meant = value.removeprefix("*").strip(".")
        mend = f'write "{meant}"' if _ZONE.fullmatch(meant) else 'write one such as "crawl.example.com"'
        raise Unfit(f'holds "{value}", which is no zone', mend)
    return value.strip(".").lower()


def secret(raw: Raw) -> str:
    """A key that nobody guesses."""
    value = text(raw)
    if len(value) < _SHORTEST_KEY or not value.isascii() or not value.isalnum():
        raise Unfit("can be guessed", f"write at least {_SHORTEST_KEY} random letters and digits")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlerTable:
    """A crawler that is what it says when its address is in its ranges, or its names lie in its zones."""

    name: str = required(text, kind="text", example="Examplebot", help="What it is called.")
    user_agents: tuple[str, ...] = required(
        _names, kind="list of texts", example=["Examplebot"], help="The product names in its user agents."
    )
    ranges: tuple[Network, ...] | None = optional(
        ranges_file,
        kind="file",
        absent="none, or those of a built-in crawler of its name",
        example="examplebot.json",
        help="A JSON file of its networks, in the form in which Google publishes its own.",
    )
    zones: tuple[str, ...] | None = optional(
        list_of(zone, example='["crawl.example.com"]', may_be_empty=False),
        kind="list of texts",
        absent="none, or those of a built-in crawler of its name",
        example=["crawl.example.com"],
        help="The zones in which its addresses' names lie; the names must lead back to the addresses.",
    )
    access: CrawlerAccess = setting(
        one_of(*_ACCESSES), kind="word", default="full", help='"full" articles, or the "preview".'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerTable:
    """A partner who may read some paths whole, known by ranges or by a key."""

    name: str = required(text, kind="text", example="The Agency", help="What they are called.")
    paths: tuple[PathPattern, ...] = required(
        list_of(path_pattern, example='["/feed/**"]', may_be_empty=False),
        kind="list of patterns",
        example=["/feed/**"],
        help="What they may read.",
    )
    ranges: tuple[Network, ...] | None = optional(
        list_of(network, example='["198.51.100.0/24"]', may_be_empty=False),
        kind="list of networks",
        absent="none",
        example=["198.51.100.0/24"],
        help="Where they ask from.",
    )
    key: str | None = optional(
        secret,
        kind="text",
        absent="none",
        example="k3Jq8vTn5Xw2Lr7Yd9Hs",
        help="Makes an address of theirs: `/feed?partner=` and the key. Keep it secret.",
    )
    until: datetime | date | None = optional(
        moment, kind="date", absent="no end", example=date(2027, 12, 31), help="The moment at which it ends."
    )
    access: Literal["full"] = setting(one_of("full"), kind="word", default="full", help='Always "full".')


ASKERS: Mapping[str, type] = {"crawlers": CrawlerTable, "partners": PartnerTable}
"""The tables, each of which may stand several times."""
