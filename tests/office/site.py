"""The whole of it in one process: a paper, the meter around it, the office beside it; and browsers that read there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from django.core.asgi import get_asgi_application

from pennypress.config import Config
from pennypress.http.asgi import Parts, Paywall
from pennypress.http.fetch import App, Message
from pennypress.http.mounted import Mounted
from pennypress.office.settings import PREFIX
from pennypress.readers.keys import Keys
from pennypress.store.opening import open_store
from tests.http.browser import Site, story
from tests.office.browser import HOST, Browser, Page


class RunningSite:
    """The paper with the meter around it; ``app`` runs in a loop of its own, as a server would have it."""

    def __init__(self, config: Config, keys: Keys, clock: Callable[[], datetime]) -> None:
        self.origin = Site()
        for name in "abcdefgh":
            self.origin.put(f"/news/{name}", story(name))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="site", daemon=True)
        self._thread.start()
        office = config.office
        own = tuple(f"{PREFIX}{part}" for part in ("till", "desk", "api", "admin", "static"))
        mounted = Mounted(cast(App, get_asgi_application()), (office.sign_in, office.subscribe, office.account, *own))
        store = open_store(config.store.meters, config.base)
        self.app = Paywall(config, Parts(store, keys, clock)).around(self.origin, mounted=mounted)

    def ask(self, app: App, scope: dict[str, Any], body: bytes) -> list[Message]:
        """What the app answers to one request."""
        return asyncio.run_coroutine_threadsafe(_asked(app, scope, body), self._loop).result(20)

    def beat(self) -> None:
        """What the app does once a second, now."""
        asyncio.run_coroutine_threadsafe(self.app.gate.take_up_controls(), self._loop).result(20)

    def close(self) -> None:
        """End it."""
        asyncio.run_coroutine_threadsafe(self.app.close(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Visitor(Browser):
    """A browser that asks the whole site; ``through`` is an app in front of it, such as a cache."""

    def __init__(
        self,
        site: RunningSite,
        *,
        language: str = "en-GB",
        address: str = "203.0.113.9",
        through: App | None = None,
    ) -> None:
        self._site = site
        self._app: App = through or site.app
        self._language = language
        self._address = address
        self._kept: dict[str, str] = {}

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that are kept; to be changed as one pleases."""
        return self._kept

    def _ask(self, method: str, path: str, values: dict[str, Any], headers: dict[str, str]) -> Page:
        plain, _, query = path.partition("?")
        body = urlencode(values, doseq=True).encode() if method == "POST" else b""
        fields = {"host": HOST, "accept-language": self._language, **headers}
        if self._kept:
            fields["cookie"] = "; ".join(f"{name}={value}" for name, value in self._kept.items())
        if method == "POST":
            fields |= {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": plain,
            "raw_path": plain.encode("ascii"),
            "query_string": query.encode("ascii"),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in fields.items()],
            "client": (self._address, 40000),
            "server": (HOST, 80),
        }
        start, *rest = self._site.ask(self._app, scope, body)
        said = [(name.decode().title(), value.decode("latin-1")) for name, value in start["headers"]]
        for name, value in said:
            if name == "Set-Cookie":
                self._keep(value)
        text = b"".join(message.get("body", b"") for message in rest).decode("utf-8", "replace")
        return Page(self, path, start["status"], dict(said), text)

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition(";")[0].partition("=")
        gone = "max-age=0" in cookie.lower() or value in ("", '""')
        if gone:
            self._kept.pop(name, None)
        else:
            self._kept[name] = value.strip('"')


@contextmanager
def running_site(config: Config, keys: Keys, clock: Callable[[], datetime]) -> Iterator[RunningSite]:
    """The site, for as long as the block runs."""
    site = RunningSite(config, keys, clock)
    try:
        yield site
    finally:
        site.close()


async def _asked(app: App, scope: dict[str, Any], body: bytes) -> list[Message]:
    messages: list[Message] = []
    incoming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    ended = asyncio.Event()

    async def receive() -> Message:
        if incoming:
            return incoming.pop()
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    ended.set()
    return messages
