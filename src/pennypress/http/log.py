"""The log: one JSON line a request and one an event, with neither address nor cookie, written in bundles."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as _quoted

from pennypress.http.outlet import ATOMIC, Outlet

_BUNDLE_SECONDS = 0.05
_BUNDLE_LINES = 256


@dataclass(frozen=True, slots=True)
class Answered:
    """What a log says of one request. ``status`` is None where the reader went away before there was an answer;
    ``decision`` and ``reason`` are empty where the page is no article."""

    method: str
    path: str
    status: int | None
    decision: str
    reason: str
    milliseconds: float
    size: int


class Log:
    """Writes JSON lines to a file descriptor. Lines of requests wait a moment, so that a busy worker writes many at
    once; events (errors among them) go out directly."""

    def __init__(self, descriptor: int = 1, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._outlet = Outlet(descriptor)
        self._clock = clock
        self._lost = 0
        self._waiting: list[bytes] = []
        self._flushing: asyncio.TimerHandle | None = None

    def answered(self, request: Answered) -> None:
        """Note one request."""
        status = "null" if request.status is None else request.status
        line = (
            f'{{"time":"{self._now()}","method":{_quoted(request.method)},"path":{_quoted(request.path)},'
            f'"status":{status},"decision":{_quoted(request.decision)},"reason":{_quoted(request.reason)},'
            f'"ms":{request.milliseconds:.1f},"bytes":{request.size}}}\n'
        )
        self._waiting.append(line.encode())
        if len(self._waiting) >= _BUNDLE_LINES:
            self.flush()
        elif self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(_BUNDLE_SECONDS, self.flush)

    def event(self, level: str, what: str, **facts: str | int | float) -> None:
        """Note an event: ``level`` is info, warning or error, ``what`` one sentence."""
        self._waiting.append(self._line(level, what, **facts))
        self.flush()

    def flush(self) -> None:
        """Write what waits. Lines that cannot be written now are lost, and counted once lines can be written again."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        lines, self._waiting = self._waiting, []
        if self._lost and self._outlet.write(self._line("warning", f"{self._lost} lines of the log were lost")):
            self._lost = 0
        for bundle in _bundles(lines):
            if not self._outlet.write(bundle):
                self._lost += bundle.count(b"\n")

    def _line(self, level: str, what: str, **facts: str | int | float) -> bytes:
        line = json.dumps({"time": self._now(), "level": level, "event": what, **facts}, separators=(",", ":"))
        return line.encode() + b"\n"

    def _now(self) -> str:
        return self._clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")


class JsonLines(logging.Formatter):
    """Makes the records of other libraries lines of the same log."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as one JSON line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, separators=(",", ":"))


class LineHandler(logging.Handler):
    """Writes the records of other libraries to standard output."""

    def __init__(self) -> None:
        super().__init__()
        self._outlet = Outlet(1)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        self._outlet.write(self.format(record).encode() + b"\n")


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLines}},
    "handlers": {"lines": {"()": LineHandler, "formatter": "json"}},
    "root": {"handlers": ["lines"], "level": "WARNING"},
    "loggers": {"_granian": {"handlers": ["lines"], "level": "WARNING", "propagate": False}},
}
"""How the logging module is set up in the server and its workers."""


def _bundles(lines: list[bytes]) -> list[bytes]:
    """Lines joined into writes that a pipe takes whole, so that the lines of several workers do not mix."""
    bundles: list[bytes] = []
    for line in lines:
        if bundles and len(bundles[-1]) + len(line) <= ATOMIC:
            bundles[-1] += line
        else:
            bundles.append(line)
    return bundles
