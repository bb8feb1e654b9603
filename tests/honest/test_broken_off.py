"""A load that is broken off, over the real gateway: begun again it costs nothing, and the page is whole."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from tests.cli.program import get, running_origin, serving, story, write_config

LONG = 40_000


def broken_off(port: int, path: str) -> str:
    """Ask for a page, take its head and a little more, and reset the connection; the head."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        held = b""
        while b"\r\n\r\n" not in held:
            held += connection.recv(1024)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert len(held) < LONG, "the page was not through"
    return held.partition(b"\r\n\r\n")[0].decode("latin-1")


def test_a_load_that_is_broken_off_and_begun_again_is_charged_once(tmp_path: Path) -> None:
    with running_origin() as origin:
        origin.pages["/news/long"] = story("long", paragraphs=LONG // 50)
        port = write_config(tmp_path, origin)
        with serving(tmp_path, port, "gateway", "--config", "pennypress.toml"):
            head = broken_off(port, "/news/long")
            assert "pennypress-reason: granted" in head
            assert "pennypress-remaining: 1" in head
            reader = {"Cookie": head.partition("set-cookie: ")[2].partition(";")[0]}
            for _ in range(2):
                again = get(port, "/news/long", reader)
                assert (again.headers["pennypress-reason"], again.headers["pennypress-remaining"]) == ("repeated", "1")
                assert f"Long {LONG // 50}:" in again.body
