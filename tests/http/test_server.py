"""The server as a process: its start, its end, its patience, and how it takes a changed file up."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.gateway import ROOT, Gateway, get, read_to_end, running_gateway, wait_until
from tests.http.origin import Exchange, Origin, answering, page, running_origin

GIGABYTE = 1_000_000_000
PIECE = b"x" * 1_000_000


@pytest.fixture
def own(origin: Origin, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway of the test's own, with two workers and a note."""
    note = tmp_path / "note"
    note.write_text("first")
    upstream = f"http://127.0.0.1:{origin.port}"
    with running_gateway(upstream, tmp_path / "log", workers=2, note=note) as running:
        yield running


def resident(pid: int) -> int:
    """The bytes of memory that a process has needed at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def drip(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        exchange.send(b"1\r\nx\r\n")
        time.sleep(0.02)


def test_the_first_request_is_answered_within_a_second_of_the_start(origin: Origin, tmp_path: Path) -> None:
    """The quickest of a few starts: others may use the machine, and the gateway is not what they take."""

    def seconds() -> float:
        began = time.monotonic()
        with running_gateway(f"http://127.0.0.1:{origin.port}", tmp_path / "log", workers=2) as running:
            assert running.ask(get()).startswith(b"HTTP/1.1 200 ")
            return time.monotonic() - began

    assert any(seconds() < 1 for _ in range(5))


def test_sigterm_ends_it_within_two_seconds_whatever_is_open(own: Gateway, origin: Origin) -> None:
    origin.script = drip
    idle = [own.connect() for _ in range(20)]
    with own.connect() as streaming:
        streaming.sendall(get())
        assert streaming.recv(100)
        assert own.stop() < 2
        assert b"\r\n0\r\n" not in read_to_end(streaming), "a stream that was cut must not look whole"
    assert own.process.returncode == 0
    for connection in idle:
        connection.close()


def test_a_request_under_way_is_finished_before_the_end(own: Gateway, origin: Origin) -> None:
    def script(exchange: Exchange) -> None:
        own.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        exchange.send(page(b"finished"))

    origin.script = script
    assert own.ask(get()).endswith(b"finished")


def test_two_thousand_idle_connections_do_no_harm(gateway: Gateway, origin: Origin) -> None:
    idle = []
    try:
        for _ in range(2000):
            idle.append(gateway.connect())
        began = time.monotonic()
        assert gateway.ask(get()).startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - began < 0.5
    finally:
        for connection in idle:
            connection.close()


def test_a_gigabyte_each_way_passes_through_little_memory(origin: Origin, tmp_path: Path) -> None:
    def script(exchange: Exchange) -> None:
        if exchange.asked.line.startswith(b"GET"):
            exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIGABYTE)
            for _ in range(GIGABYTE // len(PIECE)):
                exchange.send(PIECE)
        else:
            exchange.send(page(b"%d" % exchange.drain()))

    with running_gateway(f"http://127.0.0.1:{origin.port}", tmp_path / "log") as running:
        running.ask(get())
        origin.script = script
        worker = running.workers[0]
        before = resident(worker)
        with running.connect() as connection:
            connection.sendall(get())
            assert count_to_end(connection) > GIGABYTE
        with running.connect() as connection:
            connection.sendall(
                b"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % GIGABYTE
            )
            for _ in range(GIGABYTE // len(PIECE)):
                connection.sendall(PIECE)
            assert read_to_end(connection).endswith(b"%d" % GIGABYTE)
        grown = resident(worker) - before
    print(f"one gigabyte each way grew a worker by {grown / 1e6:.1f} MB")
    assert grown < 30_000_000


def count_to_end(connection: socket.socket) -> int:
    count, buffer = 0, bytearray(1 << 20)
    while received := connection.recv_into(buffer):
        count += received
    return count


def test_a_connection_that_brings_no_header_is_closed(origin: Origin, tmp_path: Path) -> None:
    upstream = f"http://127.0.0.1:{origin.port}"
    with running_gateway(upstream, tmp_path / "log", header_seconds=0.5) as running:
        for begun in (b"", b"GET / HTTP/1.1\r\nHost: a.te", get().replace(b"Connection: close\r\n", b"")):
            with running.connect(5) as connection:
                connection.sendall(begun)
                began = time.monotonic()
                read_to_end(connection)
                assert time.monotonic() - began < 2


def test_uploads_that_stand_still_are_given_up_and_their_connections_closed(gateway: Gateway, origin: Origin) -> None:
    done: list[bool] = []
    origin.script = lambda exchange: done.append(exchange.read_body())
    with contextlib.ExitStack() as closing:
        uploads = [closing.enter_context(gateway.connect()) for _ in range(20)]
        for connection in uploads:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100\r\n\r\nbegun")
        for connection in uploads:
            assert read_to_end(connection).startswith(b"HTTP/1.1 408 ")
    wait_until(lambda: len(done) == 20)
    assert not any(done)


def test_a_slow_upload_may_take_longer_than_the_origin_may(gateway: Gateway, origin: Origin) -> None:
    with gateway.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\nConnection: close\r\n\r\n")
        for piece in (b"b", b"o", b"d", b"y"):
            connection.sendall(piece)
            time.sleep(0.4)
        assert read_to_end(connection).startswith(b"HTTP/1.1 200 ")
    assert origin.asked[0].body == b"body"


def test_a_long_upload_may_follow_a_long_answer_on_one_connection(gateway: Gateway, origin: Origin) -> None:
    def script(exchange: Exchange) -> None:
        exchange.read_body()
        exchange.send(page(b"x" * 20_000_000))

    origin.script = script
    gateway.ask(get())
    test_a_slow_upload_may_take_longer_than_the_origin_may(gateway, origin=with_page(origin))


def with_page(origin: Origin) -> Origin:
    origin.reset()
    return origin


def test_a_changed_file_is_taken_up_without_a_dropped_request(own: Gateway, origin: Origin) -> None:
    note = Path(own.process.args[-1])  # type: ignore[index,arg-type]
    answers: list[bytes] = []
    stop = threading.Event()

    def ask_on() -> None:
        while not stop.is_set():
            answers.append(own.ask(get(b"/page")))

    origin.script = drip
    streaming = own.connect()
    streaming.sendall(get(b"/stream"))
    assert streaming.recv(100)
    origin.script = answering(page())
    asking = [threading.Thread(target=ask_on) for _ in range(4)]
    for thread in asking:
        thread.start()
    before = own.workers
    for text in ("second", "third"):
        note.write_text(text)
        own.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 5
        streak = 0
        while streak < 20:
            streak = streak + 1 if own.ask(get(b"/note")).endswith(text.encode()) else 0
            assert time.monotonic() < until
    stop.set()
    for thread in asking:
        thread.join()
    assert answers
    assert all(answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"ok") for answer in answers)
    assert own.workers == before
    assert streaming.recv(1000), "a stream that began before goes on"
    streaming.close()


@pytest.mark.parametrize("text", ["refused", "bad"], ids=["refused by the parent", "refused by the workers"])
def test_a_bad_file_is_refused_and_the_old_goes_on(own: Gateway, text: str) -> None:
    Path(own.process.args[-1]).write_text(text)  # type: ignore[index,arg-type]
    own.process.send_signal(signal.SIGHUP)
    if text == "bad":
        until = time.monotonic() + 5
        while sum("the old one goes on" in line for line in own.lines()) < 2:
            assert time.monotonic() < until
            time.sleep(0.01)
    assert own.ask(get(b"/note")).endswith(b"first")


def test_a_worker_that_dies_is_replaced_even_while_the_file_is_bad(own: Gateway) -> None:
    Path(own.process.args[-1]).write_text("bad")  # type: ignore[index,arg-type]
    before = own.workers
    os.kill(before[0], signal.SIGKILL)
    until = time.monotonic() + 5
    while before[0] in own.workers or len(own.workers) < 2:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert own.ask(get(b"/note")).endswith(b"first")


def test_it_listens_on_a_unix_socket_and_asks_an_origin_on_one(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(tmp_path / "origin.sock"))
    listener.listen()
    stale = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stale.bind(str(tmp_path / "own.sock"))
    stale.close()
    with (
        running_origin(listener) as origin,
        running_gateway(f"unix:{tmp_path}/origin.sock", tmp_path / "log", f"unix:{tmp_path}/own.sock") as running,
    ):
        assert running.ask(get(b"/a")).startswith(b"HTTP/1.1 200 ")
        assert origin.asked[0].line == b"GET /a HTTP/1.1"
        assert origin.asked[0].values(b"host") == [b"paper.test"]
        assert origin.asked[0].values(b"x-forwarded-for") == []
    assert not (tmp_path / "own.sock").exists()


@pytest.mark.parametrize("where", ["port", "socket", "file", "elsewhere"])
def test_an_address_that_cannot_be_listened_on_is_refused_before_anything_starts(tmp_path: Path, where: str) -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    on_path = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    on_path.bind(str(tmp_path / "socket"))
    on_path.listen()
    (tmp_path / "file").write_text("precious")
    addresses = {
        "port": f"127.0.0.1:{taken.getsockname()[1]}",
        "socket": f"unix:{tmp_path}/socket",
        "file": f"unix:{tmp_path}/file",
        "elsewhere": "192.0.2.1:8000",
    }
    with taken, on_path:
        command = [sys.executable, "-m", "tests.http.gateway", "http://127.0.0.1:9", addresses[where], "1", "30", ""]
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=10)
    assert done.returncode == 1
    assert f"ConfigurationError: [gateway] listen: {addresses[where]} " in done.stderr
    assert (tmp_path / "file").read_text() == "precious"


def test_each_request_is_one_json_line_without_address_or_cookie(own: Gateway) -> None:
    own.ask(get(b"/News/A%20b/?token=secret", b"Cookie: login=secret", b"User-Agent: secret"))
    own.stop()
    line = next(line for line in own.lines() if "/news/" in line)
    said = json.loads(line)
    assert list(said) == ["time", "method", "path", "status", "decision", "reason", "ms", "bytes"]
    assert (said["method"], said["path"], said["status"], said["bytes"]) == ("GET", "/news/a b", 200, 2)
    assert "secret" not in line
    assert "127.0.0.1" not in line


def test_all_that_it_logs_is_json(own: Gateway, origin: Origin) -> None:
    origin.script = lambda exchange: exchange.connection.close()
    own.ask(get())
    own.ask(b"nonsense\r\n\r\n")
    own.stop()
    lines = [json.loads(line) for line in own.lines()]
    assert any(line.get("level") == "warning" and "the origin failed" in line["event"] for line in lines)


def test_signals_that_come_in_a_heap_end_it_all_the_same(origin: Origin, tmp_path: Path) -> None:
    for number in range(5):
        with running_gateway(f"http://127.0.0.1:{origin.port}", tmp_path / f"log-{number}", workers=2) as gateway:
            for _ in range(200):
                gateway.process.send_signal(signal.SIGHUP)
            assert gateway.stop() < 10
