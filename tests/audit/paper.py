"""A paper on loopback in which every leak and every fault that the audit knows is planted once, and a clean one."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

_SYLLABLES = re.findall("..", "bakoritemosaduvipelogafeshtonuwealimostravechopliru")


def paragraphs(name: str, count: int = 8) -> list[str]:
    """The text of an article: words that stand in no other's."""
    chance = Random(name)
    return [
        " ".join("".join(chance.choices(_SYLLABLES, k=3)) for _ in range(30)).capitalize() + "." for _ in range(count)
    ]


def html_of(name: str) -> str:
    return "".join(f"<p>{text}</p>" for text in paragraphs(name))


def article(
    name: str, *, head: str = "", title: str = "", body: str | None = None, data: dict[str, object] | None = None
) -> str:
    """An article's page. ``data`` is what its JSON-LD says besides; ``body`` stands in the place of its text."""
    title = title or f"Story of {name}"
    said = {"@type": "NewsArticle", "headline": title, **(data or {})}
    text = f'<div class="story">{html_of(name)}</div>' if body is None else body
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title>{head}'
        f'<script type="application/ld+json">{json.dumps(said)}</script></head>'
        f"<body><h1>{title}</h1><article>{text}</article></body></html>"
    )


def page(title: str, inner: str, head: str = "") -> str:
    """A page that is no article."""
    start = f'<!doctype html><html lang="en"><head><title>{title}</title>{head}</head>'
    return f"{start}<body><h1>{title}</h1>{inner}</body></html>"


@dataclass
class Reply:
    """What an address is answered."""

    body: str | bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class PaperSite:
    """A running paper: its replies by path and query, what makes replies to other addresses, and what it was asked
    (method, path and query, headers)."""

    port: int
    replies: dict[str, Reply]
    asked: list[tuple[str, str, dict[str, str]]]
    found: list[Callable[[str], Reply | None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked_for(self) -> list[str]:
        return [path for _, path, _ in self.asked]

    def put(self, address: str, body: str | bytes, content_type: str = "", **more: object) -> None:
        """Answer an address so. ``{url}`` in a text stands for where the paper answers."""
        if isinstance(body, str):
            body = body.replace("{url}", self.url)
        reply = Reply(body, **more)  # type: ignore[arg-type]
        reply.content_type = content_type or reply.content_type
        self.replies[address] = reply


@contextlib.contextmanager
def running_paper() -> Iterator[PaperSite]:
    """A paper with no page yet."""
    replies: dict[str, Reply] = {}
    asked: list[tuple[str, str, dict[str, str]]] = []
    found: list[Callable[[str], Reply | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
            made = (find(self.path) for find in found)
            reply = replies.get(self.path) or next(filter(None, made), None) or Reply("none", "text/plain", 404)
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815  -- the library's names

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield PaperSite(server.server_address[1], replies, asked, found)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def searched(address: str) -> Reply | None:
    """What a search for words finds."""
    parts = urlsplit(address)
    words = parse_qs(parts.query).get("find", [""])[0].lower()
    if parts.path != "/find" or not words:
        return None
    found = [text for name in STORIES for text in paragraphs(name) if words in text.lower()]
    return Reply(page("Search", f"<ol>{''.join(f'<li>{text}</li>' for text in found)}</ol>"))


STORIES = tuple(f"a{number}" for number in range(1, 7))


def clean(site: PaperSite) -> None:
    """Six articles in a packed sitemap, a front page, a feed of titles."""
    for name in STORIES:
        site.put(f"/news/{name}", article(name, head=f'<link rel="canonical" href="{{url}}/news/{name}">'))
    links = "".join(f'<p><a href="/news/{name}">Story of {name}</a></p>' for name in STORIES)
    site.put("/", page("Front", links, '<link rel="alternate" type="application/rss+xml" href="/all.rss">'))
    site.put("/robots.txt", "User-agent: *\nDisallow: /private\nSitemap: {url}/map.xml\n", "text/plain")
    site.put(
        "/map.xml",
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{url}/map-1.xml.gz</loc>'
        "</sitemap></sitemapindex>",
        "application/xml",
    )
    locs = "".join(f"<url><loc>{site.url}/news/{name}</loc></url>" for name in STORIES)
    site.put("/map-1.xml.gz", gzip.compress(f"<urlset>{locs}</urlset>".encode()), "application/gzip")
    items = "".join(
        f"<item><title>Story of {name}</title><link>{site.url}/news/{name}</link></item>" for name in STORIES
    )
    site.put("/all.rss", f'<rss version="2.0"><channel>{items}</channel></rss>', "application/rss+xml")


LEAKS = {
    "/all.rss": "a1",
    "/feed.json": "a2",
    "/wp-json/wp/v2/posts?page=2": "a3",
    "/amp/news/a4": "a4",
    "/print/news/a5": "a5",
    "/text/a1.md": "a1",
    "/llms-full.txt": "a2",
    "/framed/a3": "a3",
    "/captions/a4.vtt": "a4",
    "/data/a5.js": "a5",
}
"""Where which article leaves; and by the search."""


def leaky(site: PaperSite) -> None:
    """The clean paper, with each kind of second copy once."""
    clean(site)
    heads = {
        "a1": '<link rel="alternate" type="text/markdown" href="/text/a1.md">',
        "a5": '<script src="/data/a5.js"></script>',
    }
    ends = {
        "a3": '<iframe src="/framed/a3"></iframe>',
        "a4": '<video><track src="/captions/a4.vtt"></video><a href="/amp/news/a4">Fast</a>',
        "a5": '<a href="/print/news/a5">Print</a>',
    }
    for name in STORIES:
        text = f'<div class="story">{html_of(name)}</div>{ends.get(name, "")}'
        site.put(f"/news/{name}", article(name, head=heads.get(name, ""), body=text))
    told_whole = escape(html_of("a1"))
    item = f"<item><title>a1</title><link>{site.url}/news/a1</link><description>{told_whole}</description></item>"
    site.put("/all.rss", f'<rss version="2.0"><channel>{item}</channel></rss>', "application/rss+xml")
    told = {"items": [{"url": f"{site.url}/news/a2", "title": "Story of a2", "content_html": html_of("a2")}]}
    site.put("/feed.json", json.dumps(told), "application/feed+json")
    posts = [
        {"link": f"{site.url}/news/a3", "title": {"rendered": "Story of a3"}, "content": {"rendered": html_of("a3")}}
    ]
    site.put("/wp-json/wp/v2/posts", "[]", "application/json", headers={"X-WP-TotalPages": "2"})
    site.put("/wp-json/wp/v2/posts?page=2", json.dumps(posts), "application/json")
    site.put("/amp/news/a4", page("Story of a4", html_of("a4")))
    site.put("/print/news/a5", page("Story of a5", html_of("a5")))
    site.put("/text/a1.md", "# Story of a1\n\n" + "\n\n".join(paragraphs("a1")), "text/markdown")
    site.put("/llms-full.txt", "\n\n".join(paragraphs("a2")), "text/plain")
    site.put("/framed/a3", page("Framed", html_of("a3")))
    cues = "\n\n".join(f"00:0{n}.000 --> 00:0{n + 1}.000\n{text}" for n, text in enumerate(paragraphs("a4")))
    site.put("/captions/a4.vtt", f"WEBVTT\n\n{cues}", "text/vtt")
    site.put("/data/a5.js", f"window.story = {json.dumps(' '.join(paragraphs('a5')))}", "text/javascript")
    form = '<form action="/find"><input type="hidden" name="in" value="news"><input type="search" name="find"></form>'
    site.put("/", page("Front", form, '<link rel="alternate" type="application/rss+xml" href="/all.rss">'))
    site.put("/find", page("Search", form))
    site.found.append(searched)


def faulty(site: PaperSite) -> None:
    """The clean paper, with each fault that is no leak once."""
    clean(site)
    canonical = '<link rel="canonical" href="{}">'.format
    pages = {
        "/news/empty": article("empty", body='<div class="story"></div>'),
        "/news/other-template": article("b1", body=f"<div>{html_of('b1')}</div>"),
        "/news/no-paid": article("b2", data={"hasPart": {"isAccessibleForFree": False, "cssSelector": ".paid"}}),
        "/news/headline": article("b3", data={"headline": "Quite another matter altogether"}),
        "/news/dates": article(
            "b4",
            head='<meta property="article:published_time" content="2024-05-01T06:00:00Z">',
            data={"datePublished": "2026-01-01T06:00:00Z"},
        ),
        "/news/said-free": article("b5", data={"isAccessibleForFree": True}),
        "/news/free/said-not-free": article("b6", data={"isAccessibleForFree": "False"}),
        "/news/other-text": article("b7", data={"articleBody": " ".join(paragraphs("somebody else's"))}),
        "/news/elsewhere": article("b8", head=canonical("https://staging.example/news/elsewhere")),
        "/news/dead": article("b9", head=canonical("/news/gone")),
        "/news/shared-1": article("c1", head=canonical("/news/one-for-all")),
        "/news/shared-2": article("c2", head=canonical("/news/one-for-all")),
        "/news/to-the-front": article("c3", head=canonical("/")),
        "/features/long": article("c4", head='<meta property="og:type" content="article">'),
    }
    for address, body in pages.items():
        site.put(address, body)
    site.put("/", page("Front", "".join(f'<p><a href="{address}">{address}</a></p>' for address in pages)))
    site.put("/news/one-for-all", article("c5"))


def configure(folder: Path, site: PaperSite, *, guard: str = "withhold", more: str = "", url: str = "") -> None:
    """A configuration for a paper in a folder."""
    own = f'url = "{url}"\n' if url else ""
    (folder / "pennypress.toml").write_text(
        f'[paper]\nname = "The Leaky Post"\n{own}[meter]\nlimit = 2\n[articles]\npaths = ["/news/**"]\n'
        f'body = ".story"\n[guard]\nmode = "{guard}"\n[gateway]\nlisten = "127.0.0.1:1"\n'
        f'upstream = "{site.url}"\n{more}',
        encoding="utf-8",
    )
