"""The streaming reverse proxy: an ASGI application that answers with what the origin answers.

What the middleware above may say to it in the scope: ``client`` is the reader's address, ``scheme`` the scheme that
the reader used, and ``pennypress.forwarded_for`` the whole value of X-Forwarded-For, where the peer is trusted to
have sent a beginning of it. Without that key the value is the client's address alone.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import aiohttp
import yarl
from aiohttp import hdrs
from multidict import CIMultiDict

from pennypress.errors import OriginError, OriginFailure, PennypressError
from pennypress.http.fetch import Message, Receive, Scope, Send
from pennypress.http.passing import refused_framing, refused_method, to_origin, to_reader
from pennypress.http.relay import relay
from pennypress.http.unreachable import in_words

FORWARDED_FOR = "pennypress.forwarded_for"

_CHUNK = 64 * 1024
_MAX_FIELD = 32 * 1024
_MAX_FIELDS = 512
_HOST = re.compile(rb"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_TARGET = re.compile(rb"/[\x21-\x7e]*")
_ADDED_BY_CLIENT = (hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE)
# granian withdraws a receive in a thread of its own; an answer that is quicker than that leaves the connection open.
WITHDRAWAL = 0.25
_BODYLESS = frozenset((204, 304))
_WEBSOCKETS = 4096
_AS_HTTP = {"https": "https", "wss": "https"}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that the proxy waits: for a connection to the origin (a free place in the pool included), for the
    origin to say something, and for the reader to send or take something."""

    connect: float = 10.0
    origin: float = 60.0
    reader: float = 60.0


class _Use(StrEnum):
    """What connections to the origin are for.

    Those that carry a body are used once: an origin that does not read it to its end takes what is left for the next
    request on that connection, and answers the next reader with it.
    """

    VIEWS = "views"
    UPLOADS = "uploads"
    WEBSOCKETS = "websockets"


class ReaderGone(PennypressError):
    """The reader went away before the answer was complete; there is nobody to answer."""


class UploadStalled(PennypressError):
    """The reader has not sent the next part of a body within its time; the answer is 408."""


class Proxy:
    """Passes requests to one origin and streams its answers back.

    ``upstream`` is ``http://host:port``, ``https://host`` or ``unix:/path``. Raises OriginError when the origin fails:
    the ``kind`` BROKEN after the answer has begun, any other before anything was sent; ReaderGone when the reader goes
    away first, and the connection to the origin is then closed; UploadStalled when the reader's upload stands still.
    """

    def __init__(self, upstream: str, *, connections: int = 256, timeouts: Timeouts = Timeouts()) -> None:
        self._socket = upstream.removeprefix("unix:") if upstream.startswith("unix:") else None
        self._base = "http://localhost" if self._socket is not None else upstream.rstrip("/")
        self._connections = connections
        self._timeouts = timeouts
        self._sessions: dict[_Use, aiohttp.ClientSession] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            refused = _refusal(scope)
            if refused is not None:
                await _answer_bare(send, refused)
            else:
                await self._pass(scope, receive, send)
        elif scope["type"] == "websocket":
            await relay(
                self._session(_Use.WEBSOCKETS),
                yarl.URL(self._base + _target(scope), encoded=True),
                _request_headers(scope),
                seconds=self._timeouts.origin,
                scope=scope,
                receive=receive,
                send=send,
            )

    async def close(self) -> None:
        """Close the connections to the origin. A later request opens them again."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._session(_Use.VIEWS)
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _session(self, use: _Use) -> aiohttp.ClientSession:
        session = self._sessions.get(use)
        if session is None or session.closed:
            session = self._sessions[use] = aiohttp.ClientSession(
                connector=self._connector(use),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                skip_auto_headers=_ADDED_BY_CLIENT,
                # Its sock_read is not used: the timer of one answer can run on into a later upload over the connection.
                timeout=aiohttp.ClientTimeout(total=None, connect=self._timeouts.connect),
                read_bufsize=_CHUNK,
                max_line_size=_MAX_FIELD,
                max_field_size=_MAX_FIELD,
                max_headers=_MAX_FIELDS,
            )
        return session

    def _connector(self, use: _Use) -> aiohttp.BaseConnector:
        # Many servers close an idle connection after 5 seconds (Apache, Node); one that closes it in the moment
        # in which a form is posted over it costs the reader that form.
        keeping: dict[str, Any] = {"keepalive_timeout": 4} if use is _Use.VIEWS else {"force_close": True}
        limit = _WEBSOCKETS if use is _Use.WEBSOCKETS else self._connections
        if self._socket is not None:
            return aiohttp.UnixConnector(self._socket, limit=limit, **keeping)
        return aiohttp.TCPConnector(limit=limit, ttl_dns_cache=30, **keeping)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        upload = _Upload(receive, self._timeouts.reader)
        task = asyncio.current_task()
        assert task is not None
        watch = asyncio.create_task(upload.watch(task))
        try:
            await self._exchange(scope, upload, send)
        except asyncio.CancelledError:
            if not upload.gone:
                raise
            task.uncancel()
            raise ReaderGone("the reader went away") from None
        finally:
            watch.cancel()

    async def _exchange(self, scope: Scope, upload: _Upload, send: Send) -> None:
        headers = _request_headers(scope)
        has_body = hdrs.CONTENT_LENGTH in headers or _is_chunked(scope)
        if not has_body:
            upload.none_expected()
        body = upload.chunks() if has_body and headers.get(hdrs.CONTENT_LENGTH) != "0" else None
        try:
            async with asyncio.timeout(self._timeouts.origin) as patience:
                with upload.moving(patience, self._timeouts.origin):
                    response = await self._session(_Use.VIEWS if body is None else _Use.UPLOADS).request(
                        scope["method"],
                        yarl.URL(self._base + _target(scope), encoded=True),
                        headers=headers,
                        data=body,
                        allow_redirects=False,
                    )
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            if upload.gone:
                raise ReaderGone("the reader broke the upload off") from error
            if upload.stalled:
                raise UploadStalled("the reader's upload stands still") from error
            raise _origin_error(error) from error
        async with response:
            if response.status < 200:
                response.close()
                raise OriginError(OriginFailure.DOWN, f"it answered {response.status}, which was not asked for")
            await self._stream(scope["method"], response, send)

    async def _stream(self, method: str, response: aiohttp.ClientResponse, send: Send) -> None:
        start = {
            "type": "http.response.start",
            "status": response.status,
            "headers": to_reader(response.raw_headers),
        }
        await send(start)
        if method == "HEAD" or response.status in _BODYLESS:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        content = response.content
        while True:
            try:
                async with asyncio.timeout(self._timeouts.origin):
                    chunk = await content.readany()
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise OriginError(OriginFailure.BROKEN, repr(error)) from error
            # A last chunk that is known to be the last lets the server send a short answer in one piece.
            more = bool(chunk) and not content.at_eof()
            async with asyncio.timeout(self._timeouts.reader):
                await send({"type": "http.response.body", "body": chunk, "more_body": more})
            if not more:
                return


class _Upload:
    """The body that a reader sends, and whether the reader is still there."""

    def __init__(self, receive: Receive, reader_seconds: float) -> None:
        self._receive = receive
        self._reader_seconds = reader_seconds
        self._origin_patience: asyncio.Timeout | None = None
        self._origin_seconds = 0.0
        self._ended = asyncio.Event()
        self.gone = False
        self.stalled = False

    @contextmanager
    def moving(self, patience: asyncio.Timeout, seconds: float) -> Iterator[None]:
        """Let the patience with the origin begin anew with every part that it is given and with the end of the body,
        and rest while the reader is waited for."""
        self._origin_patience, self._origin_seconds = patience, seconds
        yield
        self._origin_patience = None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The parts of the body as they come. Raises where the reader breaks it off, so that what went to the origin
        is never ended as if it were whole."""
        more = True
        while more:
            self._wait_for_origin(None)
            message = await self._next()
            more = message.get("more_body", False)
            self._wait_for_origin(self._origin_seconds)
            if body := message.get("body", b""):
                yield body
        self._ended.set()

    def none_expected(self) -> None:
        """Say that no body is to come."""
        self._ended.set()

    async def watch(self, call: asyncio.Task[Any]) -> None:
        """Cancel the call when the reader goes away after the end of the body."""
        await self._ended.wait()
        while not self.gone:
            message = await self._receive()
            self.gone = message["type"] == "http.disconnect"
        call.cancel()

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout(self._reader_seconds):
                message = await self._receive()
        except TimeoutError:
            self.stalled = True
            await asyncio.sleep(WITHDRAWAL)
            raise
        if message["type"] == "http.disconnect":
            self.gone = True
            self._ended.set()
            raise ConnectionAbortedError("the reader broke the upload off")
        return message

    def _wait_for_origin(self, seconds: float | None) -> None:
        if self._origin_patience is not None:
            now = asyncio.get_running_loop().time()
            self._origin_patience.reschedule(None if seconds is None else now + seconds)


def _refusal(scope: Scope) -> int | None:
    """The status of a request that goes no further, or None."""
    refused = refused_method(scope["method"]) or refused_framing(scope["headers"])
    if refused is not None:
        return refused
    hosts = [value for name, value in scope["headers"] if name.lower() == b"host"]
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        return 400
    return None if _TARGET.fullmatch(_raw_path(scope) + scope.get("query_string", b"")) else 400


def _raw_path(scope: Scope) -> bytes:
    """The path as it was sent; some servers put the query in with it."""
    raw: bytes = scope["raw_path"]
    return raw.partition(b"?")[0]


def _target(scope: Scope) -> str:
    query: bytes = scope.get("query_string", b"")
    path = _raw_path(scope).decode("ascii")
    return f"{path}?{query.decode('ascii')}" if query else path


def _is_chunked(scope: Scope) -> bool:
    return any(name.lower() == b"transfer-encoding" for name, _ in scope["headers"])


def _request_headers(scope: Scope) -> CIMultiDict[str]:
    """The header for the origin, in the reader's order, and who asks behind it.

    A value that is not UTF-8 is left out: the client below cannot send it as it is, and a changed one is worse.
    """
    headers: CIMultiDict[str] = CIMultiDict()
    host = ""
    for name, value in to_origin(scope["headers"]):
        with suppress(UnicodeDecodeError):
            headers.add(name.decode("ascii"), value.decode("utf-8"))
        if name == b"host":
            host = value.decode("ascii")
    forwarded_for: bytes | None = scope.get(FORWARDED_FOR)
    client = scope.get("client")
    if forwarded_for is not None:
        headers["x-forwarded-for"] = forwarded_for.decode("ascii")
    elif client and client[0]:
        headers["x-forwarded-for"] = str(client[0])
    headers["x-forwarded-proto"] = _AS_HTTP.get(scope.get("scheme", "http"), "http")
    headers["x-forwarded-host"] = host
    return headers


def _origin_error(error: Exception) -> OriginError:
    kind = OriginFailure.TIMEOUT if isinstance(error, TimeoutError) else OriginFailure.DOWN
    return OriginError(kind, in_words(error))


async def _answer_bare(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
