"""The routes of a Drupal: a node by number and by alias, as JSON, by JSON:API, by BigPipe, in views, in its form."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest

from pennypress.config import load
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.readers.keys import Keys
from pennypress.store.opening import open_store
from tests.http.browser import Browser, Page, Site
from tests.http.guarded import BAKER, CRANE, WITHHELD, html_of, page

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SESSION = "SESS0123456789abcdef0123456789abcdef=s"
CONFIG = """
[paper]
name = "The Test Paper"
url = "http://paper.test"
[meter]
limit = 1
[articles]
paths = ["/news/**"]
[guard]
mode = "{mode}"
"""
CANONICAL = '<link rel="canonical" href="http://paper.test/news/crane">'

JSON_API: dict[str, Any] = {
    "jsonapi": {"version": "1.0"},
    "data": [
        {
            "type": "node--article",
            "id": "0b1c",
            "attributes": {
                "title": "The crane",
                "path": {"alias": "/news/crane"},
                "body": {"value": html_of(CRANE), "format": "basic_html", "processed": html_of(CRANE), "summary": ""},
            },
        }
    ],
}
NODE = {"nid": [{"value": 1}], "title": [{"value": "The crane"}], "body": [{"value": html_of(CRANE)}]}
BIG_PIPE = page(
    "The crane",
    CRANE[:1],
    head=CANONICAL,
    after='<script type="application/vnd.drupal-ajax" data-big-pipe-replacement-for-placeholder-with-id="b">'
    + json.dumps([{"command": "insert", "method": "replaceWith", "data": html_of(CRANE)}])
    + "</script>",
)
EDIT = page(
    "Edit The crane", (), after=f"<form method=post><textarea name=body>{escape(html_of(CRANE))}</textarea></form>"
)

ROUTES: dict[str, tuple[str, str]] = {
    "/node/1": ("text/html; charset=UTF-8", page("The crane", CRANE, head=CANONICAL)),
    "/node/1?_format=json": ("application/json", json.dumps(NODE)),
    "/node/1?_format=hal_json": ("application/hal+json", json.dumps(NODE)),
    "/node/1?_format=xml": (
        "text/xml",
        f"<response><title>The crane</title><body>{escape(html_of(CRANE))}</body></response>",
    ),
    "/news/crane?_format=json": ("application/json", json.dumps(NODE)),
    "/jsonapi/node/article": ("application/vnd.api+json", json.dumps(JSON_API)),
    "/jsonapi/node/article/0b1c": ("application/vnd.api+json", json.dumps({"data": JSON_API["data"][0]})),
    "/rss.xml": (
        "application/rss+xml",
        f"<rss version='2.0'><channel><item><title>The crane</title><link>http://paper.test/news/crane</link>"
        f"<description>{escape(html_of(CRANE))}</description></item></channel></rss>",
    ),
    "/views/ajax?view_name=news": (
        "application/json",
        json.dumps([{"command": "insert", "data": f"<div class=views-row>{html_of(CRANE)}</div>"}]),
    ),
    "/taxonomy/term/3": (
        "text/html",
        page("Harbour", ("All about it.",), after=f"<section>{html_of(CRANE)}</section>"),
    ),
    "/search/node?keys=crane": ("text/html", page("Search", ("1 result",), after=f"<ol><li>{WITHHELD[2]}</li></ol>")),
    "/node/1/big-pipe": ("text/html", BIG_PIPE),
    "/node/1/revisions/2/view": ("text/html", page("The crane", CRANE)),
}


def tells(answer: Page) -> bool:
    return any(" ".join(part.split()[2:12]) in answer.text for part in WITHHELD)


@pytest.fixture
def site() -> Site:
    site = Site()
    site.put("/news/crane", page("The crane", CRANE, head=CANONICAL))
    site.put("/news/baker", page("The baker", BAKER))
    for target, (content_type, body) in ROUTES.items():
        site.put(target, body, content_type=content_type)
    site.put("/node/1/edit", EDIT)
    return site


@pytest.fixture(params=["withhold", "off"])
def mode(request: pytest.FixtureRequest) -> str:
    said: str = request.param
    return said


@pytest.fixture
async def app(site: Site, tmp_path: Path, mode: str) -> AsyncIterator[PaywallApp]:
    path = tmp_path / "pennypress.toml"
    path.write_text(CONFIG.format(mode=mode))
    app = Paywall(load(path), Parts(open_store("memory:", tmp_path), Keys((bytes(32),)), lambda: NOON)).around(site)
    reader = Browser(app)
    await reader.get("/news/baker")
    assert (await reader.get("/news/crane")).header("pennypress-access") == "preview"
    yield app
    await app.close()


async def used_up(app: PaywallApp) -> Browser:
    reader = Browser(app)
    assert (await reader.get("/news/baker")).header("pennypress-access") == "full"
    return reader


async def test_no_route_tells_what_the_wall_withholds(app: PaywallApp, mode: str) -> None:
    reader = await used_up(app)
    leaking = {target for target in ROUTES if tells(await reader.get(target))}
    if mode == "off":
        assert {"/node/1?_format=json", "/jsonapi/node/article", "/rss.xml", "/taxonomy/term/3"} <= leaking
    else:
        assert leaking == set()


async def test_a_node_by_its_number_and_by_its_alias_is_one_article_and_one_charge(app: PaywallApp) -> None:
    reader = Browser(app)
    assert (await reader.get("/node/1")).header("pennypress-reason") == "granted"
    assert (await reader.get("/news/crane")).header("pennypress-reason") == "repeated"


async def test_an_edit_form_is_never_cut_but_refused_to_who_may_not_read(app: PaywallApp, mode: str) -> None:
    if mode == "off":
        pytest.skip("with the guard off nothing is refused")
    editor = Browser(app)
    refused = await editor.get("/node/1/edit", cookie=SESSION)
    assert refused.status == 403
    assert "textarea" not in refused.text
    reader = Browser(app)
    assert (await reader.get("/news/crane")).header("pennypress-access") == "full"
    cookie = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
    assert (await reader.get("/node/1/edit", cookie=f"{cookie}; {SESSION}")).text == EDIT


async def test_readable_json_stays_json(app: PaywallApp, mode: str) -> None:
    if mode == "off":
        pytest.skip("with the guard off nothing is cut")
    reader = await used_up(app)
    answer = await reader.get("/jsonapi/node/article")
    (node,) = json.loads(answer.body)["data"]
    assert node["attributes"]["title"] == "The crane"
    assert "Read the whole article" in node["attributes"]["body"]["processed"]
