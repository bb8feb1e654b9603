"""What ``docs/install-wordpress.md`` tells its reader to do, done to a real WordPress."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pennypress.config import read
from pennypress.core.target import PathPattern
from tests.cli.program import get
from tests.conftest import ROOT
from tests.wordpress.newsroom import WordPress
from tests.wordpress.stories import BRIEF, PARTS, STORIES, opening, shown

GUIDES = [ROOT / "docs" / "install-wordpress.md", ROOT / "docs" / "install-drupal.md"]


def blocks(page: Path, language: str) -> list[str]:
    """The blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def closed(wordpress: WordPress) -> Iterator[WordPress]:
    """The WordPress with our plugin in it."""
    plugin = Path(shutil.copy(ROOT / "deploy" / "pennypress-wordpress.php", wordpress.site / "wp-content/mu-plugins"))
    yield wordpress
    plugin.unlink()


def test_feeds_and_rest_hold_excerpts_once_the_doors_are_closed(closed: WordPress) -> None:
    for path in ("/feed/", "/feed/atom/", "/wp-json/wp/v2/posts", "/?rest_route=/wp/v2/posts"):
        answer = get(closed.port, path, {"Host": "paper.test"})
        assert answer.status == 200
        for title in STORIES:
            assert opening(title, 1).partition(" boats")[0] in answer.body, "the excerpt is there"
            assert f"In part {PARTS} of {title}" not in answer.body, path


def test_the_editor_still_gets_the_text_through_the_rest_api(closed: WordPress) -> None:
    nonce = closed.get("/wp-admin/admin-ajax.php?action=rest-nonce")
    told = closed.get(f"/wp-json/wp/v2/posts?_wpnonce={nonce}")
    assert all(f"In part {PARTS} of {title}" in told for title in STORIES)


def test_a_tag_says_who_may_open_a_post(closed: WordPress) -> None:
    tag = closed.make_tag("premium")
    path = closed.publish("A leaked letter", ["It was short."], date="2024-05-10T06:00:00", tags=[tag])
    said = '<meta name="pennypress" content="premium">'
    assert said in get(closed.port, path, {"Host": "paper.test"}).body
    assert said not in get(closed.port, closed.posts[BRIEF], {"Host": "paper.test"}).body
    assert shown(get(closed.port, closed.posts[STORIES[0]], {"Host": "paper.test"}).body, STORIES[0])


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_the_configurations_in_the_guides_are_right(guide: Path, tmp_path: Path) -> None:
    documents = blocks(guide, "toml")
    assert documents
    for document in documents:
        read(document, tmp_path / "pennypress.toml")


def test_the_servers_in_the_guide_are_right_to_nginx(nginx: str, tmp_path: Path) -> None:
    servers = "".join(blocks(GUIDES[0], "nginx")).replace("listen 80;", "listen 127.0.0.1:8081;")
    servers = servers.replace("include fastcgi_params;", "")
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log;\nevents {{}}\nhttp {{ access_log off;\n{servers}}}\n"
    )
    told = subprocess.run(
        [nginx, "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize(
    ("pattern", "articles", "others"),
    [
        ("/20*/*/*/*/**", ["/2026/11/23/a", "/2026/11/23/a/page/2"], ["/2026", "/2026/11", "/2026/11/23", "/about"]),
        ("/20*/*/*/**", ["/2026/11/a"], ["/2026", "/2026/11", "/category/news"]),
        ("/archives/*", ["/archives/123"], ["/archives", "/archives/category/news"]),
        ("/*", ["/a-story"], ["/", "/category/news", "/2026/11"]),
    ],
)
def test_the_patterns_in_the_guide_hold_articles_and_not_their_archives(
    pattern: str, articles: list[str], others: list[str]
) -> None:
    assert f'`["{pattern}"]`' in GUIDES[0].read_text(encoding="utf-8")
    held = PathPattern(pattern)
    assert all(held.matches(path) for path in articles)
    assert not [path for path in others if held.matches(path) and path != held.root]
