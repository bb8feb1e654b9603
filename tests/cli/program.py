"""The program as the tests run it: a process, real files, a real gateway before a real origin."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

ROOT = Path(__file__).resolve().parents[2]
PARAGRAPH = "The ferry of {n} o'clock carried bread, two bicycles and a letter that nobody on the island had expected. "


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def environment() -> dict[str, str]:
    """What the program runs in: our sources, no colours, and proxies that lead nowhere."""
    kept = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "COLUMNS")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT / "src"),
        "HTTP_PROXY": "http://127.0.0.1:9",
        "TERM": "dumb",
        "NO_COLOR": "1",
    }


def pennypress(folder: Path, *arguments: str, typed: str = "") -> Ended:
    """Run a command in a folder to its end."""
    ended = subprocess.run(
        [sys.executable, "-m", "pennypress.cli.main", *arguments],
        cwd=folder,
        env=environment(),
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def story(name: str, paragraphs: int = 12, head: str = "") -> str:
    """The page of an article; its body stands a second time in JSON-LD."""
    texts = [f"{name.capitalize()} {n}: {PARAGRAPH.format(n=n)}" for n in range(1, paragraphs + 1)]
    body = "".join(f"<p>{text}</p>" for text in texts)
    data = f'{{"@type": "NewsArticle", "headline": "{name}", "articleBody": "{" ".join(texts)}"}}'
    return (
        f'<!doctype html><html lang="en"><head><title>{name}</title>{head}'
        f'<script type="application/ld+json">{data}</script></head>'
        f"<body><h1>{name}</h1><article>{body}</article></body></html>"
    )


Asked = tuple[str, str, dict[str, str]]
"""Method, path and headers of a request."""


class _Origin(BaseHTTPRequestHandler):
    wbufsize = -1  # head and body in one write
    pages: ClassVar[dict[str, str]]
    feeds: ClassVar[dict[str, str]]
    asked: ClassVar[list[Asked]]

    def do_GET(self) -> None:
        self.asked.append((self.command, self.path, {key.lower(): value for key, value in self.headers.items()}))
        path = self.path.partition("?")[0]
        agent = "Googlebot" if "Googlebot" in self.headers.get("User-Agent", "") else ""
        page = self.pages.get(f"{path} {agent}", self.pages.get(path, self.feeds.get(path)))
        body = (page or "none").encode("utf-8")
        self.send_response(200 if page is not None else 404)
        kind = "text/plain" if self.path.endswith(".txt") else "text/html; charset=utf-8"
        self.send_header("Content-Type", "application/rss+xml" if path in self.feeds else kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815  -- the library's name

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@dataclass
class Origin:
    """A running origin: its port, its pages and feeds by path, and what it was asked (method, path, headers).

    A page under ``/path Googlebot`` is what that crawler gets in the stead of ``/path``.
    """

    port: int
    pages: dict[str, str]
    asked: list[Asked]
    feeds: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def running_origin() -> Iterator[Origin]:
    """An origin with five articles under /news and a front page that links to them."""
    links = "".join(f'<p><a href="/news/a{n}">Article {n}</a></p>' for n in range(1, 6))
    pages = {f"/news/a{n}": story(f"story{n}") for n in range(1, 6)}
    pages["/"] = f"<!doctype html><html><head><title>Front</title></head><body>{links}</body></html>"
    asked: list[Asked] = []
    feeds: dict[str, str] = {}
    handler = type("Handler", (_Origin,), {"pages": pages, "feeds": feeds, "asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Origin(server.server_address[1], pages, asked, feeds)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str


def get(port: int, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Answer:
    """One request over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        fields = {key.lower(): value for key, value in answer.getheaders()}
        return Answer(answer.status, fields, answer.read().decode("utf-8"))
    finally:
        connection.close()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def write_config(folder: Path, origin: Origin, *, more: str = "", site: str = "") -> int:
    """A configuration for an origin in a folder; the port on which its gateway listens."""
    port = free_port()
    url = f'url = "{site}"\n' if site else ""
    (folder / "pennypress.toml").write_text(
        f'# The file.\n[paper]\nname = "The Harbour Post"  # the name\n{url}[meter]\nmode = "on"  # how\nlimit = 2\n'
        f'[gateway]\nlisten = "127.0.0.1:{port}"\nupstream = "{origin.url}"\n{more}',
        encoding="utf-8",
    )
    return port


@contextlib.contextmanager
def serving(folder: Path, port: int, *arguments: str, log: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """A command that serves on a port, once it answers; ended as by Ctrl-C. What it prints goes to ``log``, or into a
    pipe, which is full after some hundred requests."""
    output = log.open("a", encoding="utf-8") if log is not None else subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-m", "pennypress.cli.main", *arguments],
        cwd=folder,
        env=environment(),
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if not isinstance(output, int):
        output.close()
    try:
        until = time.monotonic() + 60
        while not _answers(port):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < until
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def _answers(port: int) -> bool:
    try:
        get(port, "/-/pennypress/health")
    except OSError:
        time.sleep(0.02)
        return False
    return True
