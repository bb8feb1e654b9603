"""The audit before the routes of a Drupal: each of them that tells an article is found, and none with the guard."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pennypress.audit.findings import GUARDED, LEAK, Kind, Report
from pennypress.audit.run import audit
from pennypress.audit.stages import Ends, Options
from pennypress.config import load
from tests.audit.paper import PaperSite, Reply, configure, page, running_paper
from tests.clock import NOON
from tests.http.drupal import CANONICAL, DATA, LISTS, PAGES, UNDER_THE_ALIAS
from tests.http.guarded import BAKER, CRANE
from tests.http.guarded import page as story

HEAD = f'{CANONICAL}<link rel="shortlink" href="http://paper.test/node/1">'
FOUND = {
    *("/node", "/node/1", "/node/1?_format=json", "/node/1?_format=hal_json", "/node/1?_format=xml"),
    *("/jsonapi/node/article", "/rss.xml"),
}
"""What no page links to: the short link, and what a Drupal usually has, lead there."""
TOLD = PAGES | LISTS | DATA
WALLED = {"/node/1", "/node/1?amp"}
"""What is the article itself by its canonical link, and walled as such with the guard off too."""


@pytest.fixture
def drupal() -> Iterator[PaperSite]:
    with running_paper() as site:
        for address, (content_type, body) in (TOLD | UNDER_THE_ALIAS).items():
            site.put(address, body, content_type)
        site.put("/news/crane", story("The crane", CRANE, head=HEAD))
        site.put("/news/baker", story("The baker", BAKER))
        linked = ("/news/crane", "/news/baker", *(TOLD.keys() - FOUND))
        site.put("/", page("Front", "".join(f'<a href="{escape(address)}">.</a>' for address in linked)))
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
    assert TOLD.keys() - WALLED <= found
    assert any(address.startswith("/search/node?keys=") and "crane" not in address for address in found)
    assert addresses(report, other) == set()
