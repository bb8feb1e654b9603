"""The process of the office's jobs, beside the gateway for as long as it serves."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE_SECONDS = 5.0


class Companion:
    """Starts the jobs, starts them again where they end by themselves, and ends them."""

    def __init__(self, config: Path) -> None:
        self._command = [sys.executable, "-m", "pennypress.cli.main", "jobs", "--config", str(config)]
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._keeper.start()

    def take_up(self) -> None:
        """Tell them that the configuration has changed."""
        self._signal(signal.SIGHUP)

    def end(self) -> None:
        """End them, and wait for it."""
        self._ending.set()
        self._signal(signal.SIGTERM)
        self._keeper.join()

    def _keep(self) -> None:
        while not self._ending.is_set():
            with self._lock:
                self._process = process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)
            if self._ending.is_set():
                process.terminate()
            process.wait()
            self._ending.wait(_PAUSE_SECONDS)

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                self._process.send_signal(number)


@contextmanager
def jobs_beside(config: Path, *, wanted: bool) -> Iterator[Companion]:
    """The jobs, while the block runs, where they are wanted."""
    companion = Companion(config)
    if wanted:
        companion.start()
    try:
        yield companion
    finally:
        if wanted:
            companion.end()
