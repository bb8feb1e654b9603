"""The one middleware: every page view passes here, whatever stands behind."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pennypress.config import Config, load
from pennypress.core.policy import Mode
from pennypress.errors import OriginError, OriginFailure, StoreUnavailable
from pennypress.gate import Clock, Gate, utc_now
from pennypress.http.answer import Answer
from pennypress.http.askers import Askers, for_partner
from pennypress.http.fetch import (
    App,
    Message,
    Overlong,
    Receive,
    Scope,
    Send,
    Verdict,
    client_gone,
    fetch,
    heads_alone,
)
from pennypress.http.heads import any_may_tell
from pennypress.http.judging import Judging
from pennypress.http.making import board_of, budgeting_of, guarding_of, page_options_of
from pennypress.http.mirror import MIRROR, Mirror
from pennypress.http.mounted import Mounted, MountedDown
from pennypress.http.onward import Onward
from pennypress.http.own import OWN_PREFIX, OwnPages
from pennypress.http.pageview import Outcome, PageViews, html
from pennypress.http.passing import ALLOWED
from pennypress.http.reading_ahead import ReadingAhead
from pennypress.http.request import PageRequest, RequestError, read_request
from pennypress.http.saving import sends_text, sent
from pennypress.http.sharing import Answers, may_be_shared, question_of
from pennypress.http.uses import UseBook
from pennypress.http.visitor import Visitor
from pennypress.http.websockets import WebSockets, refuse
from pennypress.messages import negotiate
from pennypress.pages.notice import ErrorPage
from pennypress.pages.recognise import Grounds
from pennypress.pages.versions import Versions
from pennypress.readers.code import PURPOSE
from pennypress.readers.keys import Keys, keys_for_start
from pennypress.readers.pass_ import Passes
from pennypress.store import Store
from pennypress.store.opening import holds_readers, open_store, prepare

Watcher = Callable[[PageRequest, Outcome], None]
"""Told of every page view that was answered, with what was found."""

_OWN_ROOT = OWN_PREFIX.rstrip("/")
_BEAT_SECONDS = 1.0
_VERSIONS_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Parts:
    """What a meter is built of; ``random`` gives that many unforeseeable bytes, ``pages`` is how many bytes of page
    versions are kept."""

    store: Store
    keys: Keys
    clock: Clock = utc_now
    random: Callable[[int], bytes] = secrets.token_bytes
    pages: int = _VERSIONS_BYTES


class Paywall:
    """The meter of one paper, to be put around an ASGI app: ``Paywall.from_file("pennypress.toml").around(app)``."""

    def __init__(self, config: Config, parts: Parts) -> None:
        self.config = config
        self.parts = parts
        self.gate = Gate(
            config.policy(),
            parts.store,
            mode=config.meter.mode,
            clock=parts.clock,
            budgeting=budgeting_of(config.network),
        )

    @classmethod
    def from_file(cls, path: str | Path) -> Paywall:
        """The meter that a configuration file describes. Raises ConfigurationError with every fault, KeysError and
        StoreUnusable."""
        return cls.from_config(load(Path(path)))

    @classmethod
    def from_config(cls, config: Config) -> Paywall:
        """The meter that a configuration describes; its keys and store are made at the first start.

        Raises KeysError and StoreUnusable.
        """
        keys = make_ready(config)
        return cls(config, Parts(open_store(config.store.meters, config.base), keys))

    def around(
        self,
        app: App,
        *,
        watcher: Watcher | None = None,
        answers: Answers | None = None,
        mounted: Mounted | None = None,
    ) -> PaywallApp:
        """The same app, metered. ``answers`` spares an app that is dear to ask: equal views share its answers;
        ``mounted`` answers under its own paths."""
        return PaywallApp(self, app, watcher, answers, mounted)


def make_ready(config: Config) -> Keys:
    """Check the store and the keys, and make both where neither exists. Raises KeysError and StoreUnusable."""
    store_is_new = not holds_readers(config.store.meters, config.base)
    keys = keys_for_start(config.secrets.keys, store_is_new=store_is_new)
    prepare(config.store.meters, config.base)
    return keys


class PaywallApp:
    """An ASGI app with the meter around it. Settings are worked out here, once; a request's state is in locals."""

    def __init__(
        self, paywall: Paywall, app: App, watcher: Watcher | None, answers: Answers | None, mounted: Mounted | None
    ) -> None:
        config, parts = paywall.config, paywall.parts
        self._app = app
        self._watcher = watcher
        self.gate = paywall.gate
        self._store = parts.store
        self._random = parts.random
        self._languages = config.paper.languages
        self._passes = Passes(parts.keys, secure=config.paper.secure)
        self.askers = Askers(config)
        self._uses = UseBook(parts.store)
        self._own_host = urlsplit(config.paper.url).netloc if config.paper.url else None
        self._grounds = Grounds(config.articles.paths)
        self._largest = config.gateway.largest_article
        self._body_seconds = config.gateway.body_timeout.total_seconds()
        self._answers = answers
        self._mounted = mounted
        board = board_of(config, parts.keys)
        self._board = board
        self._own = OwnPages(self.gate, board, parts.keys)
        self._mirror = Mirror(parts.keys, parts.clock, parts.random)
        self._guarding = guarding_of(config, self.gate, parts.store, board, self._grounds)
        self._views = PageViews(
            gate=self.gate,
            board=board,
            versions=Versions(page_options_of(config), capacity=parts.pages),
            grounds=self._grounds,
            passes=self._passes,
            own_host=self._own_host,
            own_url=config.paper.url,
            largest=self._largest,
            code_key=parts.keys.derive(PURPOSE)[0] if config.office.enabled else None,
            guarding=self._guarding,
        )
        self._judging = Judging(
            gate=self.gate,
            belonging=self._views.belonging,
            guarding=self._guarding,
            board=board,
            grounds=self._grounds,
            uses=self._uses,
            parts=config.parts,
            options=page_options_of(config),
            own_host=self._own_host,
            largest=self._largest,
        )
        self._onward = Onward(
            gate=self.gate,
            askers=self.askers,
            grounds=self._grounds,
            guarding=self._guarding,
            judging=self._judging,
            own_scheme=urlsplit(config.paper.url).scheme if config.paper.url else None,
        )
        self._ahead = ReadingAhead(
            app, self._views, self._guarding, parts.random, own_url=config.paper.url, own_host=self._own_host
        )
        self._sockets = WebSockets(app, config.gateway.upgrade, self._grounds, self._guarding)
        self._ahead.begin(config.guard.learn)
        self._beat: asyncio.Task[None] | None = None
        self._guards: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's lifespan."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        if self._beat is None:
            self._start_beat()
        if scope["type"] == "websocket":
            await self._handshake(scope, receive, send)
        else:
            await self._request(scope, receive, send)

    async def settle(self) -> None:
        """Bring to the store what the guard learned so far. Raises StoreUnavailable."""
        await self._guarding.learning.settle()

    async def close(self) -> None:
        """Bring the last tallies to the store and close it."""
        await self._ahead.close()
        for task in (self._beat, self._guards):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        with contextlib.suppress(StoreUnavailable):
            await self.settle()
        await self.gate.flush()
        await self._uses.flush()
        await self._store.close()

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = read_request(scope, self._own_host)
        except RequestError as error:
            language = self._languages[0]
            refused = html(error.status, self._board.error(ErrorPage.BAD_REQUEST, language))
            allowed = ((b"allow", ALLOWED),) if error.status == 405 else ()
            await _send(send, refused._replace(headers=(*refused.headers, *allowed)))
            return
        request, said = self.askers.unsaid(request)
        visitor = await self._visitor(scope, request, said)
        if visitor.partner is not None and self.gate.mode is Mode.ON:
            send = for_partner(send, visitor.partner, said, request.host)
        path = request.target.folded
        if self._mounted is not None and self._mounted.takes(path):
            await self._ask_mounted(
                self._mounted, self._onward.as_asked(scope, request, visitor), visitor, receive, send
            )
            return
        if path.startswith(OWN_PREFIX) or path == _OWN_ROOT:
            shown = (
                self._mirror.answer(request, self._onward.arrival(scope, request, visitor)) if path == MIRROR else None
            )
            answer = shown or await self._own.answer(request, visitor, receive)
            await _send(send, answer, head=request.method == "HEAD")
            return
        onward = self._onward.scope(scope, request, visitor)
        if self.gate.mode is Mode.OFF:
            await self._app(onward, receive, send)
            return
        try:
            await self._metered(request, visitor, onward, receive, send)
        except OriginError as error:
            if error.kind is OriginFailure.BROKEN:
                raise
            page, status = _ORIGIN_PAGES[error.kind]
            await _send(send, html(status, self._board.error(page, visitor.language)))
        except Overlong:
            self.gate.count("overlong")
            await _send(send, html(502, self._board.error(ErrorPage.TOO_LARGE, visitor.language)))

    async def _handshake(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = read_request({**scope, "method": "GET"}, self._own_host)
        except RequestError:
            await refuse(send)
            return
        request, said = self.askers.unsaid(request)
        if self._sockets.may_be_opened(request.target):
            visitor = await self._visitor(scope, request, said)
            await self._sockets.open(self._onward.scope(scope, request, visitor), request, visitor, receive, send)
        else:
            await refuse(send)

    async def _visitor(self, scope: Scope, request: PageRequest, said: tuple[str, ...]) -> Visitor:
        address = self._onward.address(scope, request)
        asker = await self.askers.who(request, address, said, self.gate.now)
        if asker.partner is not None:
            self._uses.partner(asker.partner.name, self.gate.now())
        cookies = self._passes.cookies(request.cookie_headers)
        return Visitor(
            cookies.readers,
            self._passes.fresh(self._random),
            _negotiate(request.accept_language, self._languages),
            cookies.devices,
            address,
            asker.rights,
            asker.crawler,
            asker.partner,
            cookies.others,
        )

    async def _ask_mounted(
        self, mounted: Mounted, asked: Scope, visitor: Visitor, receive: Receive, send: Send
    ) -> None:
        try:
            await mounted.app(asked, receive, send)
        except MountedDown:
            await _send(send, html(503, self._board.error(ErrorPage.ORIGIN_DOWN, visitor.language)))

    async def _metered(
        self, request: PageRequest, visitor: Visitor, onward: Scope, receive: Receive, send: Send
    ) -> None:
        guards, head = self._guarding.on, request.method == "HEAD"
        if guards:
            learning = self._guarding.learning
            if not (learning.is_ready or request.asks_for_asset or await learning.ready_in_time()):
                await _send(send, html(503, self._board.error(ErrorPage.UNAVAILABLE, visitor.language)))
                return
            if self._guarding.saves(request) and sends_text(request):
                begun = await sent(receive, limit=self._largest, seconds=self._body_seconds)
                if not await self._guarding.may_save(request, visitor, begun.body):
                    await _send(send, self._guarding.refusal(request, visitor))
                    return
                receive = begun.receive
        by_get = head and onward["method"] == "GET"
        passing = self._minding(request, visitor, send) if guards else send
        passing = heads_alone(passing) if by_get else passing
        judgement = self._judging.judgement(request, visitor)

        async def ask() -> Answer | None:
            found = await fetch(self._app, onward, receive, passing, judgement)
            if found is None:
                return None
            verdict, answer = found
            if verdict is Verdict.HOLD:
                return answer
            if verdict is Verdict.DROP:
                answer = self._judging.dropped(answer, request, visitor)
            else:
                private = verdict is Verdict.LOOK_PRIVATE
                answer = await self._guarding.guarded(request, visitor, answer.less_ours(), private=private)
            await self._answer(request, visitor, answer, send)
            return None

        if self._answers is not None and may_be_shared(request):
            answer = await self._answers.get(question_of(request, onward), ask)
        else:
            answer = await ask()
        if answer is None:
            return
        if head and not by_get:
            outcome = await self._views.head(request, visitor, answer)
        else:
            outcome = await self._views.outcome(request, visitor, answer, lambda: client_gone(receive))
        if self._watcher is not None:
            self._watcher(request, outcome)
        await self._answer(request, visitor, outcome.answer, send)

    async def _answer(self, request: PageRequest, visitor: Visitor, answer: Answer, send: Send) -> None:
        """Send an answer, without the fields of its head that say what this visitor may not read."""
        if self._guarding.on and any_may_tell(answer.headers):
            minded = await self._guarding.minded(request, visitor, answer.headers)
            answer = Answer(answer.status, tuple(minded), answer.body)
        await _send(send, answer, head=request.method == "HEAD")

    def _minding(self, request: PageRequest, visitor: Visitor, send: Send) -> Send:
        """Sends on, and no head that says what this visitor may not read."""

        async def minding(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": await self._guarding.minded(request, visitor, message["headers"])}
            await send(message)

        return minding

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._start_beat()
                if self._guarding.on:
                    await self._guarding.learning.ready()
            else:
                await self.close()
            return message

        await self._app(scope, receiving, send)

    def _start_beat(self) -> None:
        self._beat = asyncio.get_running_loop().create_task(self._keep_beat())
        if self._guarding.configured:
            self._guards = asyncio.get_running_loop().create_task(self._guarding.learning.keep_up())

    async def _keep_beat(self) -> None:
        """Once a second: take up what the operator said, and bring the tallies to the store."""
        while True:
            with contextlib.suppress(StoreUnavailable):
                await self.gate.take_up_controls()
            await self.gate.flush()
            await self._uses.flush()
            self.askers.take_up()
            self._ahead.keep_going()
            await asyncio.sleep(_BEAT_SECONDS)


_ORIGIN_PAGES = {
    OriginFailure.DOWN: (ErrorPage.ORIGIN_DOWN, 502),
    OriginFailure.TIMEOUT: (ErrorPage.ORIGIN_DOWN, 504),
    OriginFailure.TOO_LARGE: (ErrorPage.TOO_LARGE, 502),
}


@lru_cache(maxsize=1024)
def _negotiate(accept_language: str | None, languages: tuple[str, ...]) -> str:
    return negotiate(accept_language, languages)


async def _send(send: Send, answer: Answer, *, head: bool = False) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
    await send({"type": "http.response.body", "body": b"" if head else answer.body, "more_body": False})
