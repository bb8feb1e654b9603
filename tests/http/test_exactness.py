"""Exact under everything at once: several workers, two gateways, one file, a reader in a hurry, and a power cut."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pennypress.core.meter import ReaderId
from pennypress.readers.keys import load
from pennypress.readers.pass_ import Passes
from tests.http.gateway import ROOT, read_to_end, wait_until
from tests.http.paper import running_paper

LIMIT = 5
ARTICLES = 100
ROUNDS = 20


@dataclass
class Running:
    """A gateway of the real program, with all its workers in one process group."""

    port: int
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End every process of it at once, without a word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@dataclass
class Newspaper:
    """A site, a folder with configuration, keys and store, and ways to ask the gateways before it."""

    folder: Path
    upstream: int

    @contextmanager
    def gateway(self, workers: int) -> Iterator[Running]:
        """A gateway of its own on the same store."""
        port = free_port()
        config = self.folder / f"gateway-{port}.toml"
        config.write_text(
            f'[meter]\nlimit = {LIMIT}\n[articles]\npaths = ["/news/**"]\n[network]\nbudget = "off"\n'
            f'[gateway]\nlisten = "127.0.0.1:{port}"\nupstream = "http://127.0.0.1:{self.upstream}"\n'
            f"workers = {workers}\n"
        )
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, "-m", "pennypress.cli.main", "gateway", "--config", str(config)]
        with (self.folder / f"log-{port}").open("wb") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        running = Running(port, process)
        try:
            wait_until(lambda: answers(port), seconds=30)  # five processes start, and others use the machine
            yield running
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(10)

    def new_reader(self) -> bytes:
        """The Cookie field of a reader who has opened nothing yet."""
        passes = Passes(load(self.folder / "pennypress.keys"), secure=False)
        return passes.set_cookie(ReaderId(secrets.token_bytes(16))).partition(b";")[0]


@pytest.fixture(scope="module")
def newspaper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newspaper]:
    with running_paper() as upstream:
        yield Newspaper(tmp_path_factory.mktemp("paper"), upstream)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return False
        probe.sendall(b"GET /-/pennypress/health HTTP/1.1\r\nHost: paper.test\r\nConnection: close\r\n\r\n")
        return b" 200 " in read_to_end(probe)


class Unanswered(Exception):
    """The meter could not be asked in time for some of the articles; with those that came in full."""

    def __init__(self, opened: list[str]) -> None:
        super().__init__(f"{len(opened)} came in full")
        self.opened = opened


def ask_all(ports: list[int], reader: bytes, articles: list[str]) -> list[str]:
    """Ask for every article at once, on a connection each; those that came in full. Raises Unanswered."""
    connections = [socket.create_connection(("127.0.0.1", ports[n % len(ports)]), 30) for n in range(len(articles))]
    for connection, article in zip(connections, articles, strict=True):
        head = b"Host: paper.test\r\nCookie: " + reader + b"\r\nConnection: close\r\n\r\n"
        connection.sendall(b"GET /news/" + article.encode() + b" HTTP/1.1\r\n" + head)
    opened, unanswered = [], False
    for connection, article in zip(connections, articles, strict=True):
        with connection:
            answer = read_to_end(connection)
        unanswered = unanswered or b"pennypress-reason: meter-unknown" in answer
        assert b"200 OK" in answer.partition(b"\r\n")[0], answer[:200]
        whole = f"{article} detail number 11 ".encode() in answer
        assert whole == (b"pennypress-access: full" in answer)
        if whole:
            opened.append(article)
    if unanswered:
        raise Unanswered(opened)
    return opened


def test_a_hundred_articles_at_once_open_exactly_the_limit_and_a_power_cut_gives_nothing_back(
    newspaper: Newspaper,
) -> None:
    """Twenty readers, one after the other; four workers and a second gateway; kill -9 of all; a restart. A reader for
    whom a busy machine kept the meter waiting opens the limit at most, and another takes their place."""
    articles = [f"a{number}" for number in range(ARTICLES)]
    opened: dict[bytes, list[str]] = {}
    kept_waiting: list[int] = []
    with newspaper.gateway(workers=4) as first, newspaper.gateway(workers=1) as second:
        while len(opened) < ROUNDS and len(kept_waiting) < ROUNDS:
            reader = newspaper.new_reader()
            try:
                opened[reader] = ask_all([first.port, first.port, second.port], reader, articles)
            except Unanswered as some:
                kept_waiting.append(len(some.opened))
        first.kill()
        second.kill()
    print("opened in full, a round each:", [len(held) for held in opened.values()])
    assert [len(held) for held in opened.values()] == [LIMIT] * ROUNDS
    assert all(number <= LIMIT for number in kept_waiting)
    with newspaper.gateway(workers=1) as again:
        for reader, held in opened.items():
            assert sorted(ask_all([again.port], reader, [*held, "another", "more"])) == sorted(held)


def test_a_spend_that_waited_behind_a_lock_and_was_answered_with_a_preview_is_never_committed(
    newspaper: Newspaper,
) -> None:
    reader = newspaper.new_reader()
    with newspaper.gateway(workers=2) as gateway:
        assert ask_all([gateway.port], reader, ["first"]) == ["first"]
        holder = sqlite3.connect(newspaper.folder / "pennypress.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unanswered) as unanswered:
            ask_all([gateway.port], reader, ["b1", "b2", "b3"])
        assert unanswered.value.opened == []
        holder.execute("ROLLBACK")
        holder.close()
        assert len(ask_all([gateway.port], reader, [f"c{number}" for number in range(10)])) == LIMIT - 1
