"""The address budget: what newcomers at one address may open between them, pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import NamedTuple

GROWTH = 8
"""So many articles more for each established reader beyond the first M seen at an address: the least, of the even
numbers, with which fewer than one newcomer in a hundred is refused where as many come once as there are readers of the
crowd (``benchmarks/address_budget.py``)."""

CAP = 100
"""However large the crowd, the budget grows to so many times K at most."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """The established readers seen at an address in this window and the last: how many became so there, and how many
    elsewhere or by signing in."""

    own: int = 0
    others: int = 0


@dataclass(frozen=True, slots=True)
class Address:
    """One address, or the network of an IPv6 phone, with what newcomers there may do in a window: open ``articles``
    distinct articles between them (K), and ``readers`` of them become established (M)."""

    name: str
    articles: int
    readers: int

    @property
    def largest_crowd(self) -> int:
        """So many readers who became established elsewhere let the budget grow as far as it does."""
        return self.readers + -(-(CAP - 1) * self.articles // GROWTH)

    def allowed(self, crowd: Crowd) -> int:
        """How many distinct articles newcomers may open where this crowd was seen: more for each reader beyond the
        first M. Of those who became established here no more than M count, in however many windows they did: a farmer
        could have made them all."""
        beyond = crowd.others + min(crowd.own, self.readers) - self.readers
        return min(self.articles + GROWTH * max(0, beyond), CAP * self.articles)


class Budget(NamedTuple):
    """The budgets that a claim is taken with, all or nothing. ``today`` is the day in the paper's zone;
    ``last_window`` when the window before this one began, also in that zone; ``established`` says that the reader is
    so by being signed in; not ``enforced``, it counts and refuses nobody."""

    addresses: tuple[Address, ...]
    today: date
    last_window: datetime
    established: bool = False
    enforced: bool = True


@dataclass(frozen=True, slots=True)
class SharedNetwork:
    """A carrier, campus or office known to be many readers: its networks, and the K and M of an address in them."""

    networks: tuple[IPv4Network | IPv6Network, ...]
    articles: int
    readers: int

    def holds(self, address: str) -> bool:
        """Whether an address lies in it."""
        parsed = ip_address(address)
        return any(parsed.version == network.version and parsed in network for network in self.networks)
