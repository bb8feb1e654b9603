"""That Chromium reads Content-Security-Policies as the doctor does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from pennypress.doctor.policy import mended
from tests.journeys.running import chromium_browser

POLICIES = (
    "",
    "script-src 'none'; frame-ancestors 'none'",
    "default-src 'self'",
    "default-src 'none'",
    "default-src 'self' 'none'",
    "default-src 'none'; style-src-elem 'self'",
    "style-src-elem; style-src 'self'",
    "style-src 'self'; style-src 'none'",
    "style-src 'none'; style-src 'self'",
    "style-src 'unsafe-inline' 'SELF'",
    "style-src 'nonce-x' 'unsafe-inline'",
    "style-src *",
    "style-src *:*",
    "style-src http:",
    "style-src https:",
    "style-src data: blob:",
    "style-src HOST",
    "style-src http://HOST",
    "style-src https://HOST",
    "style-src NAME",
    "style-src NAME:*",
    "style-src *.localhost:*",
    "style-src HOST/-/",
    "style-src HOST/-/penny",
    "style-src HOST/-/pennypress/style.css",
)


class _Site(BaseHTTPRequestHandler):
    policy: ClassVar[str] = ""

    def do_GET(self) -> None:
        style = self.path.startswith("/-/")
        page = "<!doctype html><link rel=stylesheet href=/-/pennypress/style.css><p>Harbour"
        body = b"body { color: rgb(1, 2, 3) }" if style else page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/css" if style else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if self.policy and not style:
            self.send_header("Content-Security-Policy", self.policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    """A page with a style sheet under a policy."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


async def test_chromium_lets_the_style_sheet_in_where_we_say_so_and_nowhere_else(
    site: ThreadingHTTPServer, chromium: str
) -> None:
    name, port = "paper.localhost", site.server_port
    async with chromium_browser(chromium) as browser:
        page = await browser.new_page()
        for policy in POLICIES:
            _Site.policy = policy.replace("HOST", f"{name}:{port}").replace("NAME", name)
            await page.goto(f"http://{name}:{port}/")
            styled = await page.evaluate("getComputedStyle(document.body).color") == "rgb(1, 2, 3)"
            ours = mended(_Site.policy, f"http://{name}:{port}/-/pennypress/style.css") is None
            assert (policy, styled) == (policy, ours)
