"""The gateway before Debian's WordPress, set up as ``docs/install-wordpress.md`` says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.cli.program import Answer, free_port, get, pennypress, serving
from tests.wordpress.newsroom import EDITOR, WordPress
from tests.wordpress.stories import BRIEF, PARTS, STORIES, shown

WHOLE = list(range(1, PARTS + 1))


@dataclass
class Reader:
    """A reader's browser: it comes through the front as one of many, and keeps its pass."""

    port: int
    headers: dict[str, str] = field(default_factory=lambda: {"Host": "paper.test", "Accept-Language": "en"})

    def get(self, path: str, **headers: str) -> Answer:
        answer = get(self.port, path, {**self.headers, **headers})
        cookie = answer.headers.get("set-cookie", "")
        if cookie.startswith("pennypress="):
            self.headers["Cookie"] = cookie.partition(";")[0]
        return answer


@pytest.fixture(scope="module")
def port(wordpress: WordPress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A gateway with a limit of 2 in front of the WordPress."""
    folder, listening = tmp_path_factory.mktemp("gateway"), free_port()
    (folder / "pennypress.toml").write_text(
        f'[paper]\nname = "The Harbour Gazette"\nurl = "http://paper.test"\n[meter]\nlimit = 2\n'
        f'[articles]\npaths = ["/20*/*/*/*/**"]\n'
        f'[gateway]\nlisten = "127.0.0.1:{listening}"\nupstream = "{wordpress.url}"\n',
        encoding="utf-8",
    )
    assert pennypress(folder, "check").code == 0
    with serving(folder, listening, "gateway", "--config", "pennypress.toml"):
        yield listening


def test_two_posts_open_and_the_third_is_cut(port: int, wordpress: WordPress) -> None:
    reader = Reader(port)
    first, second, third, _ = STORIES
    page = reader.get(wordpress.posts[first])
    assert "You can read 1 more article this month" in page.body
    assert shown(page.body, first) == WHOLE
    assert "This is the last article you can read this month" in reader.get(wordpress.posts[second]).body
    walled = reader.get(wordpress.posts[third])
    assert (walled.status, walled.headers["pennypress-access"]) == (200, "preview")
    assert shown(walled.body, third) == [1, 2]
    assert "Sorry, your limit is up for this month" in walled.body
    assert walled.headers["cache-control"] == "private, no-store"
    assert "Leave a Reply" in walled.body, "what stands beside the article stays"
    assert shown(reader.get(wordpress.posts[first]).body, first) == WHOLE, "what was opened stays open"


def test_a_page_sent_whole_is_the_origins_but_for_one_insertion(port: int, wordpress: WordPress) -> None:
    path = wordpress.posts[STORIES[0]]
    metered = Reader(port).get(path).body
    begins, ends = metered.index('<aside class="pennypress-notice"'), metered.index("</aside>") + len("</aside>")
    # The page of WordPress names its visitors' host; asked for under the reader's it is the same.
    assert metered[:begins] + metered[ends:] == get(wordpress.port, path, {"Host": "paper.test"}).body


def test_a_brief_is_free_and_no_list_is_counted(port: int, wordpress: WordPress) -> None:
    reader = Reader(port)
    assert reader.get(wordpress.posts[BRIEF]).headers["pennypress-reason"] == "brief"
    year, month, day, _ = wordpress.posts[STORIES[0]].strip("/").split("/")
    lists = ("/", f"/{year}/", f"/{year}/{month}/", f"/{year}/{month}/{day}/", f"/author/{EDITOR}/", "/?s=harbour")
    for path in (*lists, "/category/uncategorized/", "/sample-page/"):
        page = reader.get(path)
        assert page.status == 200
        assert "pennypress-access" not in page.headers, path
        assert page.body == get(wordpress.port, path, {"Host": "paper.test"}).body, path


def test_other_addresses_of_a_post_lead_to_it_and_cost_nothing(port: int, wordpress: WordPress) -> None:
    reader = Reader(port)
    path = wordpress.posts[STORIES[0]]
    assert reader.get(path.rstrip("/")).headers["location"] == f"http://paper.test{path}"
    assert reader.get(path + "?utm_source=letter").headers["pennypress-remaining"] == "1"
    assert reader.get(path).headers["pennypress-reason"] == "repeated"


def test_a_posts_own_feed_goes_out_under_its_grant(port: int, wordpress: WordPress) -> None:
    path = wordpress.posts[STORIES[1]]
    reader = Reader(port)
    assert reader.get(path + "feed/").status == 403
    reader.get(path)
    assert reader.get(path + "feed/").status == 200


def test_an_editor_logs_in_through_the_gateway(port: int) -> None:
    reader = Reader(port)
    assert "Log In" in reader.get("/wp-login.php").body
    away = reader.get("/wp-admin/")
    assert away.status == 302
    assert away.headers["location"].startswith("http://paper.test/wp-login.php")
