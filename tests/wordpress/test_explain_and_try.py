"""``explain`` and ``try`` before Debian's WordPress: an origin that nobody here wrote."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from pennypress.config import read
from pennypress.core.policy import Mode
from tests.cli.program import free_port, get, pennypress, serving
from tests.wordpress.newsroom import WordPress
from tests.wordpress.stories import BRIEF, PARTS, STORIES, shown


def test_explain_finds_the_body_of_a_story(tmp_path: Path, wordpress: WordPress) -> None:
    (tmp_path / "pennypress.toml").write_text(
        f'[articles]\npaths = ["/20*/**"]\n[gateway]\nupstream = "{wordpress.url}"\n', encoding="utf-8"
    )
    title = STORIES[0]
    ended = pennypress(tmp_path, "explain", f"{wordpress.url}{wordpress.posts[title]}")
    assert (ended.code, ended.err) == (0, "")
    assert re.search(rf"^Title +{title}$", ended.out, re.MULTILINE)
    assert f"in {PARTS} blocks" in ended.out
    assert "are withheld" in ended.out
    assert f"as {title.lower()} is on most days here." in ended.out, "the preview ends with a whole sentence"
    assert "gets the whole article: granted" in ended.out
    assert "gets the preview: used-up" in ended.out


def test_try_shows_the_site_through_the_meter(tmp_path: Path, wordpress: WordPress) -> None:
    port, cookie = free_port(), {"Accept-Language": "en"}
    with serving(tmp_path, port, "try", wordpress.url, "--limit", "2", "--port", str(port)) as process:
        front = get(port, "/", cookie)
        assert "pennypress-access" not in front.headers
        assert wordpress.url not in front.body, "every link of the site leads here"
        assert f"http://127.0.0.1:{port}/20" in front.body
        for place, title in enumerate(STORIES):
            page = get(port, wordpress.posts[title], cookie)
            cookie |= {"Cookie": page.headers["set-cookie"].partition(";")[0]} if "set-cookie" in page.headers else {}
            if place < 2:
                assert shown(page.body, title) == list(range(1, PARTS + 1))
            else:
                assert page.headers["pennypress-access"] == "preview"
                assert shown(page.body, title) == [1, 2]
                assert "Sorry, your limit is up for this month" in page.body
        assert "pennypress-access" not in get(port, "/sample-page/", cookie).headers
        moved = get(port, wordpress.posts[BRIEF].rstrip("/"), cookie)
        assert (moved.status, moved.headers["location"]) == (301, f"http://127.0.0.1:{port}{wordpress.posts[BRIEF]}")
        assert get(port, "/wp-admin/", cookie).status == 403, "its robots.txt asks to leave this alone"
        assert get(port, "/wp-comments-post.php", cookie, method="POST").status == 405
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=10)
    assert printed.count("    article ") == len(STORIES)
    proposed = read("[paper]" + printed.partition("[paper]")[2], tmp_path / "pennypress.toml")
    assert [pattern.text for pattern in proposed.articles.paths] == ["/20*/*/*/*/**"]
    assert proposed.meter.mode is Mode.OBSERVE
