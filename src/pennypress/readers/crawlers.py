"""Search engines and AI crawlers: who only says so, and who is what it says, by its address."""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING

from pennypress.readers.address import NOWHERE, Networks, neighbourhood
from pennypress.readers.ai_crawlers import ai_names

if TYPE_CHECKING:
    from pennypress.readers.reverse_names import ReverseNames

_LONGEST = 512
_AT_ONCE = 32
_AT_ONCE_OF_ONE = 16
"""So many look-ups at once for addresses of one network: whoever owns one, and a name server that keeps silent, must
not use up those of all."""
_KNOWN_AT_MOST = 10_000
_SURE_SECONDS = 3600.0
_UNSURE_SECONDS = 600.0
_FAILED_SECONDS = 60.0
_NOTHING: Mapping[str, Networks] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Crawler:
    """A crawler: the product names of its user agents, where it comes from, and whether it may read everything."""

    name: str
    user_agents: tuple[str, ...]
    networks: Networks = NOWHERE
    zones: tuple[str, ...] = ()
    full: bool = True

    @property
    def placed(self) -> bool:
        """Whether it can be told where it comes from."""
        return bool(self.zones or self.networks.starts)


BUILT_IN = (
    Crawler(
        "Googlebot",
        ("Googlebot", "Googlebot-Image", "Googlebot-Mobile", "Googlebot-News", "Googlebot-Video"),
        zones=("googlebot.com",),
    ),
    Crawler("Bingbot", ("bingbot",), zones=("search.msn.com",)),
    Crawler("Applebot", ("Applebot",), zones=("applebot.apple.com",)),
    Crawler("DuckDuckBot", ("DuckDuckBot", "DuckDuckBot-Https"), zones=("duckduckgo.com",)),
)
"""What the operators document of their crawlers: Google, Microsoft, Apple, DuckDuckGo. Their published ranges come
with ``pennypress crawlers refresh``. Google's tools that a person sets off (inspection, feeds, reading aloud, site
verification, Publisher Center) have other names, and are readers."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a request is whose user agent names a crawler: ``full`` where it is that one and may read everything."""

    name: str
    full: bool


class Crawlers:
    """Tells crawlers apart. Only a request whose user agent names one costs anything."""

    def __init__(
        self,
        configured: Sequence[Crawler] = (),
        resolver: str | None = None,
        tick: Callable[[], float] = time.monotonic,
        published: Mapping[str, Networks] = _NOTHING,
    ) -> None:
        """``resolver`` is the host and port of a name server; the system's when None. ``published`` holds the ranges
        that operators publish, by the names of the built-in crawlers."""
        self._configured = tuple(configured)
        self._ai = ai_names()
        self._resolver_address = resolver
        self._names_of: ReverseNames | None = None
        self._tick = tick
        self._known: OrderedDict[str, tuple[tuple[str, ...], float]] = OrderedDict()
        self._under_way: dict[str, asyncio.Future[tuple[str, ...]]] = {}
        self._named = lru_cache(maxsize=4096)(self._named_by)
        self.publish(published)

    def publish(self, published: Mapping[str, Networks]) -> None:
        """Take up the ranges that operators publish; those of before are forgotten."""
        built_in = tuple(
            replace(crawler, networks=published.get(crawler.name, crawler.networks)) for crawler in BUILT_IN
        )
        self.all = (*(_inherited(crawler, built_in) for crawler in self._configured), *built_in)
        self._names = tuple((crawler, _whole(crawler.user_agents)) for crawler in self.all)
        self._named.cache_clear()

    def named_by(self, user_agent: str) -> bool:
        """Whether a user agent names a crawler, so that ``recognise`` has something to say of it."""
        crawlers, name = self._named(user_agent[:_LONGEST])
        return bool(crawlers) or name is not None

    async def recognise(self, user_agent: str, address: str) -> Recognised | None:
        """What a request is by its user agent and address; None for a reader's. Never raises."""
        crawlers, name = self._named(user_agent[:_LONGEST])
        for crawler in crawlers:
            if await self._is(crawler, address):
                return Recognised(crawler.name, crawler.full)
        return Recognised(name, False) if name is not None else None

    def _named_by(self, user_agent: str) -> tuple[tuple[Crawler, ...], str | None]:
        """The crawlers that a user agent names, and the name by which it goes where it is none of them."""
        crawlers = tuple(crawler for crawler, names in self._names if names.search(user_agent))
        return crawlers, crawlers[0].name if crawlers else self._ai.named_in(user_agent)

    async def _is(self, crawler: Crawler, address: str) -> bool:
        """Whether an address is in a crawler's ranges, or reverse and forward DNS agree inside its zones."""
        if address in crawler.networks:
            return True
        if not crawler.zones or not _is_global(address):
            return False
        return any(_lies_in(name, zone) for name in await self._hosts(address) for zone in crawler.zones)

    async def _hosts(self, address: str) -> tuple[str, ...]:
        """The names of an address that lead back to it; none where they cannot be had within a second."""
        held = self._known.get(address)
        if held is not None and self._tick() < held[1]:
            return held[0]
        under_way = self._under_way.get(address)
        if under_way is None:
            if not self._may_look_up(address):
                return ()
            under_way = asyncio.ensure_future(self._look_up(address))
            self._under_way[address] = under_way
            # Not left to who waits: all of them may go away.
            under_way.add_done_callback(lambda _: self._under_way.pop(address, None))
        return await asyncio.shield(under_way)

    def _may_look_up(self, address: str) -> bool:
        """Whether one look-up more may begin; nobody waits for a place."""
        if len(self._under_way) >= _AT_ONCE:
            return False
        own = neighbourhood(address)
        return sum(neighbourhood(other) == own for other in self._under_way) < _AT_ONCE_OF_ONE

    async def _look_up(self, address: str) -> tuple[str, ...]:
        from pennypress.readers.reverse_names import ReverseNames  # 40 ms, for which no start has to wait

        if self._names_of is None:
            self._names_of = ReverseNames(self._resolver_address)
        names = await self._names_of(address)
        seconds = _FAILED_SECONDS if names is None else _SURE_SECONDS if names else _UNSURE_SECONDS
        self._known[address] = (names or (), self._tick() + seconds)
        self._known.move_to_end(address)
        if len(self._known) > _KNOWN_AT_MOST:
            self._known.popitem(last=False)
        return names or ()


def _inherited(crawler: Crawler, built_in: Sequence[Crawler]) -> Crawler:
    """A configured crawler that says nothing of where it comes from, but shares a built-in one's name or user agent,
    comes from where that does."""
    if crawler.placed:
        return crawler
    agents = {agent.lower() for agent in crawler.user_agents}
    for other in built_in:
        if other.name.lower() == crawler.name.lower() or agents & {agent.lower() for agent in other.user_agents}:
            return replace(crawler, networks=other.networks, zones=other.zones)
    return crawler


def _is_global(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return parsed.is_global and not parsed.is_multicast


def _lies_in(name: str, zone: str) -> bool:
    """Whether a name is a zone's or lies in it, on a label's border."""
    zone = zone.strip(".").lower()
    return name == zone or name.endswith(f".{zone}")


def _whole(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\s(;,])(?:{'|'.join(map(re.escape, names))})(?![^\s/);,])", re.IGNORECASE | re.ASCII)
