"""A newspaper whose parts can be broken for real: its site, the real program before it, its folder, and its readers."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.conftest import ROOT, lacks

LIMIT = 2
FREE = "/about"
FREE_TEXT = "Who we are and where the office stands."
PARAGRAPHS = 12
HTML = "text/html; charset=utf-8"


def line(name: str, number: int) -> str:
    """One paragraph of a story; no two share three words in a row."""
    chance = random.Random(f"{name} {number}")
    words = ["".join(chance.choices("abdefghilmnoprstu", k=chance.randint(3, 9))) for _ in range(28)]
    return f"{name.capitalize()} {number}: {' '.join(words)}."


def story(name: str, lines: range = range(PARAGRAPHS), head: str = "") -> str:
    """An article's page."""
    body = "".join(f"<p>{line(name, number)}</p>\n" for number in lines)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The {name} report</title>{head}</head>'
        f"<body><main><article><h1>The {name} report</h1><div>{body}</div></article></main></body></html>"
    )


def search(name: str, lines: range = range(PARAGRAPHS)) -> str:
    """A page of the site that holds a story's text beside its own."""
    body = "".join(f"<p>{line(name, number)}</p>\n" for number in lines)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Found</title></head>'
        f"<body><main><h1>Found</h1><p>One story was found.</p><section>{body}</section></main></body></html>"
    )


def feed(*names: str) -> str:
    """A feed with stories' whole text."""
    items = "".join(
        f"<item><title>The {name} report</title><link>/news/{name}</link><content:encoded><![CDATA["
        f"{''.join(f'<p>{line(name, number)}</p>' for number in range(PARAGRAPHS))}]]></content:encoded></item>"
        for name in names
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        f'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Post</title>{items}</channel></rss>'
    )


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def access(self) -> str:
        return self.headers.get("pennypress-access", "")

    @property
    def reason(self) -> str:
        return self.headers.get("pennypress-reason", "")

    def holds(self, name: str) -> bool:
        """Whether the end of a story stands in it."""
        return line(name, PARAGRAPHS - 1) in self.text


@dataclass
class Site:
    """The paper's site: what each target answers, and what it was asked."""

    port: int = 0
    pages: dict[str, tuple[dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(
        self, target: str, body: str | bytes, content_type: str = HTML, coding: str = "", *, streams: bool = False
    ) -> None:
        """Serve this at a target; what streams does not say how long it is."""
        held = body.encode() if isinstance(body, str) else body
        headers = {"Content-Type": content_type}
        headers |= {"Connection": "close"} if streams else {"Content-Length": str(len(held))}
        self.pages[target] = (headers | ({"Content-Encoding": coding} if coding else {}), held)

    def answer(self, target: str) -> tuple[dict[str, str], bytes] | None:
        self.asked.append(target)
        name = target.removeprefix("/news/")
        return self.pages.get(target) or (_whole(HTML, story(name)) if name != target else None)


def _whole(content_type: str, body: str) -> tuple[dict[str, str], bytes]:
    return {"Content-Type": content_type, "Content-Length": str(len(body.encode()))}, body.encode()


class _Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True


@contextlib.contextmanager
def running_site() -> Iterator[Site]:
    """A site on a port that is given: a story under every ``/news/…``, a free page, and what a test puts there."""
    site = Site()
    site.put(FREE, f"<!doctype html><html><head><title>About</title></head><body><p>{FREE_TEXT}</p></body></html>")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one write: else each waits 40 ms for the other side's word

        def do_GET(self) -> None:
            found = site.answer(self.path)
            headers, body = found or _whole("text/plain", "nothing here")
            self.send_response(404 if found is None else 200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    site.port = server.server_address[1]
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Running:
    """The real program before the site, with all its workers in one process group."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def workers(self) -> list[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def ask(self, target: str, cookie: str = "", patience: float = 10, **fields: str) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        if cookie:
            headers["Cookie"] = cookie
        try:
            connection.request("GET", target, headers=headers)
            came = connection.getresponse()
            named = {name.lower(): value for name, value in came.getheaders()}
            return Answer(came.status, named, came.read().decode("utf-8", "replace"))
        finally:
            connection.close()

    def answers(self) -> bool:
        try:
            return self.ask("/-/pennypress/health", patience=2).status == 200
        except OSError:
            return False

    def said(self, words: str) -> bool:
        """Whether a line of the log holds these words."""
        return words in self.log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End every process of it at once, without a word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass
class Reader:
    """A reader of a gateway who has opened ``mine`` and was walled at ``theirs``."""

    gateway: Running
    cookie: str

    def get(self, target: str) -> Answer:
        return self.gateway.ask(target, self.cookie)

    def at(self, gateway: Running) -> Reader:
        """The same reader before another gateway of the paper."""
        return Reader(gateway, self.cookie)


def used_up(gateway: Running) -> Reader:
    """A reader who opened /news/mine and /news/other, which is the limit."""
    first = gateway.ask("/news/mine")
    assert first.access == "full", first
    reader = Reader(gateway, first.headers["set-cookie"].partition(";")[0])
    assert reader.get("/news/other").access == "full"
    assert reader.get("/news/theirs").access == "preview"
    return reader


def nothing_is_open_and_the_free_page_is_there(gateway: Running, reader: Reader) -> None:
    """What must hold whatever has failed: the free page answers; a walled article stays walled."""
    free = gateway.ask(FREE)
    assert (free.status, FREE_TEXT in free.text) == (200, True)
    walled = reader.get("/news/theirs")
    assert (walled.status, walled.access, walled.holds("theirs")) == (200, "preview", False)


def wait_until(what: Callable[[], object], seconds: float = 10) -> None:
    """Wait for something to become true."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.01)


@dataclass
class Paper:
    """A folder with configuration, keys and store, and a site."""

    folder: Path
    site: Site
    more: str = ""

    @property
    def store(self) -> Path:
        return self.folder / "pennypress.db"

    def write(self, port: int, workers: int = 1, more: str = "") -> Path:
        """A configuration for a gateway on a port."""
        config = self.folder / f"gateway-{port}.toml"
        config.write_text(
            f'[meter]\nlimit = {LIMIT}\n[articles]\npaths = ["/news/**"]\n[network]\nbudget = "off"\n{self.more}'
            f'[gateway]\nlisten = "127.0.0.1:{port}"\nupstream = "http://127.0.0.1:{self.site.port}"\n'
            f"workers = {workers}\n{more}"
        )
        return config

    @contextlib.contextmanager
    def gateway(
        self, workers: int = 1, more: str = "", stdout: int | None = None, before: Callable[[], None] | None = None
    ) -> Iterator[Running]:
        """A gateway of the real program, once it answers. ``stdout`` takes its log; ``before`` runs in its process."""
        with self.begun(workers, more, stdout, before) as running:
            wait_until(lambda: running.answers() or running.process.poll() is not None, 20)
            assert running.process.poll() is None, running.log.read_text()
            yield running

    @contextlib.contextmanager
    def begun(
        self, workers: int = 1, more: str = "", stdout: int | None = None, before: Callable[[], None] | None = None
    ) -> Iterator[Running]:
        """The same, not waited for."""
        port = free_port()
        config = self.write(port, workers, more)
        log = Path(tempfile.gettempdir()) / f"pennypress-log-{port}"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "pennypress.cli.main", "gateway", "--config", str(config)],
                env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"},
                stdout=file if stdout is None else stdout,
                stderr=file,
                start_new_session=True,
                preexec_fn=before,
            )
        running = Running(port, process, log)
        try:
            yield running
        finally:
            running.stop()
            log.unlink()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def small_disk(kilobytes: int = 1024) -> Iterator[Path]:
    """A small disk of its own, really mounted."""
    with tempfile.TemporaryDirectory() as folder:
        size = f"size={kilobytes}k"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, text=True, check=False
        )
        if mounted.returncode != 0:
            lacks(f"a small disk cannot be mounted here ({mounted.stderr.strip()})")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path) -> Path:
    """Write into a folder until its disk is full; the file that fills it."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    return ballast
