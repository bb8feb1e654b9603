"""The trial of a live site: what it is built of, what it prints of each page, and the file that it ends with."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import socket
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from pennypress.cli.init import own_zone
from pennypress.cli.learning import article_patterns
from pennypress.cli.options import site_of
from pennypress.cli.rehoming import Move, Rehomed
from pennypress.cli.screen import say
from pennypress.config import Config, build
from pennypress.config.writing import commented_file
from pennypress.core.target import read_target
from pennypress.demo.strip import Strip
from pennypress.errors import OriginError, PennypressError, Undecodable
from pennypress.gate import utc_now
from pennypress.http.answer import Answer, first
from pennypress.http.asgi import Parts, Paywall
from pennypress.http.asking import ask
from pennypress.http.edge import Edge
from pennypress.http.fetch import App
from pennypress.http.health import Health
from pennypress.http.log import Log
from pennypress.http.pageview import Outcome
from pennypress.http.politeness import Polite
from pennypress.http.proxy import Proxy
from pennypress.http.request import PageRequest
from pennypress.http.robots_txt import Robots, robots_of
from pennypress.http.server import Listening
from pennypress.http.server import run as run_server
from pennypress.messages.languages import catalogue_of
from pennypress.pages.leads import article_links, bare_host
from pennypress.pages.page import Page, PageOptions, read_page
from pennypress.pages.source import undo_coding
from pennypress.readers.keys import KEY_BYTES, Keys
from pennypress.store.memory import MemoryStore

_AGENT = "pennypress-try"
_HOST = "127.0.0.1"
_USUAL_LANGUAGE = "en-GB"
_STRIP_LANGUAGES = (_USUAL_LANGUAGE, "ar")  # the strip has a button for each
_LARGEST = 5_000_000
_SECONDS = 30.0
_REDIRECTS = 5
_LOOKED_AT = 3
_PREVIEW_LETTERS = 90
_ALL_PATHS = ("/**",)
_TITLE_PARTS = re.compile(r"\s+[-|·:–—]\s+")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A site as it was found: its scheme and host, its name, what its robots.txt allows, the language of its front
    page, and by which paths articles are recognised there (none: by the pages' own word)."""

    home: str
    name: str
    robots: Robots
    language: str
    paths: tuple[str, ...]


def run(site: str, limit: int, port: int) -> None:
    """Try a site until Ctrl-C, then print the file that this would be. Raises PennypressError."""
    arrival = asyncio.run(arrive(site_of(site)[0]))
    port = port or _free_port()
    config = trial_config(arrival, limit, port)
    move = Move(arrival.home, f"http://{_HOST}:{port}")
    say(f"\n  {move.here}/\n", "bold")
    say(f"{arrival.home} through the meter, {limit} articles a month; for the browser on this machine alone.")
    say("Only reading, one thing at a time, and what its robots.txt leaves free. Ctrl-C ends it.\n")
    with tempfile.TemporaryFile() as seen:
        notes = Notes(seen.fileno())
        run_server(Listening(f"{_HOST}:{port}"), lambda: trial(config, arrival, move, notes), accept=lambda: True)
        articles, others = notes.read()
    say(f"\nArticles seen: {len(articles)}; other pages: {len(others)}. The pennypress.toml that this would be:\n")
    print(proposed_file(config, arrival, article_patterns(articles, others) or arrival.paths), flush=True)


async def arrive(address: str) -> Arrival:
    """Find out where a site is at home (with or without www, by which scheme) and whether it may be read by programs.

    Raises PennypressError with a sentence when it may not, does not answer, or leads elsewhere.
    """
    for _ in range(_REDIRECTS):
        robots = robots_of(await _robots_txt(address), _AGENT)
        if not robots.allows("/"):
            raise PennypressError(f"{address}/robots.txt asks programs to stay away; try a site of your own.")
        front = await _get(address, "/")
        leads_to = _leads_to(address, front)
        if leads_to == address:
            return await _look_around(address, robots, front)
        if bare_host(leads_to) != bare_host(address):
            raise PennypressError(f"{address} leads to {leads_to}; try that address.")
        address = leads_to
    raise PennypressError(f"{address} leads in a circle; try the address that your browser shows there.")


def trial_config(arrival: Arrival, limit: int, port: int) -> Config:
    """The configuration of a trial: everything in memory."""
    return build(
        Path.cwd(),
        paper={
            "name": arrival.name,
            "timezone": own_zone(),
            "languages": list(dict.fromkeys((arrival.language, *_STRIP_LANGUAGES))),
        },
        meter={"limit": limit},
        articles={"paths": list(arrival.paths)},
        store={"meters": "memory:"},
        gateway={"listen": f"{_HOST}:{port}", "upstream": arrival.home, "cache": 0},
    )


def trial(config: Config, arrival: Arrival, move: Move, notes: Notes) -> App:
    """The application: the strip around the moved links around the meter around the polite proxy."""
    quiet = Log(os.open(os.devnull, os.O_WRONLY))
    proxy = Polite(Proxy(config.gateway.upstream, connections=1), arrival.robots, _AGENT)
    parts = Parts(MemoryStore(), Keys((secrets.token_bytes(KEY_BYTES),)))
    metered = Paywall(config, parts).around(proxy, watcher=notes.watch)
    return Edge(Strip(Rehomed(metered, move)), quiet, Health(quiet, trusted=lambda peer: False, clock=utc_now))


def proposed_file(config: Config, arrival: Arrival, patterns: tuple[str, ...]) -> str:
    """The configuration that a trial suggests, in mode "observe"."""
    return commented_file(
        {
            "paper": {
                "name": config.paper.name,
                "url": arrival.home,
                "timezone": str(config.paper.timezone),
                "languages": [arrival.language],
            },
            "meter": {"mode": "observe", "limit": config.meter.limit},
            "articles": {"paths": list(patterns)},
        }
    )


class Notes:
    """What was seen of each page: printed as it comes, and kept in a file that the worker and its parent share."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._telling: set[asyncio.Task[None]] = set()

    def watch(self, request: PageRequest, outcome: Outcome) -> None:
        """Take note of a page view that was answered."""
        if request.method != "GET":
            return
        kind = "article" if outcome.subject is not None else "page"
        if outcome.answer.status == 200:
            os.write(self._file, f"{kind} {request.target.folded}\n".encode("utf-8", "replace"))
        task = asyncio.get_running_loop().create_task(_tell(request, outcome))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def read(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The paths of the articles and of the other pages that were seen, each once."""
        os.lseek(self._file, 0, os.SEEK_SET)
        with os.fdopen(os.dup(self._file), encoding="utf-8") as lines:
            noted = [line.rstrip("\n").partition(" ") for line in lines]
        articles = dict.fromkeys(path for kind, _, path in noted if kind == "article")
        others = dict.fromkeys(path for kind, _, path in noted if kind == "page" and path not in articles)
        return tuple(articles), tuple(others)


async def _tell(request: PageRequest, outcome: Outcome) -> None:
    """Print a page and what was found in it."""
    subject, decision = outcome.subject, outcome.decision
    if subject is None or decision is None:
        status = outcome.answer.status
        found = "no article" if status == 200 else f"answered {status}"
        say(f"{request.target.forwarded}\n    {found}")
        return
    left = "" if decision.remaining is None else f", {decision.remaining} left"
    shown = "whole" if decision.full else "preview"
    say(
        f'{request.target.forwarded}\n    article "{subject.article.title}": {shown}, {decision.reason.value}{left}',
        "bold",
    )
    page = outcome.version.page if outcome.version is not None else None
    if outcome.version is None or page is None:
        say("    it cannot be read; without a grant the headline and the wall go out alone")
        return
    if page.body_rule is None:
        say("    no body found; without a grant the headline and the wall go out alone")
        return
    say(f'    body by "{page.body_rule}": {page.words:,} words in {page.blocks} blocks')
    if subject.brief:
        return
    cut = await outcome.version.cut(continued=subject.continued)
    begins = textwrap.shorten(cut.preview, _PREVIEW_LETTERS, placeholder=" ...")
    say(f'    the preview begins: "{begins}"' if begins else "    the preview is empty")
    say(f"    withheld at the wall: {cut.withheld_words:,} words")
    for finding in cut.findings:
        say(f"    a second time in {finding.kind.value}: {finding.where} ({finding.words:,} words)")
    for fate in cut.scripts:
        if not fate.kept:
            say(f"    script left out: {fate.script} ({fate.why})")
    if cut.alone is not None:
        say(f"    cannot be cut: {cut.alone}; without a grant the headline and the wall go out alone")


async def _robots_txt(address: str) -> Answer:
    answer = await _get(address, "/robots.txt")
    if answer.status // 100 != 3:
        return answer
    moved = _leads_to(address, answer)
    return await _get(moved, "/robots.txt") if bare_host(moved) == bare_host(address) else answer


async def _get(address: str, path: str) -> Answer:
    host = urlsplit(address).netloc
    try:
        return await ask(address, read_target(path), host=host, agent=_AGENT, largest=_LARGEST, seconds=_SECONDS)
    except OriginError as error:
        raise PennypressError(f"{address}: {error.detail}; look whether your browser can reach it.") from None


def _leads_to(address: str, answer: Answer) -> str:
    """The scheme and host to which an answer redirects; its own where it does not."""
    location = first(answer.headers, b"location")
    if answer.status // 100 != 3 or location is None:
        return address
    parts = urlsplit(urljoin(f"{address}/", location.decode("latin-1")))
    return f"{parts.scheme}://{parts.netloc}".lower()


async def _look_around(home: str, robots: Robots, front: Answer) -> Arrival:
    """Look at a few pages to which the front page links: where none of them says that it is an article, no page of
    the site does, and the paths of those that show a body have to decide."""
    page = _page(front, "/")
    language = _USUAL_LANGUAGE
    paths: tuple[str, ...] = ()
    if page is not None:
        said = page.facts.language
        language = said if said and catalogue_of(said) is not None else _USUAL_LANGUAGE
        leads = [path for path in article_links(page.body, home) if robots.allows(path)][:_LOOKED_AT]
        looked = {path: _page(await _get(home, path), path) for path in leads}
        if not any(found and found.says_article for found in looked.values()):
            bodies = (path for path, found in looked.items() if found and found.body_rule and not found.list_like)
            shown = [read_target(path).folded for path in bodies]
            paths = article_patterns(shown, ["/"]) or _ALL_PATHS if shown else ()
    name = site_name(page.body) if page is not None else ""
    return Arrival(home, name or bare_host(home), robots, language, paths)


def site_name(page: bytes) -> str:
    """What a front page calls its site: its ``og:site_name``, else its title up to the first dash or bar; empty where
    it has neither."""
    tree = LexborHTMLParser(page)
    said = tree.css_first('meta[property="og:site_name" i][content]')
    title = tree.css_first("title")
    name = (said.attributes.get("content") if said is not None else None) or (title.text() if title is not None else "")
    line = " ".join((name if said is not None else _TITLE_PARTS.split(name)[0]).split())
    return "".join(letter for letter in line if letter.isprintable())


def _page(answer: Answer, path: str) -> Page | None:
    """The page of an answer; None where it cannot be read."""
    coding, content_type = first(answer.headers, b"content-encoding"), first(answer.headers, b"content-type")
    try:
        body = undo_coding(answer.body, coding.decode("latin-1") if coding else None, limit=_LARGEST)
        return read_page(body, content_type.decode("latin-1") if content_type else None, PageOptions(), address=path)
    except Undecodable:
        return None


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
