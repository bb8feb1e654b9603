"""Asking an app from inside, for a page view that no reader's browser sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from pennypress.errors import OriginError, OriginFailure
from pennypress.http.answer import Answer
from pennypress.http.fetch import App, Message, Receive, Scope

_NOBODY = "127.0.0.1"


def view_scope(
    address: str, host: str, scheme: str, headers: Iterable[tuple[bytes, bytes]], *, client: str = _NOBODY
) -> dict[str, Any]:
    """The scope of a GET for an address (its forwarded form) of a host."""
    path, _, query = address.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": scheme,
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [(b"host", host.encode("ascii")), *headers],
        "client": (client, 0),
        "server": None,
    }


def asking() -> Receive:
    """What a client sends that has no body and waits for ever."""
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        for message in asked:
            return message
        await asyncio.Event().wait()
        raise AssertionError

    return receive


async def whole_answer(app: App, scope: Scope, *, largest: int, seconds: float) -> Answer:
    """The app's answer, once it has ended. Raises OriginError: TOO_LARGE past so many bytes, TIMEOUT after so long,
    and whatever the app raises."""
    status, headers, body = 0, [], bytearray()

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], [(name.lower(), value) for name, value in message["headers"]]
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))
            if len(body) > largest:
                raise OriginError(OriginFailure.TOO_LARGE, f"the answer is larger than {largest:,} bytes")

    try:
        async with asyncio.timeout(seconds):
            await app(scope, asking(), send)
    except TimeoutError:
        raise OriginError(OriginFailure.TIMEOUT, f"the answer had not ended after {seconds:g} seconds") from None
    return Answer(status, tuple(headers), bytes(body))
