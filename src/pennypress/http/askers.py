"""Who asks: a request's address, what crawler or partner it comes from, and what is published of their networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pennypress.config import Config
from pennypress.config.askers import CrawlerTable, PartnerTable
from pennypress.config.reading import instant
from pennypress.core.entitlement import Entitlement, EntitlementKind
from pennypress.core.target import read_target
from pennypress.errors import TargetError
from pennypress.gate import Clock
from pennypress.http.answer import private_headers
from pennypress.http.fetch import Message, Send
from pennypress.http.request import PageRequest
from pennypress.readers.address import Networks, client_address
from pennypress.readers.crawlers import Crawler, Crawlers, Recognised
from pennypress.readers.partners import PARAMETER, Partner, Partners
from pennypress.readers.published import Lists, front, read_lists
from pennypress.store.opening import sqlite_path

LISTS = "pennypress-lists.json"
"""The file of the lists that operators publish, beside the store (or the configuration, where that has no file)."""

_CRAWLERS_RIGHT = Entitlement(EntitlementKind.CRAWLER, why="a verified crawler")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who makes a request: what crawler it says it is (None: none), which partner it is, and the rights of both."""

    crawler: Recognised | None
    partner: Partner | None
    rights: tuple[Entitlement, ...]


_A_READER = Asker(None, None, ())


class Askers:
    """Knows those who may ask, as the configuration and the published lists say."""

    def __init__(self, config: Config) -> None:
        self._file = lists_file(config)
        self._config = config
        self._stamp = _stamp(self._file)
        lists = read_lists(self._file)
        self._trusted = trusted_networks(config, lists)
        self._crawlers = crawlers(config, lists)
        self._partners = Partners(_partners(config.partners, config.paper.timezone))

    def trusts(self, peer: str) -> bool:
        """Whether what a peer says of others counts."""
        return peer in self._trusted

    def address(self, peer: str | None, forwarded_for: Sequence[bytes]) -> str:
        """The address of whoever asked."""
        return client_address(peer, forwarded_for, self._trusted)

    def unsaid(self, request: PageRequest) -> tuple[PageRequest, tuple[str, ...]]:
        """A request without the partners' keys that it says, and those keys."""
        if not self._partners.have_keys:
            return request, ()
        target, said = self._partners.unsaid(request.target)
        silenced = self._partners.silenced
        headers = tuple((name, silenced(value)) for name, value in request.headers)
        cookies = tuple(silenced(value) for value in request.cookie_headers)
        return request._replace(target=target, headers=headers, cookie_headers=cookies), said

    async def who(self, request: PageRequest, address: str, said: Sequence[str], now: Clock) -> Asker:
        """Who makes a request from an address that said these keys."""
        crawler = None
        if self._crawlers.named_by(request.user_agent):
            crawler = await self._crawlers.recognise(request.user_agent, address)
        rights = (_CRAWLERS_RIGHT,) if crawler is not None and crawler.full else ()
        partner = None
        if self._partners.any and request.method in ("GET", "HEAD"):
            partner = self._partners.of(request.target, address, said, now())
        if crawler is None and partner is None:
            return _A_READER
        return Asker(crawler, partner, rights if partner is None else (*rights, partner.right))

    def take_up(self) -> None:
        """Take up lists that were fetched since the last look."""
        stamp = _stamp(self._file)
        if stamp != self._stamp:
            self._stamp = stamp
            lists = read_lists(self._file)
            self._trusted = trusted_networks(self._config, lists)
            self._crawlers.publish({name: published.parsed for name, published in lists.items()})


def for_partner(send: Send, partner: Partner, said: Sequence[str], host: str) -> Send:
    """The same, but that nobody may store an answer that was made for a partner; and one who asked with their key
    is led on with it, as the site behind cannot do that knows nothing of it."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = private_headers(list(message["headers"]))
            if said and 300 <= message["status"] < 400:
                headers = [
                    (name, _led_on(value, partner, said[0], host) if name == b"location" else value)
                    for name, value in headers
                ]
            message = {**message, "headers": headers}
        await send(message)

    return sending


def lists_file(config: Config) -> Path:
    """Where the published lists are kept."""
    store = sqlite_path(config.store.meters, config.base)
    return (store.parent if store is not None else config.base) / LISTS


def trusted_networks(config: Config, lists: Lists) -> Networks:
    """The networks whose word about addresses counts; a name stands for those that it publishes."""
    texts: list[str] = []
    for proxy in config.network.trusted_proxies:
        texts.extend(front(proxy, lists) if isinstance(proxy, str) else (str(proxy),))
    return Networks.parse(texts)


def crawlers(config: Config, lists: Lists) -> Crawlers:
    """The crawlers, configured ones first."""
    published = {name: held.parsed for name, held in lists.items()}
    return Crawlers(_configured(config.crawlers), config.network.resolver, published=published)


def _configured(tables: Iterable[CrawlerTable]) -> tuple[Crawler, ...]:
    return tuple(
        Crawler(
            table.name,
            table.user_agents,
            Networks.parse(str(network) for network in table.ranges or ()),
            table.zones or (),
            full=table.access == "full",
        )
        for table in tables
    )


def _partners(tables: Iterable[PartnerTable], zone: ZoneInfo) -> tuple[Partner, ...]:
    return tuple(
        Partner(
            table.name,
            table.paths,
            Networks.parse(str(network) for network in table.ranges or ()),
            table.key,
            instant(table.until, zone),
        )
        for table in tables
    )


def _led_on(location: bytes, partner: Partner, key: str, host: str) -> bytes:
    """Where a partner is led, with their key where that is a path of theirs on this site."""
    parts = urlsplit(location.decode("latin-1"))
    if parts.netloc.lower() not in ("", host) or not parts.path.startswith("/"):
        return location
    try:
        target = read_target(parts.path)
    except TargetError:
        return location
    if not partner.may_read(target):
        return location
    query = "&".join(filter(None, (parts.query, f"{PARAMETER}={key}")))
    return parts._replace(query=query).geturl().encode("latin-1")


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """What tells one file under a name from the next; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
