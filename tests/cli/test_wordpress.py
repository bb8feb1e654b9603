"""``explain`` and ``try`` before Debian's WordPress: an origin that nobody here wrote."""

from __future__ import annotations

import signal
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import free_port, get, pennypress, serving
from tests.cli.wordpress import PARTS, WordPress, paragraph, running_wordpress
from tests.conftest import needs


@pytest.fixture(scope="module")
def wordpress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """One WordPress for all tests."""
    for program in ("wordpress", "wordpress-theme", "php", "mariadbd"):
        needs(program)
    with running_wordpress(tmp_path_factory.mktemp("wordpress")) as running:
        yield running


def test_explain_finds_the_body_of_a_story(tmp_path: Path, wordpress: WordPress) -> None:
    (tmp_path / "pennypress.toml").write_text(
        f'[articles]\npaths = ["/20*/**"]\n[gateway]\nupstream = "{wordpress.url}"\n', encoding="utf-8"
    )
    title, path = next(iter(wordpress.stories.items()))
    ended = pennypress(tmp_path, "explain", f"{wordpress.url}{path}")
    assert (ended.code, ended.err) == (0, "")
    assert f"Title         {title}" in ended.out
    assert f"in {PARTS} blocks" in ended.out
    assert "are withheld" in ended.out
    assert f"it is on most days of {title.lower()} here." in ended.out, "the preview ends with a whole sentence"
    assert "gets the whole article: granted" in ended.out
    assert "gets the preview: used-up" in ended.out


def test_try_shows_the_site_through_the_meter(tmp_path: Path, wordpress: WordPress) -> None:
    port, cookie = free_port(), {"Accept-Language": "en"}
    with serving(tmp_path, port, "try", wordpress.url, "--limit", "2", "--port", str(port)) as process:
        front = get(port, "/", cookie)
        assert "pennypress-access" not in front.headers
        assert wordpress.url not in front.body, "every link of the site leads here"
        assert f"http://127.0.0.1:{port}/20" in front.body
        for place, (title, path) in enumerate(wordpress.stories.items()):
            page = get(port, path, cookie)
            cookie |= {"Cookie": page.headers["set-cookie"].partition(";")[0]} if "set-cookie" in page.headers else {}
            shown = [n for n in range(1, PARTS + 1) if paragraph(title, n).partition(" the harbour")[0] in page.body]
            if place < 2:
                assert shown == list(range(1, PARTS + 1))
            else:
                assert page.headers["pennypress-access"] == "preview"
                assert shown == [1, 2]
                assert "Sorry, your limit is up for this month" in page.body
        assert "pennypress-access" not in get(port, "/sample-page/", cookie).headers
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=10)
    assert printed.count("    article ") == len(wordpress.stories)
    proposed = tomllib.loads("[paper]" + printed.partition("[paper]")[2])
    assert proposed["articles"]["paths"] == ["/20*/*/*/*/**"]
