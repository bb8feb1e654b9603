"""WordPress's own routes: wherever a post's text leaves besides its page, nothing of it goes past the meter."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest

from tests.conftest import lacks, needs
from tests.http.browser import Page
from tests.http.runs import tells
from tests.wordpress.before import Gateway, Reader, gateway_before
from tests.wordpress.newsroom import EDITOR, PASSWORD, WordPress
from tests.wordpress.stories import STORIES, paragraphs, shown

OPENED, WALLED = STORIES[0], STORIES[2]
SHOWN_TO_ALL = 2
SECRET, HIDDEN = "Letters from the lighthouse", "Notes of the harbour board"
JSON, XML = "application/json", "text/xml"


@dataclass(frozen=True)
class Route:
    """How WordPress is asked, and whether it really tells a post's text there."""

    path: str
    tells: bool = True
    body: str | None = None
    content_type: str = "application/x-www-form-urlencoded"


def call(method: str, *values: str | int) -> str:
    """A call of XML-RPC."""
    said = "".join(
        f"<param><value>{f'<int>{value}</int>' if isinstance(value, int) else value}</value></param>"
        for value in values
    )
    return f'<?xml version="1.0"?><methodCall><methodName>{method}</methodName><params>{said}</params></methodCall>'


def routes(path: str, post: int) -> dict[str, Route]:
    """The routes of a WordPress on which a post's text could leave besides its own page, by what they are."""
    slug, own = path.strip("/").rpartition("/")[2], quote(f"http://paper.test{path}", safe="")
    api, ajax = "/wp-json/wp/v2", "/wp-admin/admin-ajax.php"
    feeds = {
        name: Route(address)
        for name, address in {
            "the feed": "/feed/",
            "the feed, behind a query": "/feed/?x=1",
            "atom": "/feed/atom/",
            "rdf": "/feed/rdf/",
            "a category's feed": "/category/harbour/feed/",
            "a tag's feed": "/tag/fish/feed/",
            "an author's feed": "/author/edith/feed/",
            "a month's feed": "/2024/05/feed/",
            "a search's feed": "/?s=herring&feed=rss2",
            "a search's feed by its path": "/search/herring/feed/rss2/",
            "the feed of comments": "/comments/feed/",
        }.items()
    }
    rest = {
        name: Route(address)
        for name, address in {
            "posts": f"{api}/posts",
            "posts by the query": "/?rest_route=/wp/v2/posts",
            "posts in an envelope": f"{api}/posts?_envelope",
            "one field of posts": f"{api}/posts?_fields=content",
            "posts by their slug": f"{api}/posts?slug={slug}",
            "posts that are searched": f"{api}/posts?search=herring&_fields=content",
            "a post": f"{api}/posts/{post}",
            "a post with what belongs to it": f"{api}/posts/{post}?_embed",
            "a post by index.php": f"/index.php?rest_route=/wp/v2/posts/{post}",
            "a post with a callback": f"{api}/posts/{post}?_jsonp=cb",
            "comments": f"{api}/comments",
            "media": f"{api}/media",
            "a picture's page": f"{path}fair/",
        }.items()
    }
    closed = {
        name: Route(address, tells=False)
        for name, address in {
            "a search": f"{api}/search?search=herring",
            "a search with what it found": f"{api}/search?search=herring&_embed",
            "revisions": f"{api}/posts/{post}/revisions",
            "autosaves": f"{api}/posts/{post}/autosaves",
            "a post to edit": f"{api}/posts/{post}?context=edit",
            "a block": f"{api}/block-renderer/core/latest-posts?context=edit&attributes[displayPostContent]=true",
            "oembed": f"/wp-json/oembed/1.0/embed?url={own}",
            "oembed in xml": f"/wp-json/oembed/1.0/embed?format=xml&url={own}",
            "an embed": f"{path}embed/",
            "a post's own feed": f"{path}feed/",
            "a post's own feed in atom": f"{path}feed/atom/",
            "a day's feed": "/2024/05/03/feed/",
            "the front page": "/",
            "a search page": f"/?s={quote('herring fair')}",
            "a month": "/2024/05/",
            "a day": "/2024/05/03/",
            "an author": "/author/edith/",
            "a category": "/category/harbour/",
            "a tag": "/tag/fish/",
            "a post by its number": f"/?p={post}",
            "a post by its name": f"/?name={slug}",
            "a preview": f"/?p={post}&preview=true",
            "a preview at its address": f"{path}?preview=true",
            "a form for a reply": f"{path}?replytocom=1",
            "a trackback": f"{path}trackback/",
            "the sitemap": "/wp-sitemap-posts-post-1.xml",
            "a print view": f"{path}?print=1",
            "an AMP twin": f"{path}?amp=1",
            "a hidden post": "/2024/04/02/notes-of-the-harbour-board/",
        }.items()
    }
    plugins = {
        "more posts": Route(f"{ajax}?action=more_markup"),
        "more posts in json": Route(f"{ajax}?action=more_json"),
        "more posts in json that says html": Route(f"{ajax}?action=more_text"),
        "more posts by a form": Route(ajax, body=urlencode({"action": "more_markup"})),
        "more posts in json by a form": Route(ajax, body=urlencode({"action": "more_json"})),
        "a letter": Route("/?tests=letter"),
        "a table": Route("/?tests=table"),
    }
    changes = {
        "posts by xml-rpc": Route("/xmlrpc.php", body=call("wp.getPosts", 1, EDITOR, PASSWORD), content_type=XML),
        "a post by xml-rpc": Route(
            "/xmlrpc.php", body=call("metaWeblog.getPost", post, EDITOR, PASSWORD), content_type=XML
        ),
        "posts by a wrong password": Route(
            "/xmlrpc.php", tells=False, body=call("wp.getPosts", 1, EDITOR, "no"), content_type=XML
        ),
        "posts by another method": Route(f"{api}/posts?_method=GET", body="{}", content_type=JSON),
        "the feed by a form": Route("/feed/", body="a=1"),
        "the post's page by a form": Route(path, tells=False, body="a=1"),
        "a heartbeat": Route(ajax, tells=False, body=urlencode({"action": "heartbeat", "screen_id": "front"})),
    }
    return feeds | rest | closed | plugins | changes


@pytest.fixture(scope="module")
def newspaper(wordpress: WordPress) -> WordPress:
    """The WordPress with what its routes lead to: a category, a tag, a comment and a picture that quote a post, and
    posts that not everybody may see."""
    loaded = subprocess.run([needs("php"), "-m"], capture_output=True, text=True, check=True).stdout
    if "SimpleXML" not in loaded or "xmlreader" not in loaded:
        lacks("PHP's XML extension (php-xml) is not installed on this machine")
    post, quoted = wordpress.number_of(WALLED), paragraphs(WALLED)[7]
    category = wordpress.make("categories", {"name": "Harbour"})["id"]
    tag = wordpress.make("tags", {"name": "Fish"})["id"]
    wordpress.make(f"posts/{post}", {"categories": [category], "tags": [tag], "comment_status": "open"})
    wordpress.make("comments", {"post": post, "content": f"I read: {quoted} I like that."})
    wordpress.upload("fair.png", {"description": quoted, "post": post})
    for title, more in ((SECRET, {"password": "sesame"}), (HIDDEN, {"status": "private"})):
        day = 1 if title == SECRET else 2
        wordpress.publish(title, paragraphs(title), **{"date": f"2024-04-0{day}T06:00:00", **more})
    return wordpress


@pytest.fixture(scope="module", params=["withhold", "off"])
def guard(request: pytest.FixtureRequest) -> str:
    """The guard's mode: what it is for is shown by what happens without it."""
    mode: str = request.param
    return mode


@pytest.fixture(scope="module")
def gateway(newspaper: WordPress, guard: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that has met every post: a walled reader of each."""
    with gateway_before(newspaper, tmp_path_factory.mktemp("gateway"), f'mode = "{guard}"') as running:
        meet(Reader(running), newspaper)
        yield running


def meet(reader: Reader, wordpress: WordPress) -> Reader:
    """The reader once they opened one post and were walled at the others."""
    for title in STORIES:
        reader.get(wordpress.posts[title])
    return reader


@pytest.fixture
def reader(gateway: Gateway, newspaper: WordPress) -> Reader:
    """A reader whose meter is used up: they opened ``OPENED``."""
    reader = Reader(gateway)
    opened = reader.get(newspaper.posts[OPENED])
    while opened.header("pennypress-reason") == "meter-unknown":  # a busy machine
        opened = reader.get(newspaper.posts[OPENED])
    assert opened.header("pennypress-access") == "full"
    return reader


def told(page: Page, title: str) -> bool:
    """Whether an answer tells a run of what the wall withholds of a story, and no other story or preview says."""
    parts = paragraphs(title)
    open_to_all = [part for other in STORIES if other != title for part in paragraphs(other)]
    return tells(page, " ".join(parts[SHOWN_TO_ALL:]), " ".join((*parts[:SHOWN_TO_ALL], *open_to_all))) is not None


def test_no_route_tells_what_the_wall_withholds(reader: Reader, newspaper: WordPress, guard: str) -> None:
    asked = routes(newspaper.posts[WALLED], newspaper.number_of(WALLED))
    if guard == "off":
        asked = {name: route for name, route in asked.items() if route.tells}

    def tells_there(route: Route) -> bool:
        own = Reader(reader.gateway, dict(reader.cookies))
        page = own.get(route.path) if route.body is None else own.post(route.path, route.body, route.content_type)
        return any(told(page, title) for title in (*STORIES[1:], HIDDEN))

    with ThreadPoolExecutor(3) as asking:
        leaking = {name for name, tells in zip(asked, asking.map(tells_there, asked.values()), strict=True) if tells}
    assert leaking == (set() if guard == "withhold" else set(asked))


def test_feeds_stay_valid_with_titles_links_and_openings(reader: Reader, newspaper: WordPress, guard: str) -> None:
    if guard == "off":
        pytest.skip("with the guard off nothing is cut")
    for address in ("/feed/", "/feed/rdf/", "/feed/atom/"):
        feed = reader.get(address)
        root = ElementTree.fromstring(feed.body)
        items = [*root.findall(".//{*}item"), *root.findall(".//{*}entry")]
        texts = {item.findtext("{*}title"): "".join(item.itertext()) for item in items}
        assert set(STORIES) <= set(texts), address
        assert shown(texts[WALLED], WALLED) == [1, 2], address
        assert "Read the whole article" in texts[WALLED], address
        assert len(shown(texts[OPENED], OPENED)) == len(paragraphs(OPENED)), "what was opened is whole here too"
        again = reader.get(address, If_None_Match=feed.header("etag") or "")
        assert (again.status, again.body) == (304, b""), address


def test_rest_answers_stay_valid_with_titles_links_and_openings(
    reader: Reader, newspaper: WordPress, guard: str
) -> None:
    if guard == "off":
        pytest.skip("with the guard off nothing is cut")
    posts = {post["title"]["rendered"]: post for post in json.loads(reader.get("/wp-json/wp/v2/posts").body)}
    assert posts[WALLED]["link"] == f"http://paper.test{newspaper.posts[WALLED]}"
    assert shown(posts[WALLED]["content"]["rendered"], WALLED) == [1, 2]
    assert "Read the whole article" in posts[WALLED]["content"]["rendered"]
    more = json.loads(reader.get("/wp-admin/admin-ajax.php?action=more_text").body)
    assert "Read the whole article" in more["posts"]


@pytest.mark.parametrize("twin", ["?amp=1", "?print=1", "?preview=true", "?utm_source=letter", "?replytocom=1"])
def test_a_twin_of_a_post_is_the_post(gateway: Gateway, newspaper: WordPress, guard: str, twin: str) -> None:
    if guard == "off" and twin == "?print=1":
        pytest.skip("what names no canonical address is recognised by the guard")
    reader = Reader(gateway)
    assert reader.get(newspaper.posts[WALLED] + twin).header("pennypress-reason") == "granted"
    assert reader.get(newspaper.posts[WALLED]).header("pennypress-reason") == "repeated"


def test_a_comment_is_taken_and_its_writer_led_back_to_the_post(
    reader: Reader, newspaper: WordPress, guard: str
) -> None:
    if guard == "off":
        pytest.skip("a comment is taken alike with the guard off")
    fields = {"comment": "I was there, and it rained.", "author": "Ann", "email": "ann@paper.test"}
    fields |= {"comment_post_ID": str(newspaper.number_of(WALLED)), "comment_parent": "0"}
    posted = reader.post("/wp-comments-post.php", urlencode(fields))
    assert posted.status == 302
    place = (posted.header("location") or "").removeprefix("http://paper.test")
    assert place.startswith(newspaper.posts[WALLED])
    back = reader.get(place.partition("#")[0])
    assert back.header("pennypress-access") == "preview"
    assert "I was there, and it rained." in back.text
    assert not told(back, WALLED)


def test_a_post_behind_a_password_is_metered_once_it_is_given(gateway: Gateway, newspaper: WordPress) -> None:
    path = newspaper.posts[SECRET]
    poor, rich = Reader(gateway), Reader(gateway)
    poor.get(newspaper.posts[OPENED])
    for reader in (poor, rich):
        form = reader.get(path)
        assert form.header("pennypress-reason") == "brief", "a form to fill in costs nothing"
        assert shown(form.text, SECRET) == []
        given = reader.post(
            "/wp-login.php?action=postpass", urlencode({"post_password": "sesame"}), Referer="http://paper.test" + path
        )
        assert given.status == 302
    opened = rich.get(path)
    assert (opened.header("pennypress-reason"), len(shown(opened.text, SECRET))) == ("granted", len(paragraphs(SECRET)))
    walled = poor.get(path)
    assert (walled.header("pennypress-access"), shown(walled.text, SECRET)) == ("preview", [1, 2])


def test_a_gateway_that_nobody_came_through_yet_holds_back_and_learns_from_the_sitemap(
    newspaper: WordPress, tmp_path: Path
) -> None:
    with gateway_before(newspaper, tmp_path / "cold", 'learn = ["/wp-sitemap.xml"]') as cold:
        reader = Reader(cold)
        first = reader.get("/feed/")
        assert (first.status, told(first, WALLED)) == (200, False)
        assert f"http://paper.test{newspaper.posts[WALLED]}" in first.text
        until = time.monotonic() + 60
        while told(reader.get("/wp-json/wp/v2/posts?_fields=content"), WALLED):
            assert time.monotonic() < until, "the sitemap is read in the background"
        assert not told(reader.get("/feed/"), WALLED)
        assert reader.get(newspaper.posts[WALLED]).header("pennypress-reason") == "granted", "nothing was spent on it"
