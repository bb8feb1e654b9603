"""An origin made of plain sockets: it keeps the bytes that it was sent and answers with those it is told."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Script = Callable[["Exchange"], None]


@dataclass
class Asked:
    """One request as it came. ``whole`` is False while, or because, its body lacks its end."""

    head: bytes
    body: bytes = b""
    whole: bool = False

    @property
    def line(self) -> bytes:
        return self.head.split(b"\r\n")[0]

    @property
    def fields(self) -> list[tuple[bytes, bytes]]:
        lines = self.head.split(b"\r\n")[1:]
        pairs = (line.partition(b":") for line in lines if line)
        return [(name.lower(), value.strip()) for name, _, value in pairs]

    def values(self, wanted: bytes) -> list[bytes]:
        return [value for name, value in self.fields if name == wanted]


class Exchange:
    """One request on one connection, for a script to read on and to answer."""

    def __init__(self, connection: socket.socket, asked: Asked, rest: bytes) -> None:
        self.connection = connection
        self.asked = asked
        self._rest = rest

    @property
    def unread(self) -> bytes:
        """What came and was not read; the rest of it, if there is more, is waited for."""
        left = int((self.asked.values(b"content-length") or [b"0"])[0]) - len(self.asked.body)
        while len(self._rest) < left and self._receive():
            pass
        return self._rest

    def read_body(self) -> bool:
        """Read the body to its end; False when it was broken off."""
        with contextlib.suppress(OSError):
            if b"chunked" in self.asked.values(b"transfer-encoding"):
                self._read_chunks()
            else:
                self._read_length(int((self.asked.values(b"content-length") or [b"0"])[0]))
        return self.asked.whole

    def drain(self) -> int:
        """Read a body with a length and count it, keeping nothing."""
        left = wanted = int(self.asked.values(b"content-length")[0])
        left -= len(self._take(left))
        buffer = bytearray(1 << 20)
        while left and (received := self.connection.recv_into(buffer, min(left, len(buffer)))):
            left -= received
        return wanted - left

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def wait_for_end(self) -> bool:
        """Whether the other side closes the connection (within ten seconds)."""
        self.connection.settimeout(10)
        try:
            return self.connection.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    def _read_length(self, length: int) -> None:
        while len(self.asked.body) < length and self._more():
            self.asked.body += self._take(length - len(self.asked.body))
        self.asked.whole = len(self.asked.body) >= length

    def _read_chunks(self) -> None:
        while True:
            while b"\r\n" not in self._rest:
                if not self._receive():
                    return
            size, _, self._rest = self._rest.partition(b"\r\n")
            wanted = int(size, 16) + 2
            while len(self._rest) < wanted:
                if not self._receive():
                    return
            self.asked.body += self._rest[: wanted - 2]
            self._rest = self._rest[wanted:]
            if wanted == 2:
                self.asked.whole = True
                return

    def _more(self) -> bool:
        return bool(self._rest) or self._receive()

    def _take(self, most: int) -> bytes:
        taken, self._rest = self._rest[:most], self._rest[most:]
        return taken

    def _receive(self) -> bool:
        received = self.connection.recv(65536)
        self._rest += received
        return bool(received)


def answering(answer: bytes) -> Script:
    """A script that reads the body and sends these bytes."""

    def script(exchange: Exchange) -> None:
        exchange.read_body()
        exchange.send(answer)

    return script


def page(body: bytes = b"ok", *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """An answer with a length."""
    head = b"".join(field + b"\r\n" for field in fields)
    return b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n" % len(body) + head + b"\r\n" + body


@dataclass
class Origin:
    """The server: ``script`` answers each request, ``asked`` holds what came since the last ``reset``. A careless one
    takes what its script has not read of a body for the next request."""

    listener: socket.socket
    script: Script = field(default_factory=lambda: answering(page()))
    asked: list[Asked] = field(default_factory=list)
    careless: bool = False

    @property
    def port(self) -> int:
        port: int = self.listener.getsockname()[1]
        return port

    def reset(self) -> None:
        self.script = answering(page())
        self.asked.clear()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        left = b""
        with connection, contextlib.suppress(OSError):
            while (begun := _read_head(connection, left)) is not None:
                exchange = Exchange(connection, Asked(begun[0]), begun[1])
                self.asked.append(exchange.asked)
                self.script(exchange)
                left = exchange.unread if self.careless else b""


@contextlib.contextmanager
def running_origin(listener: socket.socket | None = None) -> Iterator[Origin]:
    """An origin on a free port of loopback, or on a given listener."""
    origin = Origin(listener or socket.create_server(("127.0.0.1", 0), backlog=4096))
    threading.Thread(target=origin.serve, daemon=True).start()
    yield origin
    origin.listener.close()


def _read_head(connection: socket.socket, held: bytes) -> tuple[bytes, bytes] | None:
    while b"\r\n\r\n" not in held:
        received = connection.recv(65536)
        if not received:
            return None
        held += received
    head, _, rest = held.partition(b"\r\n\r\n")
    return head, rest
