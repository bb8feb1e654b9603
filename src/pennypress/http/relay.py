"""One WebSocket between a reader and the origin: messages go both ways until one side ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp
import yarl
from aiohttp import WSMsgType
from multidict import CIMultiDict

from pennypress.http.fetch import Message, Receive, Scope, Send

_LARGEST = 4 * 1024 * 1024
_OPENING = ("sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions", "sec-websocket-protocol")
_NEVER_SENT = frozenset((1004, 1005, 1006, 1015))
_NORMAL, _BROKEN = 1000, 1011


async def relay(
    session: aiohttp.ClientSession,
    url: yarl.URL,
    headers: CIMultiDict[str],
    *,
    seconds: float,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Open a WebSocket to the origin, which may take so many seconds, and pass on what each side says.

    The reader is accepted once the origin has accepted, and else gets the origin's status, or 502.
    """
    await receive()
    for name in _OPENING:
        headers.popall(name, None)
    protocols: Sequence[str] = scope.get("subprotocols", ())
    try:
        async with asyncio.timeout(seconds):
            origin = await session.ws_connect(url, headers=headers, protocols=protocols, max_msg_size=_LARGEST)
    except aiohttp.WSServerHandshakeError as error:
        await _deny(scope, send, error.status if error.status >= 400 else 502)
        return
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        await _deny(scope, send, 502)
        return
    async with origin:
        await send({"type": "websocket.accept", "subprotocol": origin.protocol, "headers": []})
        up, down = asyncio.ensure_future(_up(origin, receive)), asyncio.ensure_future(_down(origin, send))
        try:
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
        finally:
            # A server that is still asked for the reader's next message may not get the end out to them.
            up.cancel()
            down.cancel()
            await asyncio.wait((up, down))
        for direction in (up, down):
            if not direction.cancelled():
                direction.result()
        if up.cancelled():
            await send({"type": "websocket.close", "code": _code(origin.close_code)})


async def _up(origin: aiohttp.ClientWebSocketResponse, receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            await origin.close(code=_code(message.get("code")))
            return
        text = message.get("text")
        if text is None:
            await origin.send_bytes(message["bytes"])
        else:
            await origin.send_str(text)


async def _down(origin: aiohttp.ClientWebSocketResponse, send: Send) -> None:
    async for said in origin:
        if said.type is WSMsgType.TEXT:
            await send({"type": "websocket.send", "text": said.data})
        elif said.type is WSMsgType.BINARY:
            await send({"type": "websocket.send", "bytes": said.data})
        else:
            break


async def _deny(scope: Scope, send: Send, status: int) -> None:
    """Answer a handshake with a status, where the server can say one."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": _BROKEN})
        return
    start: Message = {"type": "websocket.http.response.start", "status": status, "headers": []}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": b"", "more_body": False})


def _code(code: int | None) -> int:
    """A code with which a side may be told of the other's end."""
    if code is None or code in _NEVER_SENT:
        return _NORMAL
    return code if 1000 <= code < 5000 else _BROKEN
