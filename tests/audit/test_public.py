"""The paper's public address: a cache in front of a real gateway, which keeps what it must not."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from tests.audit.paper import PaperSite, clean, configure, running_paper
from tests.audit.test_audit import audited
from tests.cli.program import free_port, get, pennypress, serving
from tests.http.gateway import wait_until


class _Front(BaseHTTPRequestHandler):
    """A cache that looks at the path alone, where ``keeps`` says so."""

    gateway: ClassVar[int]
    keeps: ClassVar[bool]
    says: ClassVar[bool]
    kept: ClassVar[dict[str, tuple[int, list[tuple[str, str]], bytes]]]

    def do_GET(self) -> None:
        held = self.kept.get(self.path) if self.keeps else None
        status, headers, body = held or self._ask()
        self.kept[self.path] = (status, headers, body)
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.says:
            self.send_header("X-Cache", "HIT" if held else "MISS")
        self.end_headers()
        self.wfile.write(body)

    def _ask(self) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", self.path, headers=dict(self.headers.items()))
            answer = connection.getresponse()
            left_out = ("transfer-encoding", "connection")
            return (
                answer.status,
                [pair for pair in answer.getheaders() if pair[0].lower() not in left_out],
                answer.read(),
            )

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def front(gateway: int, *, keeps: bool, says: bool) -> Iterator[int]:
    """The port of a front before a gateway."""
    handler = type("Handler", (_Front,), {"gateway": gateway, "keeps": keeps, "says": says, "kept": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site() -> Iterator[PaperSite]:
    with running_paper() as site:
        clean(site)
        yield site


@pytest.fixture
def gateway(site: PaperSite, tmp_path: Path) -> Iterator[int]:
    """A live gateway in a folder of its own."""
    live, port = tmp_path / "live", free_port()
    live.mkdir()
    configure(live, site)
    config = live / "pennypress.toml"
    config.write_text(config.read_text().replace('"127.0.0.1:1"', f'"127.0.0.1:{port}"'))
    with serving(live, port, "gateway", "--config", "pennypress.toml"):
        yield port


def configured(tmp_path: Path, site: PaperSite, port: int, languages: str = '["en-GB"]') -> Path:
    folder = tmp_path / "audit"
    folder.mkdir()
    configure(folder, site, url=f"http://127.0.0.1:{port}")
    config = folder / "pennypress.toml"
    config.write_text(config.read_text().replace("[meter]", f"languages = {languages}\n[meter]"))
    return folder


def test_a_cache_that_keeps_nothing_private_is_no_fault_and_nothing_is_spent(
    site: PaperSite, gateway: int, tmp_path: Path
) -> None:
    with front(gateway, keeps=False, says=True) as port:
        seen = audited(configured(tmp_path, site, port), site, "--pages", "40")
    assert seen.ended.code == 0, seen.ended.out
    assert (seen.found("cached"), seen.found("cached-leak")) == ([], [])
    assert "Caches" not in seen.ended.out
    status = pennypress(tmp_path / "live", "status", "--json").out
    assert '"readers": 0' in status, status


def test_a_cache_that_hands_out_a_readers_whole_page_is_a_leak(site: PaperSite, gateway: int, tmp_path: Path) -> None:
    with front(gateway, keeps=True, says=False) as port:
        assert get(port, "/news/a1").headers["pennypress-reason"] == "granted"
        seen = audited(configured(tmp_path, site, port), site, "--pages", "40")
    assert seen.ended.code == 1
    assert seen.found("cached-leak") == ["/news/a1"]


@pytest.mark.parametrize(("says", "languages"), [(True, '["en-GB"]'), (False, '["en-GB", "de"]')])
def test_a_cache_that_keeps_walls_is_a_fault(
    site: PaperSite, gateway: int, tmp_path: Path, says: bool, languages: str
) -> None:
    with front(gateway, keeps=True, says=says) as port:
        seen = audited(configured(tmp_path, site, port, languages), site, "--pages", "40")
    assert seen.ended.code == 0
    assert len(seen.found("cached")) == 3


def test_a_public_address_where_nothing_answers_is_said(site: PaperSite, tmp_path: Path) -> None:
    seen = audited(configured(tmp_path, site, free_port()), site, "--pages", "40")
    assert seen.ended.code == 0
    assert "could not be asked, so caches in front were not looked for" in seen.ended.out


def test_in_observe_it_does_not_say_that_the_gateway_is_not_there(
    site: PaperSite, gateway: int, tmp_path: Path
) -> None:
    folder = configured(tmp_path, site, gateway)
    for place in (tmp_path / "live", folder):
        assert pennypress(place, "mode", "observe").code == 0
    wait_until(lambda: "pennypress-access" not in get(gateway, "/news/a1").headers)
    seen = audited(folder, site, "--pages", "40")
    assert seen.ended.code == 0, seen.ended.out
    assert 'in mode "observe" no answer shows' in seen.ended.out
    assert "without Pennypress" not in seen.ended.out
