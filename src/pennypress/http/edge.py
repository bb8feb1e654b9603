"""The outermost application of a worker: it logs every request and answers for what went wrong below.

An answer that cannot be finished is left without its end; granian then closes the connection, so that the reader sees
that something is missing.
"""

from __future__ import annotations

import time
import traceback
from http import HTTPStatus

from pennypress.core.target import read_target
from pennypress.errors import OriginError, OriginFailure, TargetError
from pennypress.http.fetch import App, Message, Receive, Scope, Send
from pennypress.http.health import HEALTH_PATH, Health
from pennypress.http.log import Answered, Log
from pennypress.http.proxy import ReaderGone, UploadStalled


class Edge:
    """Wraps the application of a worker."""

    def __init__(self, app: App, log: Log, health: Health) -> None:
        self._app = app
        self._log = log
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and see to it that it is answered once and logged once."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, self._watching_lifespan(send))
            return
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
            return
        peer, began = _peer(scope), time.perf_counter()
        method, path = scope["method"], _logged_path(scope)
        sending = _Sending(send)
        self._health.see(peer[0] if peer else None, scope["headers"])
        try:
            if scope["path"] == HEALTH_PATH and method in ("GET", "HEAD"):
                await self._health.answer(sending)
            else:
                await self._app(scope, receive, sending)
        except ReaderGone:
            # Nobody hears it, but where the body was no body: there the reader waits for what became of it.
            if sending.status is None:
                await _answer(send, 400)
        except Exception as error:
            self._note(error, method, path)
            if sending.status is None:
                await _answer(sending, _status_for(error))
        finally:
            milliseconds = (time.perf_counter() - began) * 1000
            self._log.answered(
                Answered(method, path, sending.status, sending.decision, sending.reason, milliseconds, sending.size)
            )

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a WebSocket on; its line in the log has the status with which it was opened or refused."""
        path, began = _logged_path(scope), time.perf_counter()
        status: int | None = None

        async def sending(message: Message) -> None:
            nonlocal status
            if status is None:
                status = message.get("status") or (101 if message["type"] == "websocket.accept" else 403)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            self._note(error, "GET", path)
        finally:
            milliseconds = (time.perf_counter() - began) * 1000
            self._log.answered(Answered("GET", path, status, "", "", milliseconds, 0))

    def _watching_lifespan(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                self._health.ready = True
            elif message["type"].startswith("lifespan.shutdown"):
                self._health.ready = False
                self._log.flush()
            await send(message)

        return sending

    def _note(self, error: Exception, method: str, path: str) -> None:
        if isinstance(error, OriginError | UploadStalled | TimeoutError):
            self._log.event("warning", str(error) or "the reader takes nothing more", method=method, path=path)
        else:
            self._log.event(
                "error", repr(error), method=method, path=path, trace="".join(traceback.format_exception(error))
            )


class _Sending:
    """What goes out for one request, and what is known of it afterwards."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None
        self.decision = self.reason = ""
        self.size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            for name, value in message["headers"]:
                if name == b"pennypress-access":
                    self.decision = value.decode("latin-1")
                elif name == b"pennypress-reason":
                    self.reason = value.decode("latin-1")
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)


def _peer(scope: Scope) -> tuple[str, int] | None:
    """The socket's peer; None on a Unix socket, where it has no address."""
    client = scope.get("client")
    try:
        return (client[0], int(client[1])) if client else None
    except ValueError:
        return None


def _logged_path(scope: Scope) -> str:
    try:
        return read_target(scope["raw_path"].decode("latin-1")).folded
    except TargetError:
        return "-"


def _status_for(error: Exception) -> int:
    if isinstance(error, OriginError):
        return 504 if error.kind is OriginFailure.TIMEOUT else 502
    return 408 if isinstance(error, UploadStalled) else 500


async def _answer(send: Send, status: int) -> None:
    body = f"{status} {HTTPStatus(status).phrase}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),  # what is left of an upload is not waited for
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
