"""The reader's address: the socket's peer, or what a trusted proxy says of it, counted from the right."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

_LONGEST_CHAIN = 500
_LONGEST_ENTRY = 80
_MAPPED = IPv6Network("::ffff:0:0/96")


class _Point(NamedTuple):
    """An address as a point on one line; ``text`` is its usual spelling."""

    version: int
    value: int
    text: str


@dataclass(frozen=True, slots=True)
class Networks:
    """A set of networks, asked in logarithmic time. IPv4 addresses that are mapped into IPv6 count as IPv4."""

    starts: tuple[tuple[int, int], ...] = ()
    ends: tuple[tuple[int, int], ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Networks:
        """Read networks such as ``10.0.0.0/8``, ``::1`` or ``fd00::/8``. Raises ValueError naming a bad one."""
        ranges: list[tuple[tuple[int, int], tuple[int, int]]] = []
        for start, end in sorted(_range(text) for text in texts):
            if ranges and ranges[-1][1] >= start:
                ranges[-1] = (ranges[-1][0], max(ranges[-1][1], end))
            else:
                ranges.append((start, end))
        return cls(tuple(start for start, _ in ranges), tuple(end for _, end in ranges))

    def __contains__(self, address: str) -> bool:
        """Whether an address, in any spelling, lies in one of the networks; False for what is no address."""
        parsed = _parse(address)
        return parsed is not None and self._holds(parsed)

    def _holds(self, point: _Point) -> bool:
        where = (point.version, point.value)
        place = bisect_right(self.starts, where) - 1
        return place >= 0 and where <= self.ends[place]


NOWHERE = Networks()
"""No network at all."""


def client_address(peer: str | None, forwarded_for: Sequence[bytes], trusted: Networks) -> str:
    """The address of whoever asked, in its usual spelling.

    It is the peer's, unless the peer is a trusted proxy: then the rightmost entry of X-Forwarded-For that is no
    trusted proxy itself. Where that entry is missing or is no address, it is the peer's after all. A peer of None is
    a Unix socket, which only a proxy on this machine can reach, and counts as trusted; "" when nothing is known.
    """
    known = _parse(peer) if peer is not None else None
    own = known.text if known is not None else peer or ""
    if not forwarded_for or (peer is not None and not (known is not None and trusted._holds(known))):
        return own
    for entry in _from_the_right(forwarded_for):
        address = _parse(entry)
        if address is None:
            return own
        if not trusted._holds(address):
            return address.text
    return own


def neighbourhood(address: str) -> str:
    """The network of an address, as large as one household or company may hold (/24, or /48); "" for no
    address."""
    point = _parse(address)
    if point is None:
        return ""
    return str(ip_network(f"{point.text}/{24 if point.version == 4 else 48}", strict=False))


def _from_the_right(fields: Sequence[bytes]) -> Iterator[str]:
    left = _LONGEST_CHAIN
    for field in reversed(fields):
        for entry in reversed(field.rsplit(b",", left)[-left:]):
            yield entry.decode("latin-1").strip(" \t")
            left -= 1
            if not left:
                return


def _parse(text: str) -> _Point | None:
    """An address with or without port, brackets, quotes or zone; None for anything else."""
    return _parse_short(text) if len(text) <= _LONGEST_ENTRY else None


@lru_cache(maxsize=8192)
def _parse_short(text: str) -> _Point | None:
    bare = text.strip('"')
    if bare.startswith("["):
        bare, bracket, port = bare[1:].partition("]")
        if not bracket or (port and not _is_port(port)):
            return None
    elif bare.count(":") == 1:
        bare, _, port = bare.partition(":")
        if not _is_port(f":{port}"):
            return None
    try:
        address = ip_address(bare.partition("%")[0] if ":" in bare else bare)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return _Point(address.version, int(address), str(address))


def _is_port(text: str) -> bool:
    return text[0] == ":" and text[1:].isascii() and text[1:].isdigit() and len(text) <= len(":65535")


def _range(text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    network = ip_network(text)
    first, last = network.network_address, network.broadcast_address
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        return (4, int(first) & 0xFFFFFFFF), (4, int(last) & 0xFFFFFFFF)
    return (network.version, int(first)), (network.version, int(last))
