"""Asking the app behind: what is no page passes on as it comes, what may be a page is kept back whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from contextlib import suppress
from enum import StrEnum
from types import NoneType
from typing import Any, Protocol

from pennypress.errors import OriginError, OriginFailure, PennypressError
from pennypress.http.answer import Answer, AnswerHeaders, first, layout_of, length_of, private_headers, without_ours
from pennypress.http.watching import Watch, begins_as_text
from pennypress.pages.layout import Layout
from pennypress.pages.source import GZIP

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


_KEPT_BACK_SECONDS = 1.0
_NEVER_KNOW: set[type] = set()


class Verdict(StrEnum):
    """What becomes of an answer, judged by its head: passed on as it comes, passed on for this reader alone, kept back
    whole, its body dropped, or looked at for text that must not go out (and then passed on for this reader alone)."""

    PASS = "pass"
    PRIVATE = "private"
    HOLD = "hold"
    DROP = "drop"
    LOOK = "look"
    LOOK_PRIVATE = "look-private"


_LOOKED_AT = frozenset((Verdict.LOOK, Verdict.LOOK_PRIVATE))
_DATA = frozenset((Layout.JSON, Layout.XML))


class Judgement(Protocol):
    """How the answer to one request is judged."""

    @property
    def limit(self) -> int:
        """How many bytes of an answer are kept back at most."""

    @property
    def may_stream(self) -> bool:
        """Whether there are pages that need not be kept back to their end."""

    def by_head(self, status: int, headers: AnswerHeaders) -> Awaitable[Verdict]:
        """What becomes of an answer with this head."""

    def refuses_overlong(self, headers: AnswerHeaders, beginning: bytes) -> bool:
        """Whether an answer that has grown past the limit must be refused, by its beginning; else it may pass on."""

    def is_no_article(self, headers: AnswerHeaders, beginning: bytes) -> bool:
        """Whether a page shows by its beginning that it need not be kept back to its end."""

    def watch(self, headers: AnswerHeaders) -> Watch | None:
        """What looks at an answer that is too long, or too slow, to be kept back; None where nothing has to."""

    def refusal(self, headers: AnswerHeaders) -> Answer:
        """What goes out instead of such an answer where nothing of it went out yet."""


class BrokenOff(PennypressError):
    """What the app behind answers must not go out; it was refused, and nothing more of it is wanted."""


class Enough(PennypressError):
    """Raised by a ``send`` that wants nothing more: ends an answer of which only the head is used."""


class Overlong(PennypressError):
    """A page that may be an article is longer than an article may be."""


class _Keeper:
    """Stands in for the server's ``send`` towards the app behind."""

    __slots__ = (
        "_alarm",
        "_asking",
        "_chunks",
        "_due",
        "_headers",
        "_judgement",
        "_late",
        "_length",
        "_lock",
        "_send",
        "_status",
        "_watch",
        "broken_off",
        "complete",
        "streams",
        "verdict",
    )

    def __init__(self, send: Send, judgement: Judgement, asking: asyncio.Task[Any] | None) -> None:
        """``asking`` is the task in which the app is asked."""
        self._send = send
        self._judgement = judgement
        self._asking = asking
        self._status = 0
        self._headers: AnswerHeaders = []
        self._chunks: list[bytes] = []
        self._length = 0
        self._lock = asyncio.Lock()
        self._watch: Watch | None = None
        self._due = False
        self._alarm: asyncio.TimerHandle | None = None
        self._late: asyncio.Task[None] | None = None
        self.verdict: Verdict | None = None
        self.complete = False
        self.streams = False
        self.broken_off = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif message["type"] == "http.response.body":
            await self._body(message)

    def answer(self) -> Answer:
        body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        return Answer(self._status, tuple(self._headers), body)

    def end(self) -> None:
        """Nothing more comes."""
        if self._alarm is not None:
            self._alarm.cancel()
        if self._late is not None:
            self._late.cancel()

    async def _start(self, message: Message) -> None:
        self._status = message["status"]
        self._headers = [(name.lower(), value) for name, value in message.get("headers", ())]
        self.verdict = await self._judgement.by_head(self._status, self._headers)
        if self.verdict in (Verdict.PASS, Verdict.PRIVATE):
            await self._pass()
        elif self.verdict in _LOOKED_AT and not self._is_unsure:
            await self._begin_to_look()
        elif self.verdict is Verdict.HOLD and self._may_stream:
            self._alarm = asyncio.get_running_loop().call_later(_KEPT_BACK_SECONDS, self._ring)

    async def _begin_to_look(self) -> None:
        """Keep back what will end soon; what never ends or is long is passed on as it comes, once looked at."""
        length = first(self._headers, b"content-length") or b""
        kind = (first(self._headers, b"content-type") or b"").lower()
        if kind.startswith(b"text/event-stream"):
            async with self._lock:
                await self._stream()
        elif length.isdigit() and int(length) > self._judgement.limit:
            self._due = True
        elif not length:
            self._alarm = asyncio.get_running_loop().call_later(_KEPT_BACK_SECONDS, self._ring)

    async def _pass(self) -> None:
        """Send the head of what passes on as it comes, for this reader alone where it must be so."""
        private = self.verdict in (Verdict.PRIVATE, Verdict.LOOK_PRIVATE)
        headers = private_headers(self._headers) if private else self._headers
        self.verdict = Verdict.PASS
        await self._send(
            {"type": "http.response.start", "status": self._status, "headers": without_ours(list(headers))}
        )

    @property
    def _may_stream(self) -> bool:
        """Whether a page of unknown length need not be kept back to its end."""
        return first(self._headers, b"content-length") is None and self._judgement.may_stream

    def _ring(self) -> None:
        self._late = asyncio.get_running_loop().create_task(self._stream_late())

    async def _stream_late(self) -> None:
        """Begin to pass on what has not ended within a while, unless it may be an article."""
        async with self._lock:
            if self.complete or self.streams:
                return
            try:
                if self.verdict is Verdict.HOLD:
                    await self._stream_page()
                elif self.verdict in _LOOKED_AT:
                    await self._stream_data() if layout_of(self._headers) in _DATA else await self._stream()
            except Enough:
                self.broken_off = True
            if self.broken_off and self._asking is not None:
                self._asking.cancel()

    async def _stream_page(self) -> None:
        """Pass on a page that its beginning shows to be no article, and in which nothing was found so far; what may
        yet turn out to be one is kept back to its end."""
        beginning = b"".join(self._chunks)
        if not self._judgement.is_no_article(self._headers, beginning):
            return
        watch = self._judgement.watch(self._headers)
        if watch is None or await watch.passes(beginning):
            self.verdict = Verdict.LOOK
            await self._stream()

    async def _stream_data(self) -> None:
        """Pass on data of which something came, and in which nothing was found so far. The rest is kept back: what is
        whole can be cut, and XML without its end is of no use to anybody."""
        kept = b"".join(self._chunks)
        self._due = not kept
        if not kept or layout_of(self._headers) is Layout.XML:
            return
        watch = self._judgement.watch(self._headers)
        if watch is None or await watch.passes(kept):
            await self._stream()

    async def _stream(self) -> None:
        """Pass on from now on what was kept back and what comes, each piece once it has been looked at; refuse it
        where what was kept back must not go out."""
        self.streams = True
        self._watch = self._judgement.watch(self._headers)
        kept, self._chunks = b"".join(self._chunks), []
        if kept and not await self._may_go(kept):
            self.broken_off = True
            refusal = self._judgement.refusal(self._headers)
            await self._send(
                {"type": "http.response.start", "status": refusal.status, "headers": list(refusal.headers)}
            )
            await self._send({"type": "http.response.body", "body": refusal.body, "more_body": False})
            return
        personal = self._watch is not None and self._watch.personal
        private = personal or self.verdict is Verdict.LOOK_PRIVATE
        headers = private_headers(self._headers) if private else list(self._headers)
        await self._send({"type": "http.response.start", "status": self._status, "headers": without_ours(headers)})
        if kept:
            await self._send({"type": "http.response.body", "body": kept, "more_body": True})

    async def _look(self, message: Message, *, last: bool) -> None:
        chunk = message.get("body", b"")
        async with self._lock:
            if not self.streams:
                self._chunks.append(bytes(chunk))
                self._length += len(chunk)
                if self._length > self._judgement.limit or (self._due and length_of(self._headers)):
                    await self._stream()
                elif self._due and chunk and not last:
                    await self._stream_data()
                chunk = b""
                self.complete = last
            if self.broken_off:
                raise BrokenOff("withheld text stands in an answer that streams")
            if self.streams:
                if chunk and not await self._may_go(chunk):
                    raise OriginError(OriginFailure.BROKEN, "withheld text stands in an answer that streams")
                if chunk or last:
                    await self._send({"type": "http.response.body", "body": bytes(chunk), "more_body": not last})

    async def _may_go(self, piece: bytes) -> bool:
        return self._watch is None or await self._watch.passes(piece)

    @property
    def _is_unsure(self) -> bool:
        """Whether only the beginning of the answer will tell whether it is text at all."""
        layout = layout_of(self._headers)
        return self._length == 0 and layout is not None and layout.unsure

    async def _find_out(self, chunk: bytes) -> None:
        """Tell by its beginning whether an answer is text, or packed and short enough to be kept back whole."""
        coding = (first(self._headers, b"content-encoding") or b"").decode("latin-1")
        packed = chunk.startswith(GZIP) and length_of(self._headers) <= self._judgement.limit
        if packed or begins_as_text(chunk, coding):
            await self._begin_to_look()
        else:
            await self._pass()

    async def _body(self, message: Message) -> None:
        last = not message.get("more_body", False)
        if self.verdict in _LOOKED_AT and self._is_unsure and message.get("body"):
            await self._find_out(message["body"])
        if self.verdict is Verdict.PASS:
            await self._send(message)
        elif self.verdict is Verdict.DROP and not last:
            self.complete = True
            raise Enough
        elif self.verdict is Verdict.HOLD:
            await self._hold(message.get("body", b""), last=last)
        elif self.verdict in _LOOKED_AT:
            await self._look(message, last=last)
        self.complete = self.complete or last

    async def _hold(self, chunk: bytes, *, last: bool) -> None:
        if self._late is not None:
            async with self._lock:
                pass
            if self.verdict is not Verdict.HOLD:
                await self._look({"body": chunk}, last=last)
                return
        if chunk:
            self._chunks.append(bytes(chunk))
            self._length += len(chunk)
        if self._length <= self._judgement.limit:
            return
        if self._judgement.refuses_overlong(self._headers, b"".join(self._chunks)):
            raise Overlong("the page is longer than an article may be")
        self.verdict = Verdict.LOOK
        async with self._lock:
            await self._stream()
            if self.broken_off:
                raise BrokenOff("withheld text stands in a page that is too long to be cut")
            if last:
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})


async def fetch(
    app: App, scope: Scope, receive: Receive, send: Send, judgement: Judgement
) -> tuple[Verdict, Answer] | None:
    """The app's answer, kept back (HOLD, LOOK) or of its head alone (DROP); None when it has passed on to ``send``.

    Raises Overlong, and whatever the app raises; nothing has then been sent unless the answer was passing on.
    """
    task = asyncio.current_task()
    keeper = _Keeper(send, judgement, task)
    try:
        with suppress(Enough):
            await app(scope, receive, keeper.send)
    except BrokenOff:
        return None
    except asyncio.CancelledError:
        if not keeper.broken_off or task is None or task.uncancel():
            raise
        return None
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
    (granian) never knows at once, and is asked no second time: there the proxy watches the reader while it waits for
    the origin.
    """
    server = type(getattr(receive, "__self__", None))
    while server not in _NEVER_KNOW:
        asked = receive()
        if not isinstance(asked, Coroutine):
            if server is not NoneType:
                _NEVER_KNOW.add(server)
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
    return False
