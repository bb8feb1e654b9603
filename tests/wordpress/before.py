"""The gateway before the tests' WordPress, and those who come to it: a reader whose meter is used up, and an editor."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request

from tests.cli.program import free_port, pennypress, serving
from tests.http.browser import Page
from tests.wordpress.newsroom import WordPress

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Gateway:
    """A gateway: where it listens, and the folder of its configuration."""

    port: int
    folder: Path


@dataclass
class Reader:
    """A reader's browser, which keeps the cookies that it is given."""

    gateway: Gateway
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Page:
        """GET; keyword arguments are header fields, with underscores for hyphens."""
        return self.ask("GET", path, None, **headers)

    def post(self, path: str, body: str, content_type: str = FORM, **headers: str) -> Page:
        """POST a body."""
        return self.ask("POST", path, body, content_type=content_type, **headers)

    def ask(self, method: str, path: str, body: str | None, **headers: str) -> Page:
        """Any request."""
        fields = {"Host": "paper.test", "Accept-Language": "en"}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=60)
        try:
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            page = Page(answer.status, tuple((key.lower(), value) for key, value in answer.getheaders()), answer.read())
        finally:
            connection.close()
        for name, value in page.fields:
            if name == "set-cookie":
                cookie, _, held = value.partition(";")[0].partition("=")
                self.cookies[cookie] = held
        return page


class Newsroom(WordPress):
    """The editor's browser before the gateway: what it gets, refusals included."""

    def ask(
        self, path: str, fields: dict[str, Any] | bytes | None = None, nonce: str = "", **headers: str
    ) -> tuple[int, str]:
        """GET, or POST of JSON (or of bytes, with their type among the headers); the status and the answer."""
        said = {"Content-Type": "application/json", "X-WP-Nonce": nonce}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = json.dumps(fields).encode() if isinstance(fields, dict) else fields
        try:
            with self.browser.open(Request(self.url + path, body, said), timeout=60) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def send(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """POST a form."""
        return self.ask(path, urlencode(fields).encode(), Content_Type=FORM)

    def nonce(self) -> str:
        """What the editor's scripts send with each call of the REST API."""
        return self.ask("/wp-admin/admin-ajax.php?action=rest-nonce")[1]

    def take_pass(self, folder: Path) -> None:
        """Open a staff pass's link and press its button."""
        added = pennypress(folder, "staff", "add", "Newsroom")
        assert added.code == 0, added.out + added.err
        link = "".join(added.out.split())
        address = self.url + link.removeprefix("http://paper.test")
        with self.browser.open(Request(address, headers={"Host": "paper.test"}), timeout=60) as answer:
            fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.read().decode()))
        headers = {"Host": "paper.test", "Origin": "http://paper.test", "Referer": link}
        with self.browser.open(Request(address, urlencode(fields).encode(), headers), timeout=60) as answer:
            assert answer.status == 200


def configuration(wordpress: WordPress, port: int, guard: str, office: str = "false") -> str:
    """A configuration for the WordPress: a limit of one, and what ``guard`` says of the guard."""
    return (
        f'[paper]\nname = "The Harbour Gazette"\nurl = "http://paper.test"\n[meter]\nlimit = 1\n'
        f'[articles]\npaths = ["/20*/*/*/*/**"]\n[guard]\n{guard}\n[office]\nenabled = {office}\n'
        f'[gateway]\nlisten = "127.0.0.1:{port}"\nupstream = "{wordpress.url}"\n'
    )


@contextlib.contextmanager
def gateway_before(wordpress: WordPress, folder: Path, guard: str, office: str = "false") -> Iterator[Gateway]:
    """A running gateway before the WordPress; with an ``office`` it gives out staff passes."""
    folder.mkdir(exist_ok=True)
    gateway = Gateway(free_port(), folder)
    (folder / "pennypress.toml").write_text(configuration(wordpress, gateway.port, guard, office), encoding="utf-8")
    with serving(folder, gateway.port, "gateway", "--config", "pennypress.toml"):
        yield gateway
