"""The second copies once more, from outside: a real gateway before sites on real sockets, asked over HTTP."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pennypress.http.fetch import App
from tests.cli.program import free_port, serving
from tests.http import copies, drupal
from tests.http.browser import Page
from tests.http.copies import COPIES, TOLD, Copy
from tests.http.drupal import DATA, LISTS, PAGES, POSTED, UNDER_THE_ALIAS, Drupal
from tests.http.runs import tells
from tests.http.standing import standing


@dataclass
class Outsider:
    """One who asks over HTTP, and keeps their pass."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, target: str, body: str | None = None, **headers: str) -> Page:
        """One request over one connection."""
        fields = {"Host": "paper.test"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, target, body, fields)
            answer = connection.getresponse()
            page = Page(answer.status, tuple((key.lower(), value) for key, value in answer.getheaders()), answer.read())
        finally:
            connection.close()
        for name, value in page.fields:
            if name == "set-cookie":
                cookie, _, held = value.partition(";")[0].partition("=")
                self.cookies[cookie] = held
        return page


@pytest.fixture(scope="module", params=["withhold", "off"])
def mode(request: pytest.FixtureRequest) -> str:
    """The guard's mode: what it is for is shown by what happens without it."""
    said: str = request.param
    return said


def before(app: App, config: str, folder: Path) -> Iterator[Outsider]:
    """A gateway before a site, and a reader of it whose meter is used up."""
    port = free_port()
    with standing(app) as origin:
        listening = f'[gateway]\nlisten = "127.0.0.1:{port}"\nupstream = "http://127.0.0.1:{origin}"\n'
        (folder / "pennypress.toml").write_text(config + listening, encoding="utf-8")
        with serving(folder, port, "gateway", "--config", "pennypress.toml"):
            reader = Outsider(port)
            while reader.ask("GET", "/news/baker").header("pennypress-access") != "full":
                continue  # a busy machine: the meter was not asked in time
            assert reader.ask("GET", "/news/crane").header("pennypress-access") == "preview"
            yield reader


@pytest.fixture(scope="module")
def at_the_paper(mode: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outsider]:
    yield from before(copies.paper(), copies.CONFIG.format(mode=mode), tmp_path_factory.mktemp("paper"))


@pytest.fixture(scope="module")
def at_drupal(mode: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outsider]:
    yield from before(Drupal(), drupal.CONFIG.format(mode=mode), tmp_path_factory.mktemp("drupal"))


def test_no_copy_leaves_the_gateway(at_the_paper: Outsider, mode: str) -> None:
    def ask(copy: Copy) -> Page:
        return at_the_paper.ask(copy.method, copy.target, **copy.asked_with)

    telling = {name for name, copy in COPIES.items() if tells(ask(copy), TOLD)}
    assert telling == (set() if mode == "withhold" else set(COPIES))


def test_no_route_of_drupals_leaves_the_gateway(at_drupal: Outsider, mode: str) -> None:
    answers = {target: at_drupal.ask("GET", target) for target in PAGES | LISTS | DATA | UNDER_THE_ALIAS}
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    answers |= {f"POST {target}": at_drupal.ask("POST", target, "page=1", **form) for target in POSTED}
    telling = {target for target, answer in answers.items() if tells(answer, TOLD)}
    if mode == "withhold":
        assert telling == set()
    else:
        assert telling >= set(LISTS) | set(DATA) | {f"POST {target}" for target in POSTED}


def test_no_other_method_gets_more_than_the_preview(at_the_paper: Outsider, mode: str) -> None:
    targets = ["/news/crane"]
    if mode == "withhold":
        targets += ["/feed", "/llms-full.txt", "/posts/crane.md", "/ghost/api/content/posts/?key=1"]
    for method in ("HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"):
        for target in targets:
            answer = at_the_paper.ask(method, target, "a=1" if method.startswith("P") else None)
            assert tells(answer, TOLD) is None, (method, target)
