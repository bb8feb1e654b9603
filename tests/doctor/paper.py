"""A whole paper on this machine: a real origin, the real gateway, and a real nginx in front of it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pennypress.config import load
from pennypress.doctor.examination import Examination, examine
from pennypress.doctor.finding import Colour, Finding
from pennypress.doctor.outside import own_address_towards
from pennypress.doctor.reflection import Known
from pennypress.gate import utc_now
from pennypress.readers.keys import load as load_keys
from tests.cli.program import Origin, free_port, get, running_origin, serving
from tests.conftest import lacks, needs

PROXY = """
            proxy_set_header Host $http_host;
            proxy_set_header Connection "";
            proxy_http_version 1.1;"""
ADDRESS = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
SCHEME = "proxy_set_header X-Forwarded-Proto $scheme;"


@dataclass(frozen=True)
class Found:
    """What the doctor found, by the names of the questions."""

    examination: Examination

    def colour(self, question: str) -> str:
        return self._finding(question).colour.value

    def said(self, question: str) -> str:
        return self._finding(question).said

    def lines(self, question: str) -> tuple[str, ...]:
        """The lines to paste for a question."""
        return tuple(paste.lines for paste in self._finding(question).pastes)

    def all_of(self, colour: Colour) -> set[str]:
        """The questions that were answered so."""
        return {each.question.name for each in self.examination.answers if each.finding.colour is colour}

    @property
    def reds(self) -> set[str]:
        """The questions that are red."""
        return self.all_of(Colour.RED)

    def _finding(self, question: str) -> Finding:
        (finding,) = [each.finding for each in self.examination.answers if each.question.name == question]
        return finding


@dataclass
class House:
    """The paper: its folder, its origin, the ports of its gateway and its front, and the name readers use."""

    folder: Path
    origin: Origin
    port: int
    front: int
    host: str
    scheme: str = "http"
    config: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    _mark: str = ""

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.front}"

    def write(self, **tables: str) -> None:
        """The configuration; each argument is a table's lines, and takes the place of what stood there."""
        self.config |= {"paper": f'url = "{self.url}"', **tables}
        self.config["gateway"] = f'listen = "127.0.0.1:{self.port}"\nupstream = "{self.origin.url}"'
        self._mark = secrets.token_hex(8)  # shows in the gateway's pages which file it has taken up
        named = {**self.config, "paper": f'name = "{self._mark}"\n{self.config["paper"]}'}
        text = "".join(f"[{name}]\n{lines}\n" for name, lines in named.items())
        (self.folder / "pennypress.toml").write_text(text, encoding="utf-8")

    def take_up(self, **tables: str) -> None:
        """Write the configuration, and have the running gateway take it up."""
        self.write(**tables)
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 20
        while self._mark not in get(self.port, "/-/pennypress/reading").body:
            assert time.monotonic() < until
            time.sleep(0.01)

    def examine(self, path: str | None = None, *, config: bool = True, keys: bool = True) -> Found:
        """Ask the paper's address as the doctor does, with or without what lies in its folder."""
        loaded = load(self.folder / "pennypress.toml") if config else None
        held = load_keys(self.folder / "pennypress.keys") if keys else None
        known = Known(loaded, held, "there are no keys here.", utc_now, secrets.token_bytes)
        return Found(asyncio.run(examine(self.url, path, known)))


@contextlib.contextmanager
def nginx_in_front(house: House, location: str | None, *, server: str = "", http: str = "") -> Iterator[None]:
    """nginx before the gateway; ``location`` are the lines of the location that leads there
    (None: there is none)."""
    folder = house.folder / "nginx"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tls = f"ssl_certificate {house.folder}/cert.pem; ssl_certificate_key {house.folder}/key.pem;"
    to_gateway = f"location / {{ proxy_pass http://127.0.0.1:{house.port};{PROXY} {location} }}"
    listen = f"listen {house.host}:{house.front}{' ssl' if house.scheme == 'https' else ''};"
    (folder / "nginx.conf").write_text(
        f"""daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {tls if house.scheme == "https" else ""}
    server {{
        {listen}
        {to_gateway if location is not None else ""}
        {server.replace("GATEWAY", f"http://127.0.0.1:{house.port}").replace("ORIGIN", house.origin.url)}
    }}
    {http.replace("FOLDER", str(folder))}
}}""",
        encoding="utf-8",
    )
    command = [needs("nginx"), "-e", str(folder / "errors"), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_for(house.host, house.front, process, folder / "errors")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)


@contextlib.contextmanager
def gateway(house: House) -> Iterator[None]:
    """The gateway of a paper, as its folder's configuration says."""
    log = house.folder / "log"
    with serving(house.folder, house.port, "gateway", "--config", "pennypress.toml", log=log) as house.process:
        yield


@contextlib.contextmanager
def house_in(folder: Path, *, scheme: str = "http", host: str = "") -> Iterator[House]:
    """A paper whose origin runs, with nothing before it yet; readers use this machine's own address."""
    with running_origin() as origin:
        origin.pages["/feed/"] = feed(5)
        yield House(folder, origin, free_port(), free_port(), host or own_address(), scheme)


def feed(newest: int) -> str:
    """A feed whose newest article is this one."""
    items = "".join(
        f"<item><title>story{n}</title><link>/news/a{n}</link></item>" for n in range(newest, max(newest - 3, 0), -1)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'


def own_address() -> str:
    """An address of this machine that is no loopback."""
    address = own_address_towards("192.0.2.1") or "127.0.0.1"
    if address.startswith("127."):
        lacks("this machine has no address besides loopback")
    return address


def _wait_for(host: str, port: int, process: subprocess.Popen[bytes], errors: Path) -> None:
    until = time.monotonic() + 10
    while True:
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        assert process.poll() is None, errors.read_text()
        assert time.monotonic() < until, errors.read_text()
        time.sleep(0.01)
