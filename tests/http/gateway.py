"""A gateway process without a meter, as the tests start it: the real server around the proxy alone."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pennypress.http.edge import Edge
from pennypress.http.fetch import App, Receive, Scope, Send
from pennypress.http.health import Health
from pennypress.http.log import Log
from pennypress.http.proxy import Proxy, Timeouts
from pennypress.http.server import Listening, run

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Gateway:
    """A running gateway: where it listens, its processes, and the file of its log."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    @property
    def workers(self) -> list[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def connect(self, patience: float = 10) -> socket.socket:
        if self.address.startswith("unix:"):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(patience)
            connection.connect(self.address.removeprefix("unix:"))
            return connection
        return socket.create_connection(("127.0.0.1", self.port), timeout=patience)

    def ask(self, request: bytes, patience: float = 10) -> bytes:
        """Send bytes and read to the connection's end; ``<broken>`` follows where it was reset."""
        with self.connect(patience) as connection:
            connection.sendall(request)
            return read_to_end(connection)

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()

    def stop(self) -> float:
        """End it with SIGTERM; the seconds that this took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        return time.monotonic() - began


def read_to_end(connection: socket.socket) -> bytes:
    held = b""
    try:
        while received := connection.recv(65536):
            held += received
    except ConnectionError:
        held += b"<broken>"
    return held


def wait_until(what: Callable[[], object], seconds: float = 5) -> None:
    """Wait for something to become true, so many seconds at most."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.005)


def get(path: bytes = b"/", *fields: bytes, host: bytes = b"paper.test") -> bytes:
    """A GET that closes its connection."""
    head = b"".join(field + b"\r\n" for field in (b"Host: " + host, *fields, b"Connection: close"))
    return b"GET " + path + b" HTTP/1.1\r\n" + head + b"\r\n"


@contextlib.contextmanager
def running_gateway(
    upstream: str, log: Path, address: str = "", workers: int = 1, header_seconds: float = 30, note: Path | None = None
) -> Iterator[Gateway]:
    """A gateway in front of an upstream, ended afterwards. ``note`` is a file whose text it answers under ``/note``
    and takes up again on SIGHUP: the parent refuses ``refused``, and with ``bad`` the workers cannot build."""
    address = address or f"127.0.0.1:{free_port()}"
    arguments = [upstream, address, str(workers), str(header_seconds), str(note or "")]
    # Proxies of the environment must not be believed; these lead nowhere.
    environment = {**os.environ, "HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
    with log.open("ab") as output:
        command = [sys.executable, "-m", "tests.http.gateway", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    gateway = Gateway(address, process, log)
    try:
        wait_until_it_answers(gateway)
        yield gateway
    finally:
        if process.poll() is None:
            gateway.stop()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def wait_until_it_answers(gateway: Gateway) -> None:
    """Wait until a gateway that has just been started answers; a busy machine takes its time."""
    until = time.monotonic() + 30
    while True:
        try:
            if b" 200 " in gateway.ask(get(b"/-/pennypress/health")):
                return
        except OSError:
            assert time.monotonic() < until, gateway.log.read_text()
            assert gateway.process.poll() is None, gateway.log.read_text()
            time.sleep(0.005)


class _Note:
    """The text that the gateway answers with, as it was taken up last."""

    def __init__(self, upstream: str, file: str) -> None:
        self._upstream = upstream
        self._file = Path(file) if file else None
        self._text = self._file.read_text() if self._file else ""

    def accept(self) -> bool:
        text = self._file.read_text() if self._file else ""
        if text == "refused":
            return False
        self._text = text
        return True

    def build(self) -> App:
        if self._text == "bad":
            raise ValueError("the note is bad")
        log = Log()
        return Edge(self._app, log, Health(log, lambda peer: False, lambda: datetime.now(UTC)))

    @property
    def _app(self) -> App:
        proxy = Proxy(self._upstream, timeouts=Timeouts(connect=2, origin=1, reader=2))
        text = self._text.encode()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope.get("path") == "/note":
                await send({"type": "http.response.start", "status": 200, "headers": []})
                await send({"type": "http.response.body", "body": text})
            else:
                await proxy(scope, receive, send)

        return app


def _main() -> None:
    upstream, address, workers, header_seconds, file = sys.argv[1:]
    note = _Note(upstream, file)
    run(Listening(address, int(workers), float(header_seconds)), note.build, note.accept)


if __name__ == "__main__":
    _main()
