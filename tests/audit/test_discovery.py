"""Where answers lead, in which order they are asked for, and what is guessed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.audit.discovery import discover
from pennypress.audit.frontier import Frontier
from pennypress.audit.probes import twins_of, words_to_search
from pennypress.audit.site import Site
from pennypress.http.answer import Answer

SITE = Site("paper.test", "https", frozenset(("paper.test", "10.0.0.1:8080")), "http://10.0.0.1:8080")
PAGE = """<html><head>
<link rel="canonical" href="/news/a"><link rel="amphtml" href="/amp/a"><link rel="shortlink" href="/?p=1">
<link rel="alternate" type="text/xml+oembed" href="/oembed?url=x">
<link rel="https://api.w.org/" href="/wp-json/">
<link rel="alternate stylesheet" href="/x.css"><link rel="preload" as="fetch" href="/state.json"></head><body>
<a href="/b?x=1&amp;y=2#part">B</a><iframe src="/embed/a"></iframe><script src="/app.js"></script>
<video><track src="/a.vtt"></video><form action="/find"><input type=hidden name=in value=all><input name=q></form>
<form method=post action="/comment"><input name=q></form>
<script type="application/json" data-drupal-selector="drupal-settings-json">
{"views": {"ajax_path": "/views/ajax", "ajaxViews": {"1": {"view_name": "news"}}}}</script></body></html>"""


def links(kind: str | None, text: str, headers: tuple[tuple[bytes, bytes], ...] = (), at: str = "/") -> set[str]:
    return set(discover(Answer(200, headers, b""), kind, text, at).links)


def test_a_page_leads_to_its_links_copies_frames_scripts_captions_and_searches() -> None:
    said = discover(Answer(200, (), b""), "html", PAGE, "/news/a")
    assert set(said.links) == {
        *("/news/a", "/amp/a", "/?p=1", "/oembed?url=x", "/wp-json/", "/state.json", "/b?x=1&y=2#part", "/embed/a"),
        *("/app.js", "/a.vtt", "/views/ajax?view_name=news"),
    }
    assert said.canonical == "/news/a"
    (search,) = said.searches
    assert search.ask("two words") == "/find?in=all&q=two+words"


def test_lists_lead_to_what_they_name() -> None:
    index = '<sitemapindex xmlns="http://www.sitemaps.org/x"><sitemap><loc>https://paper.test/1.xml.gz</loc></sitemap>'
    assert links("xml", index) == {"https://paper.test/1.xml.gz"}
    atom = '<feed><link rel="next" href="/feed?page=2"/><entry><link href="/news/a"/><id>urn:x</id></entry></feed>'
    assert links("xml", atom) == {"/news/a", "/feed?page=2"}
    told = {"next_url": "/feed.json?2", "items": [{"url": "/news/a", "content_html": '<a href="/b">b</a> text'}]}
    assert links("json", json.dumps(told)) == {"/feed.json?2", "/news/a", "/b"}
    routes = {"/wp/v2/posts": {"_links": {"self": [{"href": "https://paper.test/wp-json/wp/v2/posts"}]}}}
    assert links("json", json.dumps({"routes": routes})) == {"https://paper.test/wp-json/wp/v2/posts"}
    assert links("plain", "- [A](https://paper.test/a.md) and more") == {"https://paper.test/a.md"}
    assert links("code", "x\n//# sourceMappingURL=app.js.map") == {"app.js.map"}


def test_the_head_of_an_answer_leads_on_too() -> None:
    headers = (
        (b"link", b'<https://paper.test/wp-json/>; rel="https://api.w.org/", </style.css>; rel=preload'),
        (b"x-wp-totalpages", b"3"),
        (b"location", b"/moved"),
    )
    found = links("json", "[]", headers, "/wp-json/wp/v2/posts?per_page=5&page=1")
    more = {f"/wp-json/wp/v2/posts?per_page=5&page={number}" for number in (2, 3)}
    assert found == {"https://paper.test/wp-json/", "/moved", *more}


@given(st.sampled_from(["html", "xml", "json", "code", "plain", "captions", None]), st.text(max_size=400))
def test_whatever_an_answer_holds_it_is_read(kind: str | None, text: str) -> None:
    assert len(discover(Answer(200, (), b""), kind, text, "/").links) <= 5000


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/b?x=1#part", "/b?x=1"),
        ("https://paper.test/b", "/b"),
        ("//10.0.0.1:8080/b", "/b"),
        ("b c/é", "/news/b%20c/%C3%A9"),
        ("?page=2", "/news/a?page=2"),
        ("https://www.paper.test/b", None),
        ("https://paper.test@elsewhere.example/b", None),
        ("http://elsewhere.example/", None),
        ("mailto:a@paper.test", None),
        ("javascript:void(0)", None),
        ("/../b", "/b"),
        ("/a.jpg?x=1", None),
        ("/-/pennypress/reading", None),
        ("/wp-login.php?action=logout", None),
        ("http://[::1", None),
    ],
)
def test_only_links_into_the_site_are_followed(link: str, address: str | None) -> None:
    assert SITE.leads_to(link, "/news/a") == address


def test_every_look_of_address_has_its_turn_and_none_comes_twice() -> None:
    frontier = Frontier()
    for number in range(100):
        frontier.add(f"/archive/{number}/x", "")
    for address in ("/feed/", "/?s=a", "/archive/7/x", "/feed/"):
        frontier.add(address, "")
    assert frontier.waiting == 102
    frontier.add("/rss", "", guessed=True)
    first = [lead.address for _ in range(4) if (lead := frontier.next()) is not None]
    assert first == ["/rss", "/archive/0/x", "/feed/", "/?s=a"]
    assert sum(1 for _ in iter(frontier.next, None)) == 99
    assert frontier.waiting == 0


def test_second_copies_are_looked_for_where_they_usually_stand() -> None:
    twins = twins_of("/news/a/")
    assert {"/news/a/amp/", "/news/a/?amp=1", "/news/a.md", "/news/a.json", "/amp/news/a/", "/news/a/print/"} <= set(
        twins
    )
    assert "/article.php?id=1&amp=1" in twins_of("/article.php?id=1")
    assert words_to_search("Short.\nThe quick harbour ferries sailed.") == "quick harbour ferries"
    assert words_to_search("a b c d") == ""
