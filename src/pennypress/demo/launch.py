"""Starting the demo: the paper in a process of its own, the real gateway in front, and a few words on what to try."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

from pennypress.config import load
from pennypress.demo.behind import BEHIND, Behind
from pennypress.demo.clock import DemoClock
from pennypress.demo.paper import app as paper
from pennypress.demo.stories import HERE
from pennypress.demo.strip import Strip
from pennypress.gate import utc_now
from pennypress.http.asgi import Parts, Paywall, make_ready
from pennypress.http.edge import Edge
from pennypress.http.fetch import App
from pennypress.http.health import Health
from pennypress.http.log import Log
from pennypress.http.pageview import Outcome
from pennypress.http.proxy import Proxy
from pennypress.http.request import PageRequest
from pennypress.http.server import Listening
from pennypress.http.server import run as run_server
from pennypress.office.clock import set_clock
from pennypress.office.mount import application, mounted
from pennypress.office.working import work
from pennypress.store.opening import open_store

_HOST = "127.0.0.1"
_USUAL_PORT = 8000
_CONNECT_SECONDS = 10
_WORDS = """
  http://{host}:{port}/

The Skerrow Lantern, a small newspaper, with Pennypress in front of it. A reader may open 3 articles a month. Try:

  the front page and its sections     they are never counted
  any four stories                    2 more, 1 more, the last; and the fourth is cut
  one of the first three, again       it stays open
  /features/lighthouse-keeper         two pages, one article
  /news/ferry-timetable               a brief: whole, free, not counted
  /obituaries/agnes-torvald           free by a rule
  /business/shipyard-accounts         for subscribers, by a rule
  /live/storm-bettany                 a live blog
  /pictures/herring-fair              a gallery
  /arabic/night-market                right to left
  /-/pennypress/reading               which articles counted
  the links of the wall               sign in and subscribe: the till takes no money
  /-/demo/                            the letters, the clerk and the owner, and a clock to move forward

The strip at the foot of each page shows where you stand, and makes you a new reader. Every view is printed below.
The paper alone, without Pennypress: http://{host}:{paper_port}/
Files of this run: {folder}
Ctrl-C ends it.
"""


def run(port: int | None = None, keep: Path | None = None) -> None:
    """Show the demo until SIGINT or SIGTERM.

    ``keep`` is a folder for the configuration, the store, the keys and the log, which stays; without it they go with
    the demo. Raises ConfigurationError where the port cannot be listened on.
    """
    port = port or _free_port(_USUAL_PORT)
    paper_port = _free_port()
    with _folder(keep) as folder:
        path = _write_configuration(folder, port, paper_port)
        make_ready(load(path))
        multiprocessing.set_start_method("fork", force=True)
        words = _WORDS.format(host=_HOST, port=port, paper_port=paper_port, folder=folder)
        with (
            _process(_serve_paper, paper_port),
            _process(_run_office, path),
            _process(_announce, port, paper_port, words),
        ):
            run_server(Listening(f"{_HOST}:{port}"), partial(_gateway, path), accept=lambda: True)


def _gateway(path: Path) -> App:
    """The application of the gateway's worker: as ever, but for the strip and for where the log goes."""
    config = load(path)
    clock = DemoClock(path.parent)
    set_clock(clock)
    log = Log(os.open(path.with_name("gateway.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    health = Health(log, trusted=lambda peer: False, clock=utc_now)
    parts = Parts(open_store(config.store.meters, config.base), make_ready(config), clock)
    paywall = Paywall(config, parts)
    metered = paywall.around(Proxy(config.gateway.upstream), watcher=_print_view, mounted=mounted(config))
    return Edge(Behind(Strip(metered, BEHIND), path.parent, clock), log, health)


def _run_office(path: Path) -> None:
    """The people and plans of the demo, then what the office does by itself."""
    set_clock(DemoClock(path.parent))
    config = load(path)
    application(config)
    from pennypress.demo.people import settle

    settle()
    work(config, lambda: load(path), pause=0.5)


def _print_view(request: PageRequest, outcome: Outcome) -> None:
    decision = outcome.decision
    if decision is None:
        return
    left = "" if decision.remaining is None else f", {decision.remaining} left"
    shown = "full" if decision.full else "preview"
    print(f"  {request.target.forwarded:<36}{shown}: {decision.reason.value}{left}", flush=True)


def _serve_paper(port: int) -> None:
    run_server(Listening(f"{_HOST}:{port}"), lambda: paper, accept=lambda: True)


def _announce(port: int, paper_port: int, words: str) -> None:
    """Print the words once both servers take connections."""
    for awaited in (paper_port, port):
        _await_listener(awaited)
    print(words, flush=True)


def _await_listener(port: int) -> None:
    for _ in range(_CONNECT_SECONDS * 50):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((_HOST, port)) == 0:
                return
        signal.sigtimedwait((), 0.02)


def _write_configuration(folder: Path, port: int, paper_port: int) -> Path:
    path = folder / "pennypress.toml"
    shipped = (HERE / "pennypress.toml").read_text(encoding="utf-8")
    gateway = f'\n[gateway]\nlisten = "{_HOST}:{port}"\nupstream = "http://{_HOST}:{paper_port}"\n'
    path.write_text(shipped + gateway, encoding="utf-8")
    return path


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    folder = Path(tempfile.mkdtemp(prefix="pennypress-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _process(target: object, *arguments: object) -> Iterator[BaseProcess]:
    """A child that runs while the block does."""
    child = multiprocessing.Process(target=target, args=arguments)  # type: ignore[arg-type]
    child.start()
    try:
        yield child
    finally:
        child.terminate()
        child.join()


def _free_port(wanted: int = 0) -> int:
    """The wanted port if nothing listens there, else one that is free now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, wanted))
        except OSError:
            return _free_port()
        return int(probe.getsockname()[1])
