"""What a page view costs: CPU per request, as a ratio to the same server doing the same without the meter.

Run it with ``make bench``. Middleware: a metered app against the same app's constant answer of the same bytes.
Gateway: the proxy with the meter against the same proxy without it. The CPU is that of all processes of the server, as
the kernel accounts it (schedstat, in nanoseconds), not the clock on the wall; the rounds of a pair alternate in one
run. Readers of the gateway bring a cookie of the paper's own, so that no two views share one answer of the origin.

Then an address in a form that is folded first, and the leak guard: a feed, a list and data with twelve articles that
are known, asked for by a reader who may open nothing more, so that each article in them is cut.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import random
import re
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from pennypress.config import load
from pennypress.demo.layout import story_page
from pennypress.demo.stories import Kind, Story, stories
from pennypress.http.asgi import Paywall, make_ready
from pennypress.http.fetch import App, Receive, Scope, Send
from pennypress.http.gateway import build
from pennypress.http.proxy import Proxy
from pennypress.http.server import Listening, run

LIMIT = 3
TOGETHER = 16
ARTICLES = 12
HTML = b"text/html; charset=utf-8"
_LEARNS_SECONDS = 1.0
FEED, FEED_NEW, LIST, DATA = "/feed", "/feed-new", "/all", "/api/posts"
ODD = "/NEWS//%62ench-0/?utm_source=letter&utm_medium=mail"
PRINT = "/print/bench-0"
ABOUT = "/about"
PAGES = {**{f"/news/bench-{number}": number for number in range(LIMIT)}, "/news/bench-9": 9, PRINT: 0, ABOUT: 10}
"""Each page's address, and by what its words are shuffled: the print view's are those of the first article."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of view: which article, and the Cookie field of its requests (empty: each is a fresh reader's).
    Of dear ones a ``share`` of the requests is enough."""

    name: str
    goal: str
    path: str
    cookie: bytes
    share: int = 1


def origin(story: Story, *, nonce: bool) -> App:
    """An app with pages of this story's shape and size, each with words of its own, and a nonce that changes each time
    if so wished; and with the routes that hold other articles."""
    numbers = itertools.count()
    others = other_routes()
    pages = {path: in_other_words(story, path, seed) for path, seed in PAGES.items()}
    pages[unquote(ODD.partition("?")[0])] = pages["/news/bench-0"]

    def answer(path: str) -> tuple[bytes, bytes]:
        if path in others:
            content_type, told = others[path]
            return content_type, told.replace(b"@@", b"%d" % next(numbers)) if path == FEED_NEW else told
        page = pages[path]
        if nonce:
            before, head, after = page.partition(b"<head>")
            script = b'<script nonce="%016x">/* a script of the site */</script>' % next(numbers)
            return HTML, b"".join((before, head, script, after))
        return HTML, page

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _live(receive, send)
            return
        content_type, page = answer(scope["path"])
        headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(page))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": page, "more_body": False})

    return app


def in_other_words(story: Story, path: str, seed: int) -> bytes:
    """The page of a story at another address, with its words in another order: an article of its own."""
    shuffled = random.Random(seed)

    def reworded(text: re.Match[str]) -> str:
        words = text[0].split(" ")
        shuffled.shuffle(words)
        return " ".join(words)

    bodies = tuple(re.sub(r"[^<>]+(?=<)", reworded, body) for body in story.bodies)
    return story_page(replace(story, bodies=bodies)).replace(story.path, path).encode()


def other_routes() -> dict[str, tuple[bytes, bytes]]:
    """Twelve articles, and what hands out their text besides: a feed, the same never twice alike, a list, data."""
    told = [story for story in stories() if story.kind is not Kind.LONG][:ARTICLES]
    pages = {article(number): (HTML, story_page(story).encode()) for number, story in enumerate(told)}
    texts = [_body_of(page.decode()) for _, page in pages.values()]
    items = "".join(
        f"<item><title>Story {number}</title><link>http://127.0.0.1{article(number)}</link>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded></item>"
        for number, text in enumerate(texts)
    )
    rss = (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Bench</title><description>@@</description>{items}</channel></rss>"
    )
    listed = "".join(f"<article><h2>Story {number}</h2>{text}</article>" for number, text in enumerate(texts))
    posts = [
        {"id": number, "link": f"http://127.0.0.1{article(number)}", "content": {"rendered": text}}
        for number, text in enumerate(texts)
    ]
    return {
        **pages,
        FEED: (b"application/rss+xml", rss.encode()),
        FEED_NEW: (b"application/rss+xml", rss.encode()),
        LIST: (HTML, f"<!doctype html><html><head><title>All</title></head><body>{listed}</body></html>".encode()),
        DATA: (b"application/json", json.dumps(posts).encode()),
    }


def article(number: int) -> str:
    """The address of one of the articles that stand in the feed."""
    return f"/news/told-{number}"


def _body_of(page: str) -> str:
    return "".join(re.findall(r"<p[ >].*?</p>", page, re.DOTALL))


async def _live(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


def metered(config: Path, app: App) -> App:
    """The app with the meter around it."""
    return Paywall.from_file(config).around(app)


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: where it listens, and whose CPU counts."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds of CPU so far, of the server's process and its children."""
        return sum(_schedstat(pid) for pid in (self.pid, *_children(self.pid))) / 1e9


def _children(pid: int) -> list[int]:
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            children += [int(child), *_children(int(child))]
    return children


def _schedstat(pid: int) -> int:
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir())


@contextmanager
def serving(make: Callable[[], App]) -> Iterator[Served]:
    """A server process of its own around an app, ended by its id."""
    port = free_port()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(port, make))
    process.start()
    assert process.pid is not None
    try:
        _await_port(port)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.join(5)


def _serve(port: int, make: Callable[[], App]) -> None:
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 1)
        run(Listening(f"127.0.0.1:{port}"), make, bool)


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_port(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def views(server: Served, case: Case, count: int) -> float:
    """CPU seconds a request over so many views, many at a time, on connections that are kept open."""
    connections = [socket.create_connection(("127.0.0.1", server.port), timeout=60) for _ in range(TOGETHER)]
    line = b"Cookie: visit=1; " + case.cookie + b"\r\n"
    asking = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n%s\r\n" % (case.path.encode(), line)

    def ask_all() -> None:
        for connection in connections:
            connection.sendall(asking)
        for connection in connections:
            _read_answer(connection)

    ask_all()
    before = server.cpu()
    for _ in range(count // TOGETHER):
        ask_all()
    used = server.cpu() - before
    for connection in connections:
        connection.close()
    return used / (count // TOGETHER * TOGETHER)


def _read_answer(connection: socket.socket) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(65536)
    head, _, rest = head.partition(b"\r\n\r\n")
    found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    if not head.startswith(b"HTTP/1.1 200") or found is None:
        raise RuntimeError(head.decode("latin-1"))
    left = int(found[1]) - len(rest)
    while left > 0:
        left -= len(connection.recv(262144))


def reader_with(server: Served, opened: int) -> bytes:
    """The Cookie field of a new reader who has opened so many articles."""
    cookie = b""
    for number in range(opened):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            line = b"Cookie: " + cookie + b"\r\n" if cookie else b""
            path = b"/news/bench-%d" % number
            connection.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s\r\n" % (path, line))
            answer = b"".join(iter(lambda: connection.recv(262144), b""))
        found = re.search(rb"set-cookie: ([^;\r]+)", answer, re.IGNORECASE)
        cookie = found[1] if found else cookie
    return cookie


def cases(server: Served) -> list[Case]:
    """The kinds of view, for readers made by asking the server itself."""
    once, used_up = reader_with(server, 1), reader_with(server, LIMIT)
    teach(server)
    return [
        Case("metered view that spends", "0.6", "/news/bench-0", b""),
        Case("repeat", "0.8", "/news/bench-0", once),
        Case("walled view", "0.8", "/news/bench-9", used_up),
        Case("unmetered page", "0.8", ABOUT, used_up),
        Case("repeat, odd address", "0.8", ODD, once),
        Case("repeat, its print view", "0.8", PRINT, once),
        Case("feed seen before", "", FEED, used_up),
        Case("feed never seen", "", FEED_NEW, used_up, share=20),
        Case("list seen before", "", LIST, used_up),
        Case("data seen before", "", DATA, used_up),
    ]


def teach(server: Served) -> None:
    """Have the guard learn the articles of the feed: each is opened by a reader of its own."""
    for number in range(ARTICLES):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            path = article(number).encode()
            connection.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" % path)
            while connection.recv(262144):
                pass
    time.sleep(_LEARNS_SECONDS)


def compare(name: str, plain: Served, metered_server: Served, options: argparse.Namespace) -> None:
    """Print a row a kind of view: CPU a request of both, and the ratio, the median of the rounds."""
    for case in cases(metered_server):
        count = max(TOGETHER, options.requests // case.share)
        pairs = [(views(plain, case, count), views(metered_server, case, count)) for _ in range(options.rounds)]
        ratios = sorted(one / other for one, other in pairs)
        before, after = (statistics.median(column) * 1e6 for column in zip(*pairs, strict=True))
        print(
            f"{name:24} {case.name:26} {before:8.0f} {after:8.0f} {statistics.median(ratios):8.2f}"
            f"   {ratios[0]:.2f}-{ratios[-1]:.2f}   {case.goal}",
            flush=True,
        )


def main() -> None:
    """Run the whole comparison and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=300, help="requests a round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each pair, in turn")
    options = parser.parse_args()
    story = next(story for story in stories() if story.kind is Kind.LONG)
    size = len(story_page(story).encode())
    print(f"CPU in microseconds a request, on a page of {size:,} bytes; ratio = without / with the meter (1 is free)")
    print(f"{'server':24} {'view':26} {'without':>8} {'with':>8} {'ratio':>8}   range       goal")
    for nonce in (False, True):
        page = "nonce page" if nonce else "same page"
        with tempfile.TemporaryDirectory() as folder:
            app = origin(story, nonce=nonce)
            path = _write_config(Path(folder), "http://127.0.0.1:9")
            with serving(partial(_same, app)) as plain, serving(partial(metered, path, app)) as paywalled:
                compare(f"middleware, {page}", plain, paywalled, options)
        with tempfile.TemporaryDirectory() as folder, serving(partial(_same, app)) as behind:
            path = _write_config(Path(folder), f"http://127.0.0.1:{behind.port}")
            proxy = partial(Proxy, f"http://127.0.0.1:{behind.port}")
            with serving(proxy) as plain, serving(partial(_gateway, path)) as paywalled:
                compare(f"gateway, {page}", plain, paywalled, options)


def _same(app: App) -> App:
    return app


def _gateway(path: Path) -> App:
    return build(load(path))


def _write_config(folder: Path, upstream: str) -> Path:
    path = folder / "pennypress.toml"
    path.write_text(
        f'[meter]\nlimit = {LIMIT}\n[articles]\npaths = ["/news/**"]\n'
        f'[gateway]\nupstream = "{upstream}"\nlisten = "127.0.0.1:{free_port()}"\ncache = 0\n'
    )
    make_ready(load(path))
    return path


if __name__ == "__main__":
    main()
