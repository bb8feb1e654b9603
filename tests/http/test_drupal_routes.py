"""The routes of a Drupal: a node by number and by alias, as JSON, by JSON:API, by BigPipe, in views, in its form."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from pennypress.config import load
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.readers.keys import Keys
from pennypress.store.opening import open_store
from tests.http.browser import Browser, Page
from tests.http.drupal import CONFIG, DATA, LISTS, PAGES, POSTED, SESSION, TOLD, UNDER_THE_ALIAS, Drupal
from tests.http.guarded import CRANE, SHOWN, html_of
from tests.http.runs import tells

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
GUARDED = pytest.mark.parametrize("mode", ["withhold"], indirect=True)
"""For what only the guard does."""


@pytest.fixture
def site() -> Drupal:
    return Drupal()


@pytest.fixture(params=["withhold", "off"])
def mode(request: pytest.FixtureRequest) -> str:
    """The guard's mode: what it is for is shown by what happens without it."""
    said: str = request.param
    return said


@pytest.fixture
async def app(site: Drupal, tmp_path: Path, mode: str) -> AsyncIterator[PaywallApp]:
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


async def with_grant(app: PaywallApp) -> str:
    """The cookies of an editor's browser that opened the article."""
    reader = Browser(app)
    assert (await reader.get("/news/crane")).header("pennypress-access") == "full"
    return "; ".join([*(f"{name}={value}" for name, value in reader.cookies.items()), SESSION])


async def test_no_route_tells_what_the_wall_withholds(app: PaywallApp, mode: str) -> None:
    reader = await used_up(app)
    answers: dict[str, Page] = {target: await reader.get(target) for target in PAGES | LISTS | DATA | UNDER_THE_ALIAS}
    answers |= {f"POST {target}": await reader.post(target, b"page=1") for target in POSTED}
    leaking = {target for target, answer in answers.items() if tells(answer, TOLD)}
    if mode == "withhold":
        assert leaking == set()
    else:
        canonical = {target for target, (_, body) in PAGES.items() if 'rel="canonical"' in body}
        assert leaking == (set(PAGES) - canonical) | set(LISTS) | set(DATA) | {f"POST {target}" for target in POSTED}


@GUARDED
@pytest.mark.parametrize("target", PAGES)
async def test_a_node_by_any_address_and_by_its_alias_is_one_article_and_one_charge(
    app: PaywallApp, target: str
) -> None:
    reader = Browser(app)
    assert (await reader.get(target)).header("pennypress-reason") == "granted"
    assert (await reader.get("/news/crane")).header("pennypress-reason") == "repeated"


@GUARDED
async def test_lists_lose_the_text_and_keep_the_rest(app: PaywallApp) -> None:
    reader = await used_up(app)
    for target, (_, body) in LISTS.items():
        answer = await reader.get(target)
        assert answer.status == 200, target
        assert answer.header("pennypress-access") is None, target
        assert answer.text.count('class="views-row"') == body.count('class="views-row"'), target
        assert answer.text.count("data-big-pipe-event") == body.count("data-big-pipe-event"), target


@GUARDED
async def test_data_stays_what_it_is_with_title_link_opening_and_a_way_on(app: PaywallApp) -> None:
    reader = await used_up(app)
    for target, (content_type, body) in DATA.items():
        answer = await reader.get(target)
        assert (answer.status, answer.header("content-type")) == (200, content_type), target
        assert (ElementTree.fromstring if content_type.endswith("xml") else json.loads)(answer.body), target
        assert SHOWN[0] in answer.text, target
        assert "Read the whole article" in answer.text, target
        assert answer.text.count("/news/crane") >= body.count("/news/crane"), target
        again = await reader.get(target, if_none_match=answer.header("etag") or "")
        assert (again.status, again.body) == (304, b""), target


@GUARDED
async def test_what_is_posted_for_is_refused_whole_in_its_own_format(app: PaywallApp) -> None:
    reader = await used_up(app)
    for target, (content_type, _) in POSTED.items():
        answer = await reader.post(target, b"page=1")
        assert answer.status == 403, target
        assert ("json" in content_type) == (answer.header("content-type") == "application/json"), target


async def test_what_stands_under_the_alias_goes_with_the_article(app: PaywallApp) -> None:
    reader = Browser(app)
    for target in UNDER_THE_ALIAS:
        assert (await reader.get(target)).status == 403
    assert (await reader.get("/news/crane")).header("pennypress-access") == "full"
    for target, (_, body) in UNDER_THE_ALIAS.items():
        answer = await reader.get(target)
        assert (answer.status, answer.text) == (200, body)


async def test_a_form_is_shown_whole_to_who_may_read_and_saved(app: PaywallApp, site: Drupal) -> None:
    editor = Browser(app)
    cookie = await with_grant(app)
    assert (await editor.get("/node/1/edit", cookie=cookie)).text == site.form()
    changed = html_of((*CRANE, "And one line more."))
    form = urlencode({"body": changed}).encode()
    headers = {"content_type": "application/x-www-form-urlencoded", "cookie": cookie}
    assert (await editor._ask("POST", "/node/1/edit", form, headers)).status == 303
    assert site.stored == changed


@GUARDED
@pytest.mark.parametrize(
    ("method", "target", "content_type", "body"),
    [
        ("POST", "/node/1/edit", "application/x-www-form-urlencoded", urlencode({"body": html_of(CRANE[:4])})),
        (
            "PATCH",
            "/jsonapi/node/article/0b1c",
            "application/vnd.api+json",
            json.dumps({"data": {"attributes": {"body": {"value": html_of(CRANE[:4])}}}}),
        ),
    ],
)
async def test_nothing_is_shown_or_saved_in_the_name_of_who_may_not_read(
    app: PaywallApp, site: Drupal, method: str, target: str, content_type: str, body: str
) -> None:
    editor, stored = Browser(app), site.stored
    refused = await editor.get("/node/1/edit", cookie=SESSION)
    assert (refused.status, "textarea" in refused.text) == (403, False)
    answer = await editor._ask(method, target, body.encode(), {"content_type": content_type, "cookie": SESSION})
    assert (answer.status, site.stored) == (403, stored)
    assert ("json" in content_type) == (answer.header("content-type") == "application/json")


async def test_what_holds_no_text_passes_editors_and_readers_untouched(app: PaywallApp, site: Drupal) -> None:
    for target in ("/", "/session/token", "/admin/content"):
        answer = await Browser(app).get(target, cookie=SESSION)
        assert (answer.status, answer.body) == (200, site.pages[target][2])
