"""The reader whose meter is used up, before the real gateway over the tray, with a store and keys of its own."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pennypress.audit.site import Site
from pennypress.audit.tray import Tray
from pennypress.config import Config
from pennypress.core.article import Article
from pennypress.core.meter import Claim, ReaderId
from pennypress.core.policy import Mode
from pennypress.gate import Request
from pennypress.http.answer import Answer
from pennypress.http.asgi import Parts, Paywall
from pennypress.http.inside import view_scope, whole_answer
from pennypress.http.pageview import Outcome
from pennypress.http.request import PageRequest
from pennypress.pages.guard import Guard
from pennypress.readers.keys import KEY_BYTES, Keys
from pennypress.readers.pass_ import Passes
from pennypress.store.memory import MemoryStore

GuardMode = Literal["withhold", "report", "off"]

_ADDRESS = "192.0.2.1"  # of documentation: in nobody's network, so that no entitlement of an address opens anything
_LARGEST = 100_000_000
_SECONDS = 300.0
_PAGES = 4_000_000  # each page is looked at once or twice, so that keeping many spares nothing


@dataclass(frozen=True, slots=True)
class View:
    """What a reader got: the answer, and, where a page was decided upon, what was found on the way."""

    answer: Answer
    outcome: Outcome | None


class Readers:
    """Makes readers whose meter is used up, before gateways that share what they learn. The clock stands still, so
    that no window ends while the audit goes on."""

    def __init__(self, config: Config, site: Site, tray: Tray, now: datetime) -> None:
        self._config = config
        self._site = site
        self._tray = tray
        self._now = now
        self._keys = Keys((secrets.token_bytes(KEY_BYTES),))
        self.store = MemoryStore()

    async def before(self, guard: GuardMode, *, newborn: bool = False) -> Reader:
        """A reader before a gateway whose guard acts so; a ``newborn`` one knows nothing yet and shares nothing."""
        store = MemoryStore() if newborn else self.store
        config = replace(
            self._config,
            meter=replace(self._config.meter, mode=Mode.ON),
            guard=replace(self._config.guard, mode=guard, learn=()),
        )
        name = await self._used_up(store)
        cookie = Passes(self._keys, secure=config.paper.secure).set_cookie(name).partition(b";")[0]
        paywall = Paywall(config, Parts(store, self._keys, clock=lambda: self._now, pages=_PAGES))
        return Reader(paywall, self._tray, self._site, name, cookie)

    async def _used_up(self, store: MemoryStore) -> ReaderId:
        name, meter = ReaderId(secrets.token_bytes(16)), self._config.meter
        span = meter.window.span(self._now)
        for number in range(meter.limit):
            await store.spend(Claim(name, f"elsewhere {number}", meter.limit, span, self._now))
        return name

    async def knowledge(self) -> Guard:
        """All that the guards know by now."""
        guard, version = Guard(), 0
        while True:
            lessons = await self.store.learned_since(version)
            guard.learn(lessons.texts)
            version = lessons.version
            if not lessons.more:
                return guard


class Reader:
    """A reader before a gateway."""

    def __init__(self, paywall: Paywall, tray: Tray, site: Site, name: ReaderId, cookie: bytes) -> None:
        self.gateway = paywall.around(tray, watcher=self._watch)
        self._site = site
        self._headers = (
            (b"user-agent", b"Mozilla/5.0"),
            (b"accept", b"text/html,*/*;q=0.8"),
            (b"cookie", cookie),
        )
        self._outcome: Outcome | None = None
        self._name = name
        self._may: dict[str, bool] = {}

    async def view(self, address: str) -> View:
        """What this reader gets at an address. Raises PennypressError where the gateway breaks off."""
        self._outcome = None
        scope = view_scope(address, self._site.host, self._site.scheme, self._headers, client=_ADDRESS)
        answer = await whole_answer(self.gateway, scope, largest=_LARGEST, seconds=_SECONDS)
        return View(answer, self._outcome)

    async def may_read(self, article: Article) -> bool:
        """Whether this reader may read an article, as one that is free."""
        if article.key not in self._may:
            asked = Request(article, (self._name,), self._name, spends=False)
            self._may[article.key] = (await self.gateway.gate.weigh(asked)).full
        return self._may[article.key]

    def _watch(self, request: PageRequest, outcome: Outcome) -> None:
        self._outcome = outcome
