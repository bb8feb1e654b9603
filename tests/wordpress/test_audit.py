"""The audit before Debian's WordPress: its feeds, REST, search, embeds and print views, each found, none with the
guard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pennypress.audit.findings import GUARDED, LEAK, Kind, Report
from pennypress.audit.run import audit
from pennypress.audit.stages import Ends, Options
from pennypress.config import load
from tests.audit.paper import paragraphs
from tests.conftest import needs
from tests.wordpress.newsroom import WordPress, running_wordpress

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TITLES = ("Herring", "Bells", "Ferry")
LISTS = ("/feed/", "/feed/atom/", "/?feed=rss2", "/wp-json/wp/v2/posts", "/?rest_route=/wp/v2/posts")
"""Where WordPress tells whole stories without being asked for one."""


@pytest.fixture(scope="module")
def newspaper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """A WordPress with three stories that have no sentence in common."""
    for what in ("wordpress", "wordpress-theme", "mariadbd"):
        needs(what)
    with running_wordpress(tmp_path_factory.mktemp("wordpress"), needs("php")) as running:
        running.install("The Harbour Gazette")
        running.log_in()
        running.set_permalinks("/%year%/%monthnum%/%day%/%postname%/")
        for day, title in enumerate(TITLES, 1):
            running.publish(title, paragraphs(title), date=f"2024-05-0{day}T06:00:00")
        yield running


async def audited(folder: Path, wordpress: WordPress, guard: str) -> Report:
    (folder / "pennypress.toml").write_text(
        f'[paper]\nname = "The Harbour Gazette"\n[meter]\nlimit = 1\n[articles]\npaths = ["/20*/*/*/*/**"]\n'
        f'[guard]\nmode = "{guard}"\n[gateway]\nupstream = "{wordpress.url}"\n',
        encoding="utf-8",
    )
    options = Options(most=160, apart=0)
    return await audit(load(folder / "pennypress.toml"), options, lambda *_: None, Ends(), NOON)


def examples(report: Report, kind: Kind) -> list[str]:
    return [example.address for found in report.found if found.kind is kind for example in found.examples]


@pytest.mark.parametrize(("guard", "kind", "other"), [("off", LEAK, GUARDED), ("withhold", GUARDED, LEAK)])
async def test_each_route_that_tells_is_found(
    newspaper: WordPress, tmp_path: Path, guard: str, kind: Kind, other: Kind
) -> None:
    report = await audited(tmp_path, newspaper, guard)
    found = examples(report, kind)
    assert set(LISTS) <= set(found)
    assert any(re.fullmatch(r"/wp-json/wp/v2/posts/\d+", address) for address in found)
    assert any("search=" in address for address in found)
    assert examples(report, other) == []
    assert report.metered >= len(TITLES)
