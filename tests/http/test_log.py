"""The log: what a line holds, and how lines are written."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pennypress.http.log import Answered, Log

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def log(file: Path) -> Iterator[Log]:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    yield Log(descriptor, lambda: NOON)
    os.close(descriptor)


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines()


async def test_a_line_is_valid_json_whatever_the_request_said(log: Log, file: Path) -> None:
    log.answered(Answered('GE"T', '/a\n"\\\x7f\u2028é', 200, "preview", "used-up", 1.25, 12))
    log.flush()
    (line,) = lines(file)
    assert json.loads(line) == {
        "time": "2026-11-23T12:00:00.000Z",
        "method": 'GE"T',
        "path": '/a\n"\\\x7f\u2028é',
        "status": 200,
        "decision": "preview",
        "reason": "used-up",
        "ms": 1.2,
        "bytes": 12,
    }


async def test_lines_go_out_by_themselves_after_a_moment(log: Log, file: Path) -> None:
    for _ in range(3):
        log.answered(Answered("GET", "/", None, "", "", 0.0, 0))
    assert lines(file) == []
    async with asyncio.timeout(2):
        while not lines(file):  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.01)
    assert [json.loads(line)["status"] for line in lines(file)] == [None, None, None]


async def test_an_event_goes_out_at_once_and_after_what_came_before_it(log: Log, file: Path) -> None:
    log.answered(Answered("GET", "/", 200, "", "", 0.0, 0))
    log.event("error", "the store is full", path="/a")
    first, second = map(json.loads, lines(file))
    assert first["status"] == 200
    assert second == {
        "time": "2026-11-23T12:00:00.000Z",
        "level": "error",
        "event": "the store is full",
        "path": "/a",
    }


async def test_several_workers_lines_do_not_mix_in_a_pipe() -> None:
    """A pipe takes up to 4,096 bytes whole, and so no write but that of one longer line is longer."""
    reading, writing = os.pipe2(os.O_NONBLOCK)
    os.set_blocking(writing, True)
    log = Log(writing, lambda: NOON)
    for _ in range(100):
        log.answered(Answered("GET", "/" + "x" * 200, 200, "", "", 0.0, 0))
    log.flush()
    written = os.read(reading, 100_000).splitlines()
    assert len(written) == 100
    assert all(json.loads(line)["status"] == 200 for line in written)
    os.close(reading)
    os.close(writing)


async def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    log = Log(os.open("/dev/full", os.O_WRONLY), lambda: NOON)
    log.answered(Answered("GET", "/", 200, "", "", 0.0, 0))
    log.event("error", "the disk is full")


async def test_a_pipe_that_nobody_reads_holds_nobody_up_and_tells_afterwards_what_was_lost() -> None:
    reading, writing = os.pipe()
    log = Log(writing, lambda: NOON)
    for _ in range(2_000):
        log.answered(Answered("GET", "/" + "x" * 200, 200, "", "", 0.0, 0))
    log.flush()
    came = os.read(reading, 1_000_000).splitlines()
    log.event("info", "well again")
    came += os.read(reading, 1_000_000).splitlines()
    told = [json.loads(line) for line in came]
    lost = sum(int(line["event"].split()[0]) for line in told if "lines of the log were lost" in line.get("event", ""))
    assert lost + sum("path" in line for line in told) == 2_000
    assert lost > 1_000
    assert told[-1]["event"] == "well again"
    os.close(reading)
    os.close(writing)


async def test_a_socket_that_nobody_reads_holds_nobody_up_either() -> None:
    """As systemd's journal gives it to a service."""
    reading, writing = socket.socketpair()
    log = Log(writing.fileno(), lambda: NOON)
    for _ in range(10_000):
        log.answered(Answered("GET", "/" + "x" * 200, 200, "", "", 0.0, 0))
    log.flush()
    assert all(json.loads(line)["status"] == 200 for line in reading.recv(1_000_000).splitlines()[:100])
    reading.close()
    writing.close()
