"""What the health page says, and what it makes the log say."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pennypress.http.health import Health
from pennypress.http.log import Log
from tests.clock import Clock
from tests.http.gateway import Gateway, get

FORWARDED = ((b"x-forwarded-for", b"198.51.100.7"),)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 23, 12, tzinfo=UTC))


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def health(clock: Clock, log_file: Path) -> Health:
    descriptor = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    return Health(Log(descriptor, clock), lambda peer: peer == "10.0.0.1", clock)


def lines(log_file: Path) -> list[str]:
    return log_file.read_text().splitlines()


async def answer(health: Health) -> tuple[int, dict[str, Any]]:
    sent: list[Any] = []

    async def send(message: object) -> None:
        sent.append(message)

    await health.answer(send)
    return sent[0]["status"], json.loads(sent[1]["body"])


async def test_it_is_live_and_not_ready_until_it_is_said_to_be(health: Health) -> None:
    assert await answer(health) == (503, {"live": True, "ready": False, "remarks": []})
    health.ready = True
    assert await answer(health) == (200, {"live": True, "ready": True, "remarks": []})


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "10.2.3.4", "192.168.0.9", "fd00::1"])
async def test_a_near_front_that_is_not_trusted_is_remarked_with_the_line_to_add(
    health: Health, log_file: Path, peer: str
) -> None:
    health.see(peer, FORWARDED)
    assert (await answer(health))[1]["remarks"] == ["addresses not known"]
    (line,) = lines(log_file)
    said = json.loads(line)
    assert said["level"] == "warning"
    assert f'trusted_proxies = ["{peer}"]' in said["event"]
    assert "198.51.100.7" not in line


@pytest.mark.parametrize(
    ("peer", "headers"),
    [("10.0.0.1", FORWARDED), ("203.0.113.5", FORWARDED), ("127.0.0.1", ((b"host", b"a"),)), (None, FORWARDED)],
    ids=["trusted", "a reader far away", "without the field", "a Unix socket"],
)
async def test_nobody_else_is_remarked(
    health: Health, log_file: Path, peer: str | None, headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    health.see(peer, headers)
    assert (await answer(health))[1]["remarks"] == []
    assert lines(log_file) == []


async def test_the_remark_is_logged_once_an_hour_and_ends_an_hour_after_its_cause(
    health: Health, clock: Clock, log_file: Path
) -> None:
    for minutes in (0, 20, 20, 19):
        clock.now += timedelta(minutes=minutes)
        health.see("127.0.0.1", FORWARDED)
    assert len(lines(log_file)) == 1
    clock.now += timedelta(minutes=1)
    health.see("127.0.0.1", FORWARDED)
    assert len(lines(log_file)) == 2
    clock.now += timedelta(hours=1)
    assert (await answer(health))[1]["remarks"] == []


def test_the_gateway_answers_it_itself(gateway: Gateway) -> None:
    answer = gateway.ask(get(b"/-/pennypress/health"))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"cache-control: no-store" in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["live"] is True
