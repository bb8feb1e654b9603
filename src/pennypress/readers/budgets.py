"""Which budgets an address is under: its own or, for IPv6, those of its /64 and its /48."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network

from pennypress.core.budget import Address, SharedNetwork

_WIDER = 4

_MOST_NAMES = 1 << 16


def names_in(network: IPv4Network | IPv6Network) -> list[str]:
    """The names of all addresses in a network, of IPv6 those of its /64s. Raises ValueError for more than 65,536."""
    if isinstance(network, IPv4Network):
        if network.num_addresses > _MOST_NAMES:
            raise ValueError("a network of at most 65,536 addresses, such as 198.51.0.0/16, can be looked through")
        return [str(address) for address in network]
    first, last = int(network.network_address) >> 64, int(network.broadcast_address) >> 64
    if last - first >= _MOST_NAMES:
        raise ValueError("a network of at most 65,536 networks /64, such as 2001:db8::/48, can be looked through")
    return [str(IPv6Network((number << 64, 64))) for number in range(first, last + 1)]


class Budgets:
    """The budgets of every address, as the configuration says. Where an address is none, what stands in its place is
    one bucket."""

    def __init__(self, articles: int, readers: int, shared: Sequence[SharedNetwork] = ()) -> None:
        self._articles = articles
        self._readers = readers
        self._shared = tuple(shared)
        self.of = lru_cache(maxsize=8192)(self._of)

    def _of(self, address: str) -> tuple[Address, ...]:
        try:
            parsed = ip_address(address)
        except ValueError:
            return (Address(address, self._articles, self._readers),)
        shared = next((network for network in self._shared if network.holds(address)), None)
        articles, readers = (shared.articles, shared.readers) if shared else (self._articles, self._readers)
        if isinstance(parsed, IPv4Address):
            return (Address(str(parsed), articles, readers),)
        return (
            Address(str(ip_network((int(parsed) >> 64 << 64, 64))), articles, readers),
            Address(str(ip_network((int(parsed) >> 80 << 80, 48))), _WIDER * articles, _WIDER * readers),
        )
