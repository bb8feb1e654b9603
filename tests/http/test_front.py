"""What a front before the gateway says of the reader, as the origin hears it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pennypress.config import build
from pennypress.http.asgi import Parts, Paywall
from pennypress.readers.keys import Keys
from pennypress.store.memory import MemoryStore
from tests.http.browser import Browser, Site

TRUSTED, STRANGER = "10.0.0.1", "203.0.113.9"


@pytest.mark.parametrize(
    ("url", "peer", "said", "heard"),
    [
        ("https://paper.test", TRUSTED, "https", "https"),
        ("https://paper.test", TRUSTED, "http", "http"),
        ("https://paper.test", TRUSTED, "http, https", "https"),
        ("https://paper.test", TRUSTED, None, "https"),
        ("https://paper.test", TRUSTED, "gopher", "https"),
        ("https://paper.test", STRANGER, "http", "https"),
        ("http://paper.test", STRANGER, "https", "http"),
        (None, TRUSTED, "https", "https"),
        (None, STRANGER, "https", "http"),
        (None, STRANGER, None, "http"),
    ],
)
async def test_the_readers_scheme_is_a_trusted_fronts_word_else_the_papers_own(
    tmp_path: Path, url: str | None, peer: str, said: str | None, heard: str
) -> None:
    paper = {"url": url} if url else {}
    config = build(tmp_path, paper=paper, network={"trusted_proxies": ["10.0.0.0/8"]}, store={"meters": "memory:"})
    site = Site()
    site.put("/", "<!doctype html><title>Front</title>")
    app = Paywall(config, Parts(MemoryStore(), Keys((bytes(range(32)),)))).around(site)
    headers = {"x_forwarded_proto": said} if said else {}
    await Browser(app, peer=peer).get("/", **headers)
    assert site.asked[0]["scheme"] == heard
    await app.close()
