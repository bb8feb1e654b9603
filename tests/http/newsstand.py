"""The whole gateway as a process, meter and all, before an origin that keeps the bytes that it was sent."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.http.browser import story
from tests.http.gateway import ROOT, Gateway, free_port, wait_until_it_answers
from tests.http.origin import Exchange, Origin, page, running_origin

LIMIT = 2
_CONFIG = """
[paper]
name = "The Test Paper"
{paper}
[meter]
limit = {limit}
[articles]
paths = ["/news/**"]
[network]
budget = "off"
[store]
meters = "memory:"
[gateway]
listen = "127.0.0.1:{port}"
upstream = "http://127.0.0.1:{upstream}"
{gateway}
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer as it came over a connection: its status, its fields in lower case, its bytes."""

    status: int
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def value(self, name: bytes) -> bytes | None:
        """The first value under a name, or None."""
        return next((value for held, value in self.fields if held == name), None)

    def tells(self, name: str) -> bool:
        """Whether it holds any of what the wall of a story withholds."""
        return any(f"{name} detail number {number} ".encode() in self.body for number in range(4, 12))


def hear(answers: bytes, *, by_head: bool = False) -> list[Heard]:
    """The answers that came one after the other over a connection, to requests by HEAD or by any other method; 1xx
    ones are passed over."""
    heard = []
    while answers:
        head, parted, rest = answers.partition(b"\r\n\r\n")
        assert parted, answers
        first, *lines = head.split(b"\r\n")
        status = int(first.split(b" ")[1])
        fields = tuple((name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines))
        if status < 200:
            answers = rest
            continue
        held = dict(fields)
        if by_head:
            body, answers = rest, b""
        elif held.get(b"transfer-encoding") == b"chunked":
            body, answers = _chunks(rest)
        else:
            length = int(held.get(b"content-length", len(rest)))
            body, answers = rest[:length], rest[length:]
        heard.append(Heard(status, fields, body))
    return heard


def serve_stories(exchange: Exchange) -> None:
    """Answer as a newspaper: a story under ``/news/``, elsewhere a short text that repeats the request's line."""
    exchange.read_body()
    method, target = exchange.asked.line.split(b" ")[:2]
    path = target.partition(b"?")[0]
    if path.startswith(b"/news/"):
        answer = page(story(path.rpartition(b"/")[2].decode()).encode(), b"Content-Type: text/html; charset=utf-8")
    else:
        answer = page(exchange.asked.line, b"Content-Type: text/plain")
    head, _, body = answer.partition(b"\r\n\r\n")
    exchange.send(head + b"\r\n\r\n" + (b"" if method == b"HEAD" else body))


@contextlib.contextmanager
def running_program(folder: Path, upstream: int, *, paper: str = "", gateway: str = "") -> Iterator[Gateway]:
    """The program's own gateway before what listens on a port, with these lines more in its configuration."""
    port, config, log = free_port(), folder / "pennypress.toml", folder / "log"
    config.write_text(_CONFIG.format(paper=paper, limit=LIMIT, port=port, upstream=upstream, gateway=gateway))
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "HTTP_PROXY": "http://127.0.0.1:9"}
    command = [sys.executable, "-m", "pennypress.cli.main", "gateway", "--config", str(config)]
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    running = Gateway(f"127.0.0.1:{port}", process, log)
    try:
        wait_until_it_answers(running)
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


@contextlib.contextmanager
def running_newsstand(folder: Path, *, paper: str = "", gateway: str = "") -> Iterator[tuple[Gateway, Origin]]:
    """The program's own gateway before an origin of stories."""
    with running_origin() as origin:
        origin.script = serve_stories
        with running_program(folder, origin.port, paper=paper, gateway=gateway) as running:
            yield running, origin


def _chunks(rest: bytes) -> tuple[bytes, bytes]:
    body = b""
    while True:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        body, rest = body + rest[:length], rest[length + 2 :]
        if not length:
            return body, rest
