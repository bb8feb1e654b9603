"""A paper whose software keeps second copies of an article: the routes of well-known software, one copy on each."""

from __future__ import annotations

import base64
import gzip
import json
import quopri
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from tests.http.browser import Site
from tests.http.guarded import BAKER, CRANE, WITHHELD, html_of, page, rss

CONFIG = """
[paper]
name = "The Test Paper"
url = "http://paper.test"
[meter]
limit = 1
[articles]
paths = ["/news/**"]
[[rules]]
access = "free"
paths = ["/news/free/**"]
[[rules]]
access = "premium"
paths = ["/news/premium/**"]
[guard]
mode = "{mode}"
allow = ["/review/**"]
"""
TOLD = " ".join(WITHHELD)
MARKUP = html_of(CRANE)
OWN = '<link rel="canonical" href="http://paper.test/news/crane">'
JSON, JS, HTML = "application/json", "text/javascript", "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Copy:
    """One second copy: where it stands, what it says of itself, and how it is asked for."""

    target: str
    content_type: str
    body: str | bytes
    status: int = 200
    method: str = "GET"
    asked_with: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


def _home(inside: str = "", head: str = "") -> str:
    """A front page with teasers, and something besides."""
    teasers = "".join(
        f'<div class="teaser"><h2><a href="/news/{name}">Story {name} of the day</a></h2><p>It rains.</p></div>'
        for name in ("one", "two", "three", "four", "five", "six")
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The Test Paper</title>{head}</head><body>'
        f"<main>{teasers}</main>{inside}<footer>What stays.</footer></body></html>"
    )


def _js(value: str) -> str:
    return json.dumps(value)


_FEED = rss(("The crane", "/news/crane", MARKUP))
_POST = {"id": 1, "title": "The crane", "url": "http://paper.test/news/crane", "html": MARKUP}

DATA = {
    "next's page data": Copy("/_next/data/b1/x/crane.json", JSON, json.dumps({"pageProps": {"text": list(CRANE)}})),
    "nuxt's payload": Copy("/_payload.json", JSON, json.dumps([["Reactive", 1], {"body": 2}, *CRANE])),
    "gatsby's page data": Copy("/page-data/crane/page-data.json", JSON, json.dumps({"result": {"html": MARKUP}})),
    "ghost's content api": Copy("/ghost/api/content/posts/?key=1", JSON, json.dumps({"posts": [_POST]})),
    "a persisted query": Copy("/graphql?extensions=%7B%7D", JSON, json.dumps({"data": {"post": _POST}})),
    "graphql's own type": Copy("/gql", "application/graphql-response+json", json.dumps({"data": MARKUP})),
    "a json feed": Copy("/feed.json", "application/feed+json", json.dumps({"items": [_POST]})),
    "lines of json": Copy("/a.jsonl", "application/x-ndjson", "\n".join(json.dumps({"p": part}) for part in CRANE)),
    "json as html": Copy("/ajax?action=more", HTML, json.dumps({"success": True, "html": MARKUP})),
    "json as text": Copy("/ajax?action=text", "text/plain", json.dumps({"success": True, "html": MARKUP})),
    "json as bytes": Copy("/export.json", "application/octet-stream", json.dumps({"html": MARKUP})),
    "json in utf-16": Copy("/wide.json", JSON, json.dumps({"b": MARKUP}).encode("utf-16")),
    "json in gzip": Copy(
        "/g.json", JSON, gzip.compress(json.dumps({"b": MARKUP}).encode()), fields={"content-encoding": "gzip"}
    ),
    "an error in json": Copy("/error", JSON, json.dumps({"error": "no", "of": MARKUP}), 404),
    "a source map": Copy("/app.js.map", JSON, json.dumps({"version": 3, "sourcesContent": [_js(TOLD)]})),
    "a manifest": Copy("/m.webmanifest", "application/manifest+json", json.dumps({"description": TOLD})),
}
FEEDS = {
    "a feed": Copy("/feed", "application/rss+xml", _FEED),
    "a feed as html": Copy("/feed?as=html", HTML, _FEED),
    "a feed as text": Copy("/feed?as=text", "text/plain", _FEED),
    "a feed in latin-1": Copy(
        "/feed?in=latin",
        "application/rss+xml",
        rss(("The crane", "/news/crane", MARKUP.replace("e", "é"))).replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    ),
    "speech": Copy("/a.ssml", "application/ssml+xml", f"<speak>{TOLD}</speak>"),
    "a drawing": Copy("/a.svg", "image/svg+xml", f'<svg xmlns="http://www.w3.org/2000/svg"><text>{TOLD}</text></svg>'),
    "a style sheet for xml": Copy("/a.xsl", "application/xslt+xml", f"<x><text>{TOLD}</text></x>"),
    "a list in xhtml": Copy(
        "/x.xhtml",
        "application/xhtml+xml",
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><img src="a"/><p>{WITHHELD[0]}'
        "</p></body></html>",
    ),
}
PAGES = {
    name: Copy(f"/page/{number}", HTML, _home(inside))
    for number, (name, inside) in enumerate(
        {
            "an archive page": f"<section>{MARKUP}</section>",
            "a page state": f"<script>window.__STATE__={json.dumps({'a': TOLD})}</script>",
            "a page state in json": f'<script type="application/json">{json.dumps({"a": TOLD})}</script>',
            "a list's structured data": '<script type="application/ld+json">'
            + json.dumps({"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "articleBody": TOLD}]})
            + "</script>",
            "a picture's text": f'<img src="/a.jpg" alt="{escape(TOLD)}">',
            "a noscript": f"<noscript>{MARKUP}</noscript>",
            "a template": f"<template>{MARKUP}</template>",
            "a hidden input": f'<form><input type="hidden" name="t" value="{escape(TOLD)}"></form>',
            "a data attribute": f'<div data-text="{escape(TOLD)}"></div>',
            "a comment": f"<!-- {TOLD} -->",
            "a frame's own page": f'<iframe srcdoc="{escape(MARKUP)}"></iframe>',
            "a style in the page": f"<style>.a{{content:{_js(TOLD)}}}</style>",
            "a textarea": f"<textarea>{escape(TOLD)}</textarea>",
            "base64 in a script": f"<script>var a='{base64.b64encode(TOLD.encode()).decode()}'</script>",
            "a handler": f'<a onclick="share({escape(_js(TOLD))})">Share</a>',
            "a link that mails": f'<a href="mailto:?body={quote(TOLD)}">Mail</a>',
            "a span a word": f"<p>{' '.join(f'<span>{word}</span>' for word in TOLD.split())}</p>",
            "a found place": f"<p>… {WITHHELD[3].replace('judge', '<mark>judge</mark>')} …</p>",
        }.items()
    )
} | {
    "the head's description": Copy("/page/d", HTML, _home(head=f'<meta name="description" content="{escape(TOLD)}">')),
    "what is shared": Copy("/page/o", HTML, _home(head=f'<meta property="og:description" content="{escape(TOLD)}">')),
    "a web story": Copy("/stories/crane", HTML, f"<amp-story><p>{WITHHELD[0]}</p><p>{WITHHELD[1]}</p></amp-story>"),
    "a page of a redirect": Copy("/moved", HTML, _home(MARKUP), 302, fields={"location": "/elsewhere"}),
    "a fragment": Copy(
        "/next?after=baker",
        HTML,
        f"<div>{html_of(WITHHELD[:2])}</div>",
        asked_with={"x-requested-with": "XMLHttpRequest"},
    ),
    "a translation": Copy("/translate?u=/news/crane", HTML, f"<html><body><font>{MARKUP}</font></body></html>"),
    "a page in utf-16": Copy("/u", "text/html; charset=utf-16le", _home(MARKUP).encode("utf-16-le")),
}
TEXTS = {
    "markdown": Copy("/posts/crane.md", "text/markdown", "# The crane\n\n" + "\n\n".join(CRANE)),
    "markdown as bytes": Copy("/crane.md", "application/octet-stream", "# The crane\n\n" + "\n\n".join(CRANE)),
    "a page for word": Copy("/word/1", "application/msword", f"<html><body>{MARKUP}</body></html>"),
    "mere bytes": Copy("/download?id=1", "application/octet-stream", TOLD),
    "llms-full": Copy("/llms-full.txt", "text/plain", "# All\n\n" + "\n\n".join(CRANE)),
    "robots": Copy("/robots.txt", "text/plain", f"# {TOLD}\nUser-agent: *\nDisallow:\n"),
}
REFUSED = {
    "a change by graphql": Copy("/graphql", JSON, json.dumps({"data": MARKUP}), method="POST"),
    "load more by post": Copy("/load-more", HTML, f"<div>{MARKUP}</div>", method="POST"),
    "server components": Copy(
        "/?_rsc=1a",
        "text/x-component",
        f'1:["$","p",null,{{"children":{_js(TOLD)}}}]\n',
        asked_with={"rsc": "1"},
    ),
    "a worker's store": Copy("/sw.js", JS, f"self.kept=[{_js(TOLD)}]"),
    "nuxt's old payload": Copy("/_nuxt/state.js", JS, f"__NUXT__=(function(a){{return {{a}}}}({_js(TOLD)}))"),
    "jsonp": Copy("/p?callback=cb", "application/javascript", f"/**/cb({json.dumps({'html': MARKUP})});"),
    "a style sheet": Copy("/print.css", "text/css", f".a::before{{content:{_js(TOLD)}}}"),
    "an entity": Copy("/e.xml", "application/xml", f'<!DOCTYPE a [<!ENTITY b "{TOLD}">]><a>&b;</a>'),
    "a packed feed of no type": Copy("/b.gz", "application/octet-stream", gzip.compress(_FEED.encode())),
    "a packed feed that calls itself one": Copy("/c.xml.gz", "text/xml", gzip.compress(_FEED.encode())),
    "a packed feed in two parts": Copy(
        "/d.xml.gz", "application/gzip", gzip.compress(_FEED[:99].encode()) + gzip.compress(_FEED[99:].encode())
    ),
    "a packed feed": Copy("/feed.xml.gz", "application/gzip", gzip.compress(_FEED.encode())),
    "a table": Copy("/all.csv", "text/csv", f'id,body\n1,"{TOLD}"\n'),
    "a calendar": Copy(
        "/a.ics",
        "text/calendar",
        "DESCRIPTION:" + "\r\n ".join(TOLD[at : at + 70] for at in range(0, len(TOLD), 70)),
    ),
    "a letter": Copy("/a.eml", "message/rfc822", b"Subject: x\r\n\r\n" + quopri.encodestring(TOLD.encode())),
    "a letter in base64": Copy("/b.eml", "message/rfc822", b"Subject: x\r\n\r\n" + base64.encodebytes(TOLD.encode())),
    "a page in parts": Copy("/a.mht", "multipart/related; boundary=x", f"--x\r\n\r\n{MARKUP}\r\n--x--"),
    "messagepack": Copy("/a.mp", "application/msgpack", b"\x81\xa4body\xda\x02\x00" + TOLD.encode()),
    "cbor": Copy("/a.cbor", "application/cbor", b"\xa1dbody\x79\x02\x00" + TOLD.encode()),
    "grpc": Copy("/a.Svc/Get", "application/grpc-web+proto", b"\0\0\0\1\0\x0a\xff\x03" + TOLD.encode()),
    "grpc in base64": Copy("/b.Svc/Get", "application/grpc-web-text", base64.b64encode(TOLD.encode())),
    "a type that nobody knows": Copy("/odd", "application/x-story", f"T {TOLD}"),
    "yaml": Copy("/a.yaml", "application/yaml", f"body: >\n  {TOLD}"),
    "rich text": Copy("/a.rtf", "application/rtf", f"{{\\rtf1 {TOLD}}}"),
    "a card": Copy("/a.vcf", "text/vcard", f"BEGIN:VCARD\r\nNOTE:{TOLD}\r\nEND:VCARD\r\n"),
    "captions": Copy("/a.vtt", "text/vtt", "WEBVTT\n\n00:01.000 --> 00:09.000\n" + "\n".join(WITHHELD)),
    "words with times": Copy("/w.json", JSON, json.dumps([{"w": word, "s": 1} for word in TOLD.split()])),
    "words in pairs": Copy("/w2.json", JSON, json.dumps([[word, 1] for word in TOLD.split()])),
    "a charset that none knows": Copy("/u7", "text/html; charset=utf-7", _home(MARKUP)),
}
HEADS = {
    f"a head's {name}": Copy(f"/head/{name}", HTML, _home(), status, fields={name: value})
    for name, status, value in (
        ("link", 200, f'</next>; rel=next; title="{TOLD}"'),
        ("server-timing", 200, f'cms;desc="{TOLD}"'),
        ("set-cookie", 200, f"last={quote(TOLD)}; Path=/"),
        ("x-summary", 200, TOLD),
        ("x-state", 200, base64.b64encode(TOLD.encode()).decode()),
        ("refresh", 200, f"0; url=/x?t={quote(TOLD)}"),
        ("location", 302, f"/share?text={quote(TOLD)}"),
        ("content-location", 200, f"/{TOLD.replace(' ', '-')}"),
    )
} | {"a picture's head": Copy("/p.png", "image/png", b"\x89PNG\0", fields={"x-caption": TOLD})}

COPIES = DATA | FEEDS | PAGES | TEXTS | REFUSED | HEADS


def paper() -> Site:
    """The site with two articles and all copies of one of them."""
    site = Site()
    site.put("/", _home())
    site.put("/news/crane", page("The crane", CRANE, head=OWN))
    site.put("/news/baker", page("The baker", BAKER))
    for copy in COPIES.values():
        site.put(copy.target, copy.body, copy.status, **{"content-type": copy.content_type, **copy.fields})
    return site
