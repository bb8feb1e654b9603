"""Asking a site from outside: as a browser without a history, by GET and HEAD alone, each within a bounded time."""

from __future__ import annotations

import re
import socket
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit

from pennypress.core.target import read_target
from pennypress.errors import OriginError, TargetError, Undecodable
from pennypress.http.answer import Answer, first
from pennypress.http.asking import ask
from pennypress.pages.page import Page, PageOptions, read_page
from pennypress.pages.source import undo_coding

AGENT = "Mozilla/5.0 (X11; Linux x86_64) pennypress-doctor"

_SECONDS = 10.0
_SECONDS_ELSEWHERE = 5.0  # where a firewall says nothing, nothing comes
_LARGEST = 5_000_000
_NOTICE = re.compile(rb'<aside class="pennypress-notice".*?</aside>', re.DOTALL)
_PORTS = {"http": 80, "https": 443}


@dataclass(slots=True)
class Outside:
    """The outside of a site at ``home`` (scheme, host and port); ``asked`` counts what was asked of it."""

    home: str
    asked: int = field(default=0)

    @property
    def host(self) -> str:
        """The host, with its port if the address names one."""
        return urlsplit(self.home).netloc

    @property
    def name(self) -> str:
        """The host alone."""
        return urlsplit(self.home).hostname or ""

    @property
    def port(self) -> int:
        """The port, also where the address names none."""
        parts = urlsplit(self.home)
        return parts.port or _PORTS[parts.scheme]

    @property
    def plain_home(self) -> str:
        """The same name by http."""
        return f"http://[{self.name}]" if ":" in self.name else f"http://{self.name}"

    @property
    def secure(self) -> bool:
        """Whether it is asked by https."""
        return self.home.startswith("https:")

    async def get(self, path: str, *, cookie: str | None = None, **fields: str) -> Answer:
        """The answer to a GET; ``fields`` are header fields, with ``_`` for ``-``. Raises OriginError, TargetError."""
        more = {name.replace("_", "-"): value for name, value in fields.items()}
        if cookie is not None:
            more["Cookie"] = cookie
        return await self._ask("GET", path, self.home, self.host, more)

    async def head(self, path: str) -> Answer:
        """The answer to a HEAD. Raises OriginError, TargetError."""
        return await self._ask("HEAD", path, self.home, self.host)

    async def behind(self, base: str, path: str, *, host: str | None = None, method: str = "GET") -> Answer:
        """The answer of another address, asked for under this site's name or another's, by who says as a front does
        that they come by the site's scheme. Raises OriginError, TargetError."""
        said = {"X-Forwarded-Proto": urlsplit(self.home).scheme}
        return await self._ask(method, path, base, host or self.host, said)

    async def by_http(self, path: str) -> Answer:
        """The answer of the same name by http. Raises OriginError, TargetError."""
        return await self._ask("GET", path, self.plain_home, urlsplit(self.plain_home).netloc)

    async def _ask(
        self, method: str, path: str, base: str, host: str, more: Mapping[str, str] = MappingProxyType({})
    ) -> Answer:
        self.asked += 1
        return await ask(
            base,
            read_target(path),
            host=host,
            agent=AGENT,
            largest=_LARGEST,
            seconds=_SECONDS if base == self.home else _SECONDS_ELSEWHERE,
            method=method,
            more=dict(more),
        )


async def tried(asking: Awaitable[Answer]) -> Answer | None:
    """What was asked for; None where no answer came."""
    try:
        return await asking
    except (OriginError, TargetError):
        return None


def field_of(answer: Answer, name: str) -> str:
    """The first value of a header field; empty where there is none."""
    return (first(answer.headers, name.encode("ascii")) or b"").decode("latin-1").strip()


def fields_of(answer: Answer, name: str) -> list[str]:
    """All values of a header field, in order."""
    wanted = name.encode("ascii")
    return [value.decode("latin-1").strip() for field, value in answer.headers if field == wanted]


def bytes_of(answer: Answer) -> bytes:
    """The body with its coding undone; empty where it cannot be."""
    try:
        return undo_coding(answer.body, field_of(answer, "content-encoding") or None, limit=_LARGEST)
    except Undecodable:
        return b""


def site_bytes(answer: Answer) -> bytes:
    """The body as the site made it: without our notice, whose text would be taken for the article's."""
    return _NOTICE.sub(b"", bytes_of(answer))


def text_of(answer: Answer) -> str:
    """The body as text."""
    return bytes_of(answer).decode("utf-8", "replace")


def page_of(answer: Answer, path: str, options: PageOptions | None = None) -> Page | None:
    """The page of an answer as the gateway would read it; None where it cannot be read."""
    try:
        return read_page(
            site_bytes(answer), field_of(answer, "content-type") or None, options or PageOptions(), address=path
        )
    except Undecodable:
        return None


def leads_to(home: str, answer: Answer) -> str | None:
    """The address to which an answer redirects; None where it does not."""
    location = field_of(answer, "location")
    return urljoin(f"{home}/", location) if answer.status // 100 == 3 and location else None


def target_in(address: str) -> str:
    """The path and query of an address."""
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def addresses_of(name: str, port: int) -> tuple[str, ...]:
    """The addresses of a host's name; none where it has none."""
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def own_address_towards(address: str) -> str | None:
    """The address of this machine from which it speaks to another; None where it cannot. Nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))
        except OSError:
            return None
        own: str = probe.getsockname()[0]
        return own
