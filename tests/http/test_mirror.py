"""What the mirror shows, and to whom."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pennypress.config import build
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.http.mirror import MIRROR, proves, question
from pennypress.readers.keys import Keys
from pennypress.store.memory import MemoryStore
from tests.http.browser import Browser, Site

KEYS = Keys((bytes(range(32)),))
OTHER_KEYS = Keys((bytes(32),))
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FRONT = "10.0.0.1"


def nonce(count: int) -> bytes:
    return bytes(count)


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[PaywallApp]:
    config = build(
        tmp_path,
        paper={"url": "https://paper.test"},
        network={"trusted_proxies": [f"{FRONT}/32"]},
        store={"meters": "memory:"},
    )
    marks = iter(range(1, 256))
    parts = Parts(MemoryStore(), KEYS, clock=lambda: NOW, random=lambda count: bytes([next(marks)] * count))
    app = Paywall(config, parts).around(Site())
    yield app
    await app.close()


async def test_whoever_holds_the_keys_sees_how_a_request_arrives(app: PaywallApp) -> None:
    asked = question(KEYS, NOW, nonce)
    headers = {"x_forwarded_for": "198.51.100.7, 203.0.113.9", "x_forwarded_proto": "https"}
    answer = await Browser(app, peer=FRONT).get(f"{MIRROR}?question={asked}", **headers)
    assert answer.status == 200
    assert answer.header("cache-control") == "private, no-store"
    shown = json.loads(answer.body)
    assert proves(KEYS, asked, shown.pop("proof"))
    assert len(shown.pop("answer")) == 32
    assert shown == {
        "peer": FRONT,
        "trusted": True,
        "address": "203.0.113.9",
        "scheme": "https",
        "host": "paper.test",
        "forwarded_for": ["198.51.100.7", "203.0.113.9"],
        "forwarded_proto": ["https"],
        "pass": False,
    }


async def test_no_two_answers_are_alike(app: PaywallApp) -> None:
    browser, asked = Browser(app, peer=FRONT), question(KEYS, NOW, nonce)
    answers = {json.loads((await browser.get(f"{MIRROR}?question={asked}")).body)["answer"] for _ in range(3)}
    assert len(answers) == 3


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "question=",
        "question=1.2.3",
        f"question={question(OTHER_KEYS, NOW, nonce)}",
        f"question={question(KEYS, NOW, nonce)[:-1]}0",
        f"question={question(KEYS, NOW - timedelta(minutes=6), nonce)}",
        f"question={question(KEYS, NOW + timedelta(minutes=6), nonce)}",
        f"question={'9' * 5000}.a.b",
        "question=%C3%A9.%C3%A9.%C3%A9",
        "question=%D9%A1.a.b",
    ],
    ids=["none", "empty", "made-up", "other-keys", "changed", "old", "early", "long", "not-ascii", "other-digits"],
)
async def test_to_everybody_else_it_is_an_address_that_is_not_there(app: PaywallApp, asked: str) -> None:
    stranger = Browser(app, peer="203.0.113.9")
    there, nowhere = await stranger.get(f"{MIRROR}?{asked}"), await stranger.get("/-/pennypress/nowhere")
    assert (there.status, there.body, there.fields) == (404, nowhere.body, nowhere.fields)


async def test_an_older_key_of_the_paper_asks_and_proves_as_well(tmp_path: Path) -> None:
    config = build(tmp_path, store={"meters": "memory:"})
    rotated = Keys((bytes(range(1, 33)), *KEYS.secrets))
    app = Paywall(config, Parts(MemoryStore(), rotated, clock=lambda: NOW)).around(Site())
    asked = question(KEYS, NOW, nonce)
    shown = json.loads((await Browser(app, peer=FRONT).get(f"{MIRROR}?question={asked}")).body)
    assert proves(KEYS, asked, shown["proof"])
    assert not proves(OTHER_KEYS, asked, shown["proof"])
    await app.close()


async def test_a_chain_without_end_is_shown_by_its_last_entries(app: PaywallApp) -> None:
    asked = question(KEYS, NOW, nonce)
    chain = ", ".join(["x" * 500] * 400 + ["203.0.113.9"])
    answer = await Browser(app, peer=FRONT).get(f"{MIRROR}?question={asked}", x_forwarded_for=chain)
    assert len(answer.body) < 4096
    assert json.loads(answer.body)["forwarded_for"][-1] == "203.0.113.9"


async def test_it_answers_get_alone(app: PaywallApp) -> None:
    asked = question(KEYS, NOW, nonce)
    for method in ("HEAD", "POST", "PUT"):
        answer = await Browser(app, peer=FRONT).ask(method, f"{MIRROR}?question={asked}")
        assert answer.status == 404
