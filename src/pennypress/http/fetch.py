"""Asking the app behind: what is no page passes on as it comes, what may be a page is kept back whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pennypress.errors import PennypressError
from pennypress.http.answer import Answer, AnswerHeaders, private_headers, without_ours

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Verdict(StrEnum):
    """What becomes of an answer, judged by its head: passed on as it comes, passed on for this reader alone, kept back
    whole, or its body dropped."""

    PASS = "pass"
    PRIVATE = "private"
    HOLD = "hold"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How an answer is judged: by its head; and, once it has grown past ``limit``, by its beginning whether it must
    be refused (True) or may pass on."""

    by_head: Callable[[int, AnswerHeaders], Awaitable[Verdict]]
    refuse_overlong: Callable[[int, AnswerHeaders, bytes], bool]
    limit: int


class Overlong(PennypressError):
    """A page that may be an article is longer than an article may be."""


class _Keeper:
    """Stands in for the server's ``send`` towards the app behind."""

    __slots__ = ("_chunks", "_headers", "_judgement", "_length", "_send", "_status", "complete", "verdict")

    def __init__(self, send: Send, judgement: Judgement) -> None:
        self._send = send
        self._judgement = judgement
        self._status = 0
        self._headers: AnswerHeaders = []
        self._chunks: list[bytes] = []
        self._length = 0
        self.verdict: Verdict | None = None
        self.complete = False

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

    async def _body(self, message: Message) -> None:
        last = not message.get("more_body", False)
        if self.verdict is Verdict.PASS:
            await self._send(message)
        elif self.verdict is Verdict.HOLD:
            await self._hold(message.get("body", b""), last=last)
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
    """The app's answer, kept back (HOLD) or of its head alone (DROP); None when it has passed on to ``send``.

    Raises Overlong, and whatever the app raises; nothing has then been sent unless the answer was passing on.
    """
    keeper = _Keeper(send, judgement)
    await app(scope, receive, keeper.send)
    if keeper.verdict is None or keeper.verdict is Verdict.PASS:
        return None
    if not keeper.complete:
        raise PennypressError("the app behind ended before its answer did")
    return keeper.verdict, keeper.answer()


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
