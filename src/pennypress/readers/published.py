"""The lists of networks that operators publish: of their crawlers, and of what stands in front of a paper."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pennypress.readers.address import Networks

_MOST_NETWORKS = 20_000
_WIDEST = {4: 8, 6: 16}
"""No operator has a network of a shorter prefix: one that stands in a list would let everybody in."""

_log = logging.getLogger("pennypress")


@dataclass(frozen=True, slots=True)
class Source:
    """Where an operator publishes a list, under which name its networks go here, and how the list is read.

    ``read`` gives the texts of the networks; it raises what a document of another form makes it raise.
    """

    name: str
    url: str
    read: Callable[[Any], Iterable[str]]

    def at(self, mirror: str | None) -> str:
        """Where the list is fetched: at its operator's, or in a folder that holds all lists."""
        return self.url if mirror is None else f"{mirror.rstrip('/')}/{self.name.lower()}.json"

    def networks(self, document: bytes) -> tuple[str, ...]:
        """The networks in the list. Raises ValueError where it has another form."""
        try:
            return tuple(str(text) for text in self.read(json.loads(document)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise ValueError("it is no such list") from None

    @property
    def without(self) -> str:
        """What goes on where no list was ever fetched."""
        return "what is built in goes on" if self.name in FRONTS else "its zones alone tell it"


@dataclass(frozen=True, slots=True)
class Published:
    """One list as it was fetched."""

    networks: tuple[str, ...]
    fetched: datetime

    @property
    def parsed(self) -> Networks:
        """The networks, to be asked."""
        return Networks.parse(self.networks)


Lists = Mapping[str, Published]
"""The lists by the names of their sources."""


def _prefixes(document: Any) -> Iterable[str]:
    return [prefix.get("ipv4Prefix") or prefix["ipv6Prefix"] for prefix in document["prefixes"]]


def _of_cloudflare(document: Any) -> Iterable[str]:
    return [*document["result"]["ipv4_cidrs"], *document["result"]["ipv6_cidrs"]]


def _of_fastly(document: Any) -> Iterable[str]:
    return [*document["addresses"], *document["ipv6_addresses"]]


SOURCES = (
    Source("Googlebot", "https://developers.google.com/static/crawling/ipranges/common-crawlers.json", _prefixes),
    Source("Bingbot", "https://www.bing.com/toolbox/bingbot.json", _prefixes),
    Source("Applebot", "https://search.developer.apple.com/applebot.json", _prefixes),
    Source("DuckDuckBot", "https://duckduckgo.com/duckduckbot.json", _prefixes),
    Source("cloudflare", "https://api.cloudflare.com/client/v4/ips", _of_cloudflare),
    Source("fastly", "https://api.fastly.com/public-ip-list", _of_fastly),
)
"""Where the operators publish their lists, as their documentation says. Google's has the crawlers that come by
themselves; those that a person sets off have lists of their own, and are readers."""

FRONTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cloudflare": (
            "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "104.16.0.0/13", "104.24.0.0/14", "108.162.192.0/18",
            "131.0.72.0/22", "141.101.64.0/18", "162.158.0.0/15", "172.64.0.0/13", "173.245.48.0/20",
            "188.114.96.0/20", "190.93.240.0/20", "197.234.240.0/22", "198.41.128.0/17", "2400:cb00::/32",
            "2405:8100::/32", "2405:b500::/32", "2606:4700::/32", "2803:f800::/32", "2a06:98c0::/29", "2c0f:f248::/32",
        ),
        "fastly": (
            "23.235.32.0/20", "43.249.72.0/22", "103.244.50.0/24", "103.245.222.0/23", "103.245.224.0/24",
            "104.156.80.0/20", "140.248.64.0/18", "140.248.128.0/17", "146.75.0.0/17", "151.101.0.0/16",
            "157.52.64.0/18", "167.82.0.0/17", "167.82.128.0/20", "167.82.160.0/20", "167.82.224.0/20",
            "172.111.64.0/18", "185.31.16.0/22", "199.27.72.0/21", "199.232.0.0/16", "2a04:4e40::/32",
            "2a04:4e42::/32",
        ),
    }
)  # fmt: skip
"""The networks of Cloudflare (cloudflare.com/ips) and Fastly (api.fastly.com/public-ip-list) as they were published in
the autumn of 2025; both change about once in some years. What was fetched since takes their place."""


def checked(networks: Iterable[str]) -> tuple[str, ...]:
    """The networks of a list that may be believed. Raises ValueError with what is wrong with it."""
    texts = tuple(dict.fromkeys(networks))
    if not texts:
        raise ValueError("it names no network")
    if len(texts) > _MOST_NETWORKS:
        raise ValueError(f"it names {len(texts):,} networks, more than any operator has")
    for text in texts:
        network = ip_network(text)
        if network.prefixlen < _WIDEST[network.version]:
            raise ValueError(f"it holds {text}, which is too wide to be one operator's")
        if not network.network_address.is_global or not network.broadcast_address.is_global:
            raise ValueError(f"it holds {text}, which is no public network")
    return texts


def read_lists(file: Path) -> Lists:
    """The lists that were fetched; none where there is no file, or, with a line in the log, an unusable one."""
    try:
        document = json.loads(file.read_bytes())
        return {name: _published(held) for name, held in document.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        _log.warning(
            "%s holds no lists of networks (%s); what is built in goes on: pennypress crawlers refresh", file, fault
        )
        return {}


def write_lists(file: Path, lists: Lists) -> None:
    """Put a file of these lists in the place of the old one; whoever reads it sees one or the other. Raises OSError."""
    document = {
        name: {"fetched": held.fetched.astimezone(UTC).isoformat(timespec="seconds"), "networks": held.networks}
        for name, held in sorted(lists.items())
    }
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as opened:
            json.dump(document, opened, indent=1)
            opened.flush()
            os.fsync(descriptor)
        Path(draft).chmod(0o644)
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def front(name: str, lists: Lists) -> tuple[str, ...]:
    """The networks of what stands in front, as they were fetched last or are built in."""
    return lists[name].networks if name in lists else FRONTS[name]


def _published(held: Any) -> Published:
    return Published(checked(held["networks"]), datetime.fromisoformat(held["fetched"]))
