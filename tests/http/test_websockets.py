"""WebSockets: a real client, the whole gateway, and a site on which they are real."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from pennypress.http.asgi import Paywall
from pennypress.http.fetch import Message, Receive, Scope, Send
from tests.http.browser import story
from tests.http.gateway import Gateway
from tests.http.newsstand import running_program

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIVE = 'upgrade = ["/live/**", "/news/**"]'


class LiveSite:
    """A site whose ``/live/…`` and ``/news/…`` speak WebSocket; it keeps the handshakes that it was sent."""

    def __init__(self) -> None:
        self.handshakes: list[web.Request] = []
        self.ended: list[int | None] = []
        self.end = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if "upgrade" not in request.headers.get("connection", "").lower():
            return web.Response(text=story(request.path.rpartition("/")[2]), content_type="text/html")
        self.handshakes.append(request)
        if request.path == "/live/closed":
            return web.Response(status=401)
        socket = web.WebSocketResponse(protocols=["scores"])
        await socket.prepare(request)
        async for said in socket:
            if said.data == "end":
                await socket.close(code=4001)
            elif said.data == "leak":
                for number in (8, 9):
                    await socket.send_str(sentence(number))
            elif isinstance(said.data, str):
                await socket.send_str(f"heard {said.data}")
            else:
                await socket.send_bytes(said.data[::-1])
        self.ended.append(socket.close_code)
        self.end.set()
        return socket


def sentence(number: int) -> str:
    """A sentence that the wall of the story called one withholds."""
    return f"This is the one paragraph {number} of a long report that tells the town what happened and why"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def listening() -> AsyncIterator[tuple[LiveSite, int]]:
    site = LiveSite()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield site, runner.addresses[0][1]
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(listening: tuple[LiveSite, int], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    running = running_program(tmp_path_factory.mktemp("live"), listening[1], gateway=LIVE)
    with contextlib.ExitStack() as stack:
        yield await asyncio.to_thread(stack.enter_context, running)


@pytest.fixture
def live(listening: tuple[LiveSite, int]) -> LiveSite:
    """The site, with nothing asked of it yet."""
    listening[0].handshakes.clear()
    return listening[0]


async def test_where_the_paper_says_so_messages_go_both_ways_and_the_end_is_told(
    gateway: Gateway, live: LiveSite
) -> None:
    async with aiohttp.ClientSession() as client:
        url = f"http://{gateway.address}/live/match?id=7"
        fields = {"Host": "paper.test", "Cookie": "pennypress=x; theme=dark", "X-Forwarded-For": "9.9.9.9"}
        async with client.ws_connect(url, headers=fields, protocols=["scores"]) as socket:
            assert socket.protocol == "scores"
            await socket.send_str("goal")
            assert await socket.receive_str() == "heard goal"
            await socket.send_bytes(b"\x00\x01" * 40_000)
            assert await socket.receive_bytes() == b"\x01\x00" * 40_000
            await socket.send_str("end")
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
            assert socket.close_code == 4001
        async with client.ws_connect(url) as socket:
            await socket.close()
    await asyncio.wait_for(live.end.wait(), 30)
    assert not any('"level":"error"' in line for line in gateway.lines())
    handshake = live.handshakes[0]
    assert handshake.path_qs == "/live/match?id=7"
    assert handshake.headers["Cookie"] == "theme=dark"
    assert handshake.headers["X-Forwarded-For"] == "127.0.0.1"
    assert handshake.headers["X-Forwarded-Proto"] == "http"


@pytest.mark.parametrize("path", ["/news/one", "/news", "/elsewhere", "/live/../news/one", "/NEWS/one"])
async def test_elsewhere_and_under_the_article_paths_none_is_opened(
    gateway: Gateway, live: LiveSite, path: str
) -> None:
    async with aiohttp.ClientSession() as client:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(f"http://{gateway.address}{path}")
    assert refused.value.status == 403
    assert live.handshakes == []


async def test_an_origin_that_refuses_is_heard(gateway: Gateway) -> None:
    async with aiohttp.ClientSession() as client:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(f"http://{gateway.address}/live/closed")
    assert refused.value.status == 401


async def test_text_that_a_wall_withholds_ends_the_websocket_before_it_goes_out(gateway: Gateway) -> None:
    async with aiohttp.ClientSession() as client:
        page = await client.get(f"http://{gateway.address}/news/one", headers={"User-Agent": "WhatsApp/2"})
        assert page.headers["Pennypress-Access"] == "preview"
        async with client.ws_connect(f"http://{gateway.address}/live/match") as socket:
            await socket.send_str("leak")
            ended = await socket.receive()
            assert ended.type is aiohttp.WSMsgType.CLOSE
            assert ended.data == 1008


async def test_a_refused_websocket_is_told_to_the_log_with_the_line_that_passes_it(
    gateway: Gateway, live: LiveSite
) -> None:
    async with aiohttp.ClientSession() as client:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.ws_connect(f"http://{gateway.address}/chat")
    assert any('upgrade = [\\"/chat\\"]' in line for line in gateway.lines())


@pytest.mark.parametrize(("path", "opened"), [("/live/chat", True), ("/chat", False), ("/news/one", False)])
async def test_an_apps_own_websockets_are_opened_where_the_paper_says_so(
    tmp_path: Path, path: str, *, opened: bool
) -> None:
    asked: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope)
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "hello"})

    file = tmp_path / "pennypress.toml"
    file.write_text(f'[articles]\npaths = ["/news/**"]\n[store]\nmeters = "memory:"\n[gateway]\n{LIVE}\n')
    paywall = Paywall.from_file(file).around(app)
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope: Scope = {
        "type": "websocket",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"paper.test"), (b"cookie", b"pennypress=x")],
        "client": ("203.0.113.9", 4000),
        "subprotocols": [],
    }
    await paywall(scope, receive, send)
    await paywall.close()
    if opened:
        assert [message["type"] for message in said] == ["websocket.accept", "websocket.send"]
        assert (asked[0]["scheme"], asked[0]["headers"]) == ("ws", [(b"host", b"paper.test")])
    else:
        assert said == [{"type": "websocket.close", "code": 1008}]
        assert asked == []
