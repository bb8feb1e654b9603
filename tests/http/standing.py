"""An ASGI app of the tests on a real socket: an origin for a gateway, or for whatever else asks one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pennypress.http.fetch import App, Message, Scope


@contextmanager
def standing(app: App) -> Iterator[int]:
    """The app, on a port of loopback that is given, until the end."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"app": staticmethod(app)}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    app: App

    def answer(self) -> None:
        """Ask the app, and send what it says: with a length where it comes in one piece, else in chunks."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        messages: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            messages.append(message)

        async def ask() -> None:
            await self.app(self._scope(), receive, send)

        asyncio.run(ask())
        start, *pieces = messages
        self.send_response(start["status"])
        for name, value in start["headers"]:
            self.send_header(name.decode(), value.decode("latin-1"))
        chunked = len(pieces) > 1
        self.send_header(
            *(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(pieces[0]["body"]))))
        )
        self.end_headers()
        for piece in pieces if self.command != "HEAD" else ():
            data = piece.get("body", b"")
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data) if chunked and data else b"" if chunked else data)
        if chunked and self.command != "HEAD":
            self.wfile.write(b"0\r\n\r\n")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815  -- the library's

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: pytest shows what a failing test needs."""

    def _scope(self) -> Scope:
        path, _, query = self.path.partition("?")
        return {
            "type": "http",
            "method": self.command,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in self.headers.items()],
            "client": self.client_address,
        }
