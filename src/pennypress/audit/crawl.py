"""The crawl: asks the site for what it can find, each address once, and keeps the answers in the tray."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from pennypress.audit.discovery import Search, discover
from pennypress.audit.frontier import Frontier, Lead
from pennypress.audit.probes import searches_for, twins_of
from pennypress.audit.reading import LARGEST, read
from pennypress.audit.site import Site
from pennypress.audit.stages import ASKING, Told
from pennypress.audit.tray import Seen, Tray
from pennypress.errors import PennypressError
from pennypress.http.answer import Answer
from pennypress.http.fetch import App
from pennypress.http.inside import view_scope, whole_answer
from pennypress.http.robots_txt import Robots

AGENT = "pennypress-audit"
SEARCHED = "a search for words of"
"""How an address was come by that is a search, and one that is a guess at a second copy of an article."""
GUESSED = "a usual second address of"

HEADERS = (
    (b"user-agent", b"Mozilla/5.0 (compatible)"),
    (b"accept", b"text/html,application/xhtml+xml,*/*;q=0.8"),
    (b"accept-encoding", b"gzip, br, zstd"),
)
_NAMED = 50
_SEARCHES_AT_MOST = 4
_FOR_PROBES = 400


@dataclass(slots=True)
class Omitted:
    """What was not looked at: what robots.txt keeps from programs, what the site did not answer, the other hosts to
    which links lead and how often, and how many addresses were left when the bound was reached."""

    kept_out: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    hosts: Counter[str] = field(default_factory=Counter)
    left: int = 0


class Crawl:
    """One walk over the site. ``app`` asks it politely; nothing but the site's own hosts is ever asked."""

    def __init__(self, app: App, site: Site, robots: Robots, tray: Tray, *, most: int, seconds: float) -> None:
        self._app = app
        self._site = site
        self._robots = robots
        self._tray = tray
        self._most = most
        self._seconds = seconds
        self._frontier = Frontier()
        self._searches: dict[Search, str] = {}
        self.omitted = Omitted()

    def add(self, links: Iterable[str], why: str, at: str = "/", *, guessed: bool = False) -> None:
        """Have links asked for that stand on the page at an address."""
        for link in links:
            address = self._site.leads_to(link, at)
            if address is not None:
                self._frontier.add(address, why, guessed=guessed)
            elif link.startswith(("http://", "https://")) and self._site.target_of(link, at) is None:
                self.omitted.hosts[self._site.host_of(link, at)] += 1

    async def follow(self, told: Told, stop: asyncio.Event, *, reserve: bool) -> None:
        """Ask for what waits until nothing does, the bound is reached (with a ``reserve`` for the probes), or somebody
        says stop."""
        most = self._most - min(_FOR_PROBES, self._most // 4) if reserve else self._most
        while len(self._tray) < most and not stop.is_set():
            lead = self._frontier.next()
            if lead is None:
                break
            if not self._robots.allows(lead.address):
                self.omitted.kept_out.append(lead.address)
                continue
            await _until(stop, self._ask(lead))
            told(ASKING, len(self._tray), min(most, len(self._tray) + self._frontier.waiting))
        self.omitted.left = self._frontier.waiting

    def probe(self, address: str, words: str) -> None:
        """Have second copies of the article at an address looked for, and some of its words searched for."""
        self.add(twins_of(address), f"{GUESSED} {address}")
        if words:
            forms = [urljoin(at, form.ask(words)) for form, at in tuple(self._searches.items())[:_SEARCHES_AT_MOST]]
            self.add((*forms, *searches_for(words)), f"{SEARCHED} {address}")

    async def _ask(self, lead: Lead) -> None:
        scope = view_scope(lead.address, self._site.host, self._site.scheme, HEADERS)
        try:
            answer = await whole_answer(self._app, scope, largest=LARGEST, seconds=self._seconds)
        except PennypressError as failure:
            self.omitted.failed.append((lead.address, str(failure)))
            return
        await asyncio.to_thread(self._take, lead, answer)

    def _take(self, lead: Lead, answer: Answer) -> None:
        found = read(answer)
        said = discover(answer, found.kind, found.text, lead.address)
        self._tray.put(
            Seen(lead.address, lead.why, answer.status, found.kind, said.canonical, said.says_article), answer
        )
        for search in said.searches:
            self._searches.setdefault(search, lead.address)
        self.add(said.links, f"named by {lead.address}", lead.address)


async def _until(stop: asyncio.Event, doing: Coroutine[Any, Any, None]) -> None:
    """Do something, but no longer than until somebody says stop."""
    task = asyncio.create_task(doing)
    halt = asyncio.create_task(stop.wait())
    await asyncio.wait((task, halt), return_when=asyncio.FIRST_COMPLETED)
    halt.cancel()
    task.cancel()  # nothing happens to one that is done
    with contextlib.suppress(asyncio.CancelledError):
        await task
