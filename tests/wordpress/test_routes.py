"""The leak guard before Debian's WordPress: its own second copies of a post, and the editor who writes them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request
from xml.etree import ElementTree

import pytest

from tests.cli.program import Answer, free_port, get, pennypress, serving
from tests.wordpress.newsroom import WordPress
from tests.wordpress.stories import STORIES, paragraphs, shown

WALLED, OTHER = STORIES[2], STORIES[0]
HEADERS = {"Host": "paper.test", "Accept-Language": "en"}


def configure(folder: Path, wordpress: WordPress, guard: str) -> int:
    listening = free_port()
    (folder / "pennypress.toml").write_text(
        f'[paper]\nname = "The Harbour Gazette"\nurl = "http://paper.test"\n[meter]\nlimit = 1\n'
        f'[articles]\npaths = ["/20*/*/*/*/**"]\n[guard]\nmode = "{guard}"\n[office]\nenabled = true\n'
        f'[gateway]\nlisten = "127.0.0.1:{listening}"\nupstream = "{wordpress.url}"\n',
        encoding="utf-8",
    )
    return listening


@pytest.fixture(scope="module", params=["withhold", "off"])
def guard(request: pytest.FixtureRequest) -> str:
    """The guard's mode: what it is for is shown by what happens without it."""
    mode: str = request.param
    return mode


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateway")


@pytest.fixture(scope="module")
def port(wordpress: WordPress, folder: Path, guard: str) -> Iterator[int]:
    """A gateway that has met every post: a walled reader of each."""
    listening = configure(folder, wordpress, guard)
    with serving(folder, listening, "gateway", "--config", "pennypress.toml"):
        cookie = None
        for title in (*STORIES, *STORIES):
            headers = HEADERS | ({"Cookie": cookie} if cookie else {})
            answer = get(listening, wordpress.posts[title], headers)
            cookie = answer.headers.get("set-cookie", "").partition(";")[0] or cookie
        yield listening


def number(wordpress: WordPress, title: str) -> int:
    posts = json.loads(
        wordpress.get(f"/wp-json/wp/v2/posts?slug={wordpress.posts[title].strip('/').rpartition('/')[2]}")
    )
    found: int = posts[0]["id"]
    return found


def routes(wordpress: WordPress) -> dict[str, str]:
    """The routes of a WordPress on which a post's text leaves besides its own page."""
    path = wordpress.posts[WALLED]
    post = number(wordpress, WALLED)
    return {
        "feed": "/feed/",
        "feed by its query": "/?feed=rss2",
        "atom": "/feed/atom/",
        "old feed": "/?feed=rss",
        "rdf": "/?feed=rdf",
        "category's feed": "/category/uncategorized/feed/",
        "author's feed": "/author/edith/feed/",
        "rest list": "/wp-json/wp/v2/posts",
        "rest list by its query": "/?rest_route=/wp/v2/posts",
        "rest post": f"/wp-json/wp/v2/posts/{post}",
        "rest with embeds": f"/wp-json/wp/v2/posts/{post}?_embed",
        "rest in an envelope": "/wp-json/wp/v2/posts?_envelope&per_page=3",
        "oembed": f"/wp-json/oembed/1.0/embed?url={quote('http://paper.test' + path, safe='')}",
        "oembed as xml": f"/wp-json/oembed/1.0/embed?format=xml&url={quote('http://paper.test' + path, safe='')}",
        "embed": path + "embed/",
        "search": f"/?s={quote('herring fair')}",
        "rest search": "/wp-json/wp/v2/search?search=herring",
        "home": "/",
        "by number": f"/?p={post}",
        "print": path + "?print=1",
        "trackback": path + "trackback/",
        "post's own feed": path + "feed/",
    }


def behind_the_preview(answer: Answer, title: str) -> list[int]:
    return [part for part in shown(answer.body, title) if part > 3]


def test_no_route_tells_what_the_wall_withholds(port: int, wordpress: WordPress, guard: str) -> None:
    opened = get(port, wordpress.posts[OTHER], HEADERS).headers["set-cookie"].partition(";")[0]
    leaking = []
    for name, path in routes(wordpress).items():
        answer = get(port, path, HEADERS | {"Cookie": opened})
        if any(behind_the_preview(answer, title) for title in STORIES if title != OTHER):
            leaking.append(name)
    if guard == "off":
        assert {"feed", "rest list", "rest post"} <= set(leaking), "without the guard these tell all"
    else:
        assert leaking == []


def test_feeds_and_rest_answers_stay_valid_and_keep_titles_links_and_previews(
    port: int, wordpress: WordPress, guard: str
) -> None:
    if guard == "off":
        pytest.skip("with the guard off nothing is cut")
    feed = get(port, "/feed/", HEADERS)
    items = ElementTree.fromstring(feed.body.encode()).findall(".//item")
    titles = {item.findtext("title"): item.findtext("{*}encoded") or "" for item in items}
    assert set(STORIES) <= set(titles)
    assert shown(titles[WALLED], WALLED)[:1] == [1]
    assert "Read the whole article" in titles[WALLED]
    posts = json.loads(get(port, "/wp-json/wp/v2/posts", HEADERS).body)
    (post,) = [post for post in posts if post["title"]["rendered"] == WALLED]
    assert "Read the whole article" in post["content"]["rendered"]
    assert post["link"].endswith(wordpress.posts[WALLED])
    again = get(port, "/feed/", HEADERS | {"If-None-Match": feed.headers["etag"]})
    assert (again.status, again.body) == (304, "")


class Newsroom(WordPress):
    """The editor's browser before the gateway: what it gets, refusals included."""

    def ask(self, path: str, fields: dict[str, Any] | None = None, nonce: str = "") -> tuple[int, str]:
        headers = {"Content-Type": "application/json", "X-WP-Nonce": nonce}
        body = None if fields is None else json.dumps(fields).encode()
        try:
            with self.browser.open(Request(self.url + path, body, headers), timeout=30) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def nonce(self) -> str:
        return self.ask("/wp-admin/admin-ajax.php?action=rest-nonce")[1]

    def take_pass(self, folder: Path) -> None:
        """Open a staff pass's link and press its button."""
        added = pennypress(folder, "staff", "add", "Newsroom")
        assert added.code == 0, added.out + added.err
        link = "".join(added.out.split())
        address, host = self.url + link.removeprefix("http://paper.test"), {"Host": "paper.test"}
        with self.browser.open(Request(address, headers=host), timeout=30) as answer:
            fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.read().decode()))
        form = urlencode(fields).encode()
        asked = Request(address, form, {**host, "Origin": "http://paper.test", "Referer": link})
        with self.browser.open(asked, timeout=30) as answer:
            assert answer.status == 200


def stored(wordpress: WordPress, post: int) -> str:
    nonce = wordpress.get("/wp-admin/admin-ajax.php?action=rest-nonce")
    asked = Request(f"{wordpress.url}/wp-json/wp/v2/posts/{post}?context=edit", headers={"X-WP-Nonce": nonce})
    with wordpress.browser.open(asked, timeout=30) as answer:
        text: str = json.load(answer)["content"]["raw"]
        return text


@pytest.fixture
def post(wordpress: WordPress, port: int) -> int:
    """A post of its own, which a reader before the gateway has met."""
    title = f"The lamp of pier {time.monotonic_ns()}"
    path = wordpress.publish(title, paragraphs(title), date="2024-05-06T06:00:00")
    walled = get(port, wordpress.posts.pop(title), HEADERS | {"User-Agent": "Slackbot-LinkExpanding 1.0"})
    assert walled.headers["pennypress-access"] == "preview"
    posts = json.loads(wordpress.get(f"/wp-json/wp/v2/posts?slug={path.strip('/').rpartition('/')[2]}"))
    found: int = posts[0]["id"]
    return found


def editor_calls(newsroom: Newsroom, post: int, text: str) -> list[int]:
    """Open, change and save a post by the block editor's own calls; the statuses."""
    nonce = newsroom.nonce()
    opened, _ = newsroom.ask(f"/wp-admin/post.php?post={post}&action=edit")
    read, _ = newsroom.ask(f"/wp-json/wp/v2/posts/{post}?context=edit&_locale=user", nonce=nonce)
    saved_by_itself, _ = newsroom.ask(f"/wp-json/wp/v2/posts/{post}/autosaves?_locale=user", {"content": text}, nonce)
    saved, _ = newsroom.ask(f"/wp-json/wp/v2/posts/{post}?_locale=user", {"content": text}, nonce)
    return [opened, read, saved_by_itself, saved]


def test_an_editor_with_the_staff_pass_opens_changes_and_saves_a_walled_post(
    port: int, wordpress: WordPress, folder: Path, post: int
) -> None:
    newsroom = Newsroom(port, wordpress.site)
    newsroom.take_pass(folder)
    newsroom.log_in()
    text = stored(wordpress, post) + "\n<!-- wp:paragraph -->\n<p>And one line more.</p>\n<!-- /wp:paragraph -->"
    assert editor_calls(newsroom, post, text) == [200, 200, 200, 200]
    assert stored(wordpress, post) == text


def test_the_same_without_the_pass_is_refused_and_the_stored_text_is_untouched(
    port: int, wordpress: WordPress, guard: str, post: int
) -> None:
    if guard == "off":
        pytest.skip("with the guard off nothing is refused")
    newsroom = Newsroom(port, wordpress.site)
    newsroom.log_in()
    text = stored(wordpress, post)
    assert editor_calls(newsroom, post, text + "<p>And one line more.</p>") == [403, 403, 403, 403]
    assert stored(wordpress, post) == text
    assert newsroom.ask("/wp-admin/edit.php")[0] == 200, "what holds no withheld text passes untouched"
    refused = newsroom.ask(f"/wp-json/wp/v2/posts/{post}?context=edit", nonce=newsroom.nonce())[1]
    assert json.loads(refused)["code"] == "pennypress_withheld"
