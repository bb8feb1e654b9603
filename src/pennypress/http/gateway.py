"""The gateway: the middleware over the proxy, as one worker builds it and as one command starts it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from pennypress.config import Config, load
from pennypress.errors import ConfigurationError
from pennypress.gate import utc_now
from pennypress.http.asgi import Paywall, make_ready
from pennypress.http.edge import Edge
from pennypress.http.fetch import App
from pennypress.http.health import Health
from pennypress.http.log import Log
from pennypress.http.mounted import Mount
from pennypress.http.proxy import Proxy, Timeouts
from pennypress.http.server import Listening, run
from pennypress.http.sharing import Answers


def nothing(config: Config) -> None:
    """Mount nothing."""


def serve(path: Path, mount: Mount = nothing, on_change: Callable[[], None] = lambda: None) -> None:
    """Start the gateway that a configuration file describes, with what is mounted beside it, and serve until it is
    told to end. ``on_change`` is called when a changed file is taken up.

    Everything is checked before anything listens: raises ConfigurationError, KeysError, StoreUnusable.
    """
    kept = _Kept(path, mount, on_change)
    make_ready(kept.config)
    mount(kept.config)
    gateway = kept.config.gateway
    waiting = gateway.header_timeout.total_seconds()
    run(Listening(str(gateway.listen), gateway.workers, waiting), kept.build, kept.accept)


def build(config: Config, mount: Mount = nothing) -> App:
    """The application of one worker. Raises ConfigurationError, KeysError and StoreUnusable."""
    log = Log()
    gateway = config.gateway
    timeouts = Timeouts(origin=gateway.origin_timeout.total_seconds(), reader=gateway.body_timeout.total_seconds())
    proxy = Proxy(gateway.upstream, timeouts=timeouts)
    answers = Answers(gateway.cache, time.monotonic)
    metered = Paywall.from_config(config).around(proxy, answers=answers, mounted=mount(config))
    return Edge(metered, log, Health(log, trusted=metered.askers.trusts, clock=utc_now))


class _Kept:
    """The configuration in force: the last one that had no fault, so that a worker can begin anew while the file has
    one. A worker's copy is the one that was in force when it began."""

    def __init__(self, path: Path, mount: Mount, on_change: Callable[[], None]) -> None:
        self._path = path
        self._mount = mount
        self._on_change = on_change
        self.config = load(path)

    def accept(self) -> bool:
        """Whether the file can be taken up as it is now; its faults go to the log, and what is in force goes on."""
        try:
            self.config = load(self._path)
        except ConfigurationError as error:
            for fault in error.faults:
                Log().event("error", f"the changed configuration is refused, the old one goes on: {fault}")
            return False
        self._on_change()
        return True

    def build(self) -> App:
        """The application of one worker, of the file as it is now or, if that has a fault, of what is in force."""
        with contextlib.suppress(ConfigurationError):
            self.config = load(self._path)
        return build(self.config, self._mount)
