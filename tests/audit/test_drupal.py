"""The audit before the routes of a Drupal: each of them that tells an article is found, and none with the guard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pennypress.audit.findings import GUARDED, LEAK, Kind, Report
from pennypress.audit.run import audit
from pennypress.audit.stages import Ends, Options
from pennypress.config import load
from tests.audit.paper import PaperSite, Reply, configure, page, running_paper
from tests.http.drupal import CANONICAL, ROUTES
from tests.http.guarded import BAKER, CRANE
from tests.http.guarded import page as story

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = f'{CANONICAL}<link rel="shortlink" href="http://paper.test/node/1">'
LINKED = ("/taxonomy/term/3", "/node/1/big-pipe", "/node/1/revisions/2/view", "/jsonapi/node/article/0b1c")
WALLED = {"/node/1", "/node/1/big-pipe"}
"""What is the article itself by its canonical link, and walled as such with the guard off too."""


@pytest.fixture
def drupal() -> Iterator[PaperSite]:
    with running_paper() as site:
        for address, (content_type, body) in ROUTES.items():
            site.put(address, body, content_type)
        site.put("/news/crane", story("The crane", CRANE, head=HEAD))
        site.put("/news/baker", story("The baker", BAKER))
        view = {"views": {"ajax_path": "/views/ajax", "ajaxViews": {"views_dom_id:1": {"view_name": "news"}}}}
        settings = (
            f'<script type="application/json" data-drupal-selector="drupal-settings-json">{json.dumps(view)}</script>'
        )
        links = "".join(f'<a href="{address}">.</a>' for address in ("/news/crane", "/news/baker", *LINKED))
        site.put("/", page("Front", links + settings))
        site.put("/robots.txt", "User-agent: *\nDisallow: /admin/", "text/plain")
        site.found.append(lambda address: search(site, address))
        yield site


def search(site: PaperSite, address: str) -> Reply | None:
    parts = urlsplit(address)
    words = parse_qs(parts.query).get("keys", [""])[0]
    if parts.path != "/search/node" or not words:
        return None
    return Reply(page("Search", f"<ol>{''.join(f'<li>{text}</li>' for text in CRANE if words in text)}</ol>"))


async def audited(folder: Path, site: PaperSite, guard: str) -> Report:
    configure(folder, site, guard=guard, url="http://paper.test")
    config = folder / "pennypress.toml"
    config.write_text(config.read_text().replace('body = ".story"\n', ""))
    return await audit(load(config), Options(most=400, apart=0), lambda *_: None, Ends(), NOON)


def addresses(report: Report, kind: Kind) -> set[str]:
    return {example.address for found in report.found if found.kind is kind for example in found.examples}


@pytest.mark.parametrize(("guard", "kind", "other"), [("off", LEAK, GUARDED), ("withhold", GUARDED, LEAK)])
async def test_each_route_that_tells_is_found(
    drupal: PaperSite, tmp_path: Path, guard: str, kind: Kind, other: Kind
) -> None:
    report = await audited(tmp_path, drupal, guard)
    found = addresses(report, kind)
    # What stands under the article's own address goes out under its grant alone.
    planted = {address for address in ROUTES if not address.startswith(("/news/", "/search/"))} - WALLED
    assert planted <= found
    assert any(address.startswith("/search/node?keys=") for address in found)
    assert addresses(report, other) == set()
