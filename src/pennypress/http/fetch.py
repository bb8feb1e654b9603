"""Asking the app behind: what is no page passes on as it comes, what may be a page is kept back whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pennypress.errors import OriginError, OriginFailure, PennypressError
from pennypress.http.answer import Answer, AnswerHeaders, first, private_headers, without_ours
from pennypress.http.watching import Watch

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


_KEPT_BACK_SECONDS = 1.0


class Verdict(StrEnum):
    """What becomes of an answer, judged by its head: passed on as it comes, passed on for this reader alone, kept back
    whole, its body dropped, or looked at for text that must not go out (and then passed on for this reader alone)."""

    PASS = "pass"
    PRIVATE = "private"
    HOLD = "hold"
    DROP = "drop"
    LOOK = "look"
    LOOK_PRIVATE = "look-private"


LOOKED_AT = frozenset((Verdict.LOOK, Verdict.LOOK_PRIVATE))


@dataclass(frozen=True, slots=True)
class Judgement:
    """How an answer is judged: by its head; and, once it has grown past ``limit``, by its beginning whether it must
    be refused (True) or may pass on."""

    by_head: Callable[[int, AnswerHeaders], Awaitable[Verdict]]
    refuse_overlong: Callable[[int, AnswerHeaders, bytes], bool]
    limit: int
    watch: Callable[[AnswerHeaders], Watch | None] = lambda headers: None


class Enough(PennypressError):
    """Raised by a ``send`` that wants nothing more: ends an answer of which only the head is used."""


class Overlong(PennypressError):
    """A page that may be an article is longer than an article may be."""


class _Keeper:
    """Stands in for the server's ``send`` towards the app behind."""

    __slots__ = (
        "_alarm",
        "_chunks",
        "_failure",
        "_headers",
        "_judgement",
        "_length",
        "_lock",
        "_send",
        "_status",
        "_watch",
        "complete",
        "streams",
        "verdict",
    )

    def __init__(self, send: Send, judgement: Judgement) -> None:
        self._send = send
        self._judgement = judgement
        self._status = 0
        self._headers: AnswerHeaders = []
        self._chunks: list[bytes] = []
        self._length = 0
        self._lock = asyncio.Lock()
        self._watch: Watch | None = None
        self._alarm: asyncio.Task[None] | None = None
        self._failure: PennypressError | None = None
        self.verdict: Verdict | None = None
        self.complete = False
        self.streams = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif message["type"] == "http.response.body":
            await self._body(message)

    def answer(self) -> Answer:
        body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        return Answer(self._status, tuple(self._headers), body)

    async def _start(self, message: Message) -> None:
        self._status = message["status"]
        self._headers = [(name.lower(), value) for name, value in message.get("headers", ())]
        self.verdict = await self._judgement.by_head(self._status, self._headers)
        if self.verdict is Verdict.PRIVATE:
            self._headers = private_headers(self._headers)
            self.verdict = Verdict.PASS
        if self.verdict is Verdict.PASS:
            await self._send({**message, "headers": without_ours(self._headers)})
        elif self.verdict in LOOKED_AT and first(self._headers, b"content-length") is None:
            if (first(self._headers, b"content-type") or b"").startswith(b"text/event-stream"):
                await self._stream()
            else:
                self._alarm = asyncio.get_running_loop().create_task(self._stream_after_a_while())

    async def _stream_after_a_while(self) -> None:
        await asyncio.sleep(_KEPT_BACK_SECONDS)
        async with self._lock:
            if not self.complete and not self.streams:
                try:
                    await self._stream()
                except PennypressError as error:
                    self._failure = error  # the app hears of it when it sends on

    async def _stream(self) -> None:
        """Pass on from now on what was kept back and what comes, each piece once it has been looked at."""
        self.streams = True
        self._watch = self._judgement.watch(self._headers)
        headers = private_headers(self._headers) if self.verdict is Verdict.LOOK_PRIVATE else self._headers
        kept, self._chunks = b"".join(self._chunks), []
        if kept and not await self._may_go(kept):
            raise OriginError(OriginFailure.TOO_LARGE, "withheld text stands in an answer too long to be cut")
        await self._send(
            {"type": "http.response.start", "status": self._status, "headers": without_ours(list(headers))}
        )
        await self._send({"type": "http.response.body", "body": kept, "more_body": True})

    async def _look(self, message: Message, *, last: bool) -> None:
        chunk = message.get("body", b"")
        async with self._lock:
            if self._failure is not None:
                raise self._failure
            if not self.streams:
                self._chunks.append(bytes(chunk))
                self._length += len(chunk)
                if self._length > self._judgement.limit:
                    await self._stream()
                    chunk = b""
                self.complete = last
            if self.streams:
                if chunk and not await self._may_go(chunk):
                    raise OriginError(OriginFailure.BROKEN, "withheld text stands in an answer that streams")
                if chunk or last:
                    await self._send({"type": "http.response.body", "body": bytes(chunk), "more_body": not last})

    async def _may_go(self, piece: bytes) -> bool:
        return self._watch is None or await self._watch.passes(piece)

    def end(self) -> None:
        """Nothing more comes."""
        if self._alarm is not None:
            self._alarm.cancel()

    async def _body(self, message: Message) -> None:
        last = not message.get("more_body", False)
        if self.verdict is Verdict.PASS:
            await self._send(message)
        elif self.verdict is Verdict.DROP and not last:
            self.complete = True
            raise Enough
        elif self.verdict is Verdict.HOLD:
            await self._hold(message.get("body", b""), last=last)
        elif self.verdict in LOOKED_AT:
            await self._look(message, last=last)
        self.complete = self.complete or last

    async def _hold(self, chunk: bytes, *, last: bool) -> None:
        if chunk:
            self._chunks.append(bytes(chunk))
            self._length += len(chunk)
        if self._length <= self._judgement.limit:
            return
        if self._judgement.refuse_overlong(self._status, self._headers, b"".join(self._chunks)):
            raise Overlong("the page is longer than an article may be")
        self.verdict = Verdict.PASS
        await self._send(
            {"type": "http.response.start", "status": self._status, "headers": without_ours(self._headers)}
        )
        await self._send({"type": "http.response.body", "body": b"".join(self._chunks), "more_body": not last})


async def fetch(
    app: App, scope: Scope, receive: Receive, send: Send, judgement: Judgement
) -> tuple[Verdict, Answer] | None:
    """The app's answer, kept back (HOLD, LOOK) or of its head alone (DROP); None when it has passed on to ``send``.

    Raises Overlong, and whatever the app raises; nothing has then been sent unless the answer was passing on.
    """
    keeper = _Keeper(send, judgement)
    try:
        with suppress(Enough):
            await app(scope, receive, keeper.send)
    finally:
        keeper.end()
    if keeper.verdict is None or keeper.verdict is Verdict.PASS or keeper.streams:
        return None
    if not keeper.complete:
        raise PennypressError("the app behind ended before its answer did")
    return keeper.verdict, keeper.answer()


def heads_alone(send: Send) -> Send:
    """A ``send`` that hands on the head of an answer and ends it there, for who asked by HEAD."""

    ended = False

    async def sending(message: Message) -> None:
        nonlocal ended
        if message["type"] == "http.response.start":
            await send(message)
            return
        if not ended:
            ended = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        raise Enough

    return sending


def client_gone(receive: Receive) -> bool:
    """Whether the client has given up, as far as the server can tell at once.

    One step of ``receive`` by hand, which costs a tenth of a task. A server whose ``receive`` is no coroutine
    (granian) never knows at once: there the proxy watches the reader while it waits for the origin.
    """
    while True:
        asked = receive()
        if not isinstance(asked, Coroutine):
            return False
        try:
            asked.send(None)
        except StopIteration as known:
            message: Message = known.value
            if message["type"] == "http.disconnect":
                return True
            if message["type"] != "http.request":
                return False
        else:
            asked.close()
            return False
