"""The process beside the gateway that does what the office does by itself."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from pennypress.config import Config
from pennypress.errors import ConfigurationError
from pennypress.office.mount import application

_PAUSE_SECONDS = 5.0


def work(config: Config, reread: Callable[[], Config], *, pause: float = _PAUSE_SECONDS) -> None:
    """Run the jobs whose time has come, again and again, until SIGTERM or SIGINT or until the parent is gone,
    with a pause of so many seconds.

    ``reread`` gives the configuration anew on SIGHUP; where it raises ConfigurationError the old one goes on. Raises
    ConfigurationError, KeysError, and what the database raises at the start.
    """
    bell = _Bell()
    parent = os.getppid()
    application(config)
    from django.db import close_old_connections

    from pennypress.office import jobs

    while not bell.ended and os.getppid() == parent:
        jobs.run_due()
        close_old_connections()
        bell.wait(pause)
        if bell.changed:
            bell.changed = False
            with suppress(ConfigurationError):
                application(reread())


def work_once(config: Config) -> list[str]:
    """Run every job whose time has come, once; their names. Raises as ``work`` does."""
    application(config)
    from pennypress.office import jobs

    return jobs.run_due()


class _Bell:
    """What the signals said. It is rung through a pipe: code that a signal interrupts may hold any lock."""

    def __init__(self) -> None:
        self.ended = False
        self.changed = False
        self._heard, self._rung = os.pipe()
        os.set_blocking(self._rung, False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        signal.signal(signal.SIGHUP, self._change)

    def wait(self, seconds: float) -> None:
        """Wait until a signal comes, at most so long."""
        if select.select([self._heard], [], [], seconds)[0]:
            os.read(self._heard, 4096)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.ended = True
        self._ring()

    def _change(self, number: int, frame: FrameType | None) -> None:
        self.changed = True
        self._ring()

    def _ring(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._rung, b"!")
