"""A site that answers in the shapes of Drupal's routes, as far as they hand a node's text out: our own, no Drupal.

``DRUPAL`` is what each route tells; ``Drupal`` also takes what editors save. ``CONFIG`` is a configuration for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs

from pennypress.http.fetch import Receive, Scope, Send
from tests.http.browser import Site
from tests.http.guarded import BAKER, CRANE, WITHHELD, html_of, page

CONFIG = """
[paper]
name = "The Test Paper"
url = "http://paper.test"
[meter]
limit = 1
[articles]
paths = ["/news/**"]
[guard]
mode = "{mode}"
"""
SESSION = "SESS0123456789abcdef0123456789abcdef=s"
TOLD = " ".join(WITHHELD)
CANONICAL = '<link rel="canonical" href="http://paper.test/news/crane">'
HTML, JSON, API = "text/html; charset=UTF-8", "application/json", "application/vnd.api+json"

_BODY = html_of(CRANE)
_NODE: dict[str, Any] = {
    "type": "node--article",
    "id": "0b1c",
    "attributes": {
        "title": "The crane",
        "path": {"alias": "/news/crane"},
        "body": {"value": _BODY, "format": "basic_html", "processed": _BODY, "summary": ""},
    },
    "links": {"self": {"href": "http://paper.test/jsonapi/node/article/0b1c"}},
}
_FIELDS = {"nid": [{"value": 1}], "title": [{"value": "The crane"}], "body": [{"value": _BODY, "format": "full"}]}
_HAL = {"_links": {"self": {"href": "http://paper.test/news/crane?_format=hal_json"}}, **_FIELDS}
_ITEM = (
    "<item><title>The crane</title><link>http://paper.test/news/crane</link>"
    f"<description>{escape(_BODY)}</description><guid isPermaLink='false'>1 at http://paper.test</guid></item>"
)
_ARTICLES = f"<article>{_BODY}</article><article>{html_of(BAKER)}</article>"
_COMMANDS = [
    {"command": "settings", "settings": {"views": {}}, "merge": True},
    {"command": "insert", "method": "replaceWith", "selector": ".view", "data": f"<div class=view>{_BODY}</div>"},
]


def _list(title: str, inside: str) -> str:
    """A page of Drupal's that is about no node."""
    rows = "".join(
        f'<div class="views-row"><h2><a href="/news/n{number}">Node {number}</a></h2><p>It rains.</p></div>'
        for number in range(6)
    )
    return f'<!doctype html><html lang="en"><head><title>{title}</title></head><body>{rows}{inside}</body></html>'


def _api(data: Any, **more: Any) -> str:
    return json.dumps({"jsonapi": {"version": "1.0"}, "data": data, **more})


def _big_pipe() -> str:
    """A page whose node comes behind the page's end, as a placeholder's replacement."""
    replacement = json.dumps([{"command": "insert", "method": "replaceWith", "data": _BODY}])
    placeholder = 'data-big-pipe-placeholder-id="callback=node&amp;id=1"'
    return (
        _list("All", f"<span {placeholder}></span>").removesuffix("</body></html>")
        + '<script type="application/vnd.drupal-ajax" data-big-pipe-event="start"></script>\n'
        + f'<script type="application/vnd.drupal-ajax" data-big-pipe-replacement-for-{placeholder[9:]}>'
        + f"{replacement}</script>\n"
        + '<script type="application/vnd.drupal-ajax" data-big-pipe-event="stop"></script></body></html>'
    )


PAGES = {
    "/node/1": (HTML, page("The crane", CRANE, head=CANONICAL)),
    "/node/1?amp": (HTML, page("The crane", CRANE, head=CANONICAL)),
    "/print/1": (HTML, f"<html><head><title>The crane</title></head><body><h1>The crane</h1>{_BODY}</body></html>"),
    "/node/1/printable/print": (HTML, f"<html><head><title>The crane</title></head><body>{_BODY}</body></html>"),
    "/node/1/revisions/2/view": (HTML, page("The crane", CRANE)),
    "/node/1/latest": (HTML, page("The crane", CRANE)),
}
"""The node's own page once more, by other addresses."""

LISTS = {
    "/node": (HTML, _list("All", _ARTICLES)),
    "/taxonomy/term/3": (HTML, _list("Harbour", _ARTICLES)),
    "/archive/202611": (HTML, _list("November", _ARTICLES)),
    "/search/node?keys=crane": (HTML, _list("Search", f"<ol><li>… {WITHHELD[2]} …</li></ol>")),
    "/big-pipe": (HTML, _big_pipe()),
    "/media/oembed?url=http%3A//paper.test/news/crane": (HTML, f"<html><body>{html_of(WITHHELD[:2])}</body></html>"),
    "/node/1/revisions": (HTML, _list("Revisions of The crane", f"<p><em>Log: {WITHHELD[1]}</em></p>")),
}
"""Pages that hold it among other things."""

DATA = {
    "/node/1?_format=json": (JSON, json.dumps(_FIELDS)),
    "/node/1?_format=hal_json": ("application/hal+json", json.dumps(_HAL)),
    "/node/1?_format=xml": ("text/xml", f"<response><title>The crane</title><body>{escape(_BODY)}</body></response>"),
    "/jsonapi/node/article": (API, _api([_NODE])),
    "/jsonapi/node/article?filter[title]=The%20crane": (API, _api([_NODE], meta={"count": 1})),
    "/jsonapi/node/article?fields[node--article]=body": (API, _api([{**_NODE, "links": {}}])),
    "/jsonapi/node/article/0b1c": (API, _api(_NODE)),
    "/jsonapi/taxonomy_term/harbour?include=node": (API, _api([], included=[_NODE])),
    "/jsonapi/node/article/0b1c?resourceVersion=id:1": (API, _api(_NODE)),
    "/rss.xml": ("application/rss+xml", f'<rss version="2.0"><channel>{_ITEM}</channel></rss>'),
    "/taxonomy/term/3/feed": ("application/rss+xml", f'<rss version="2.0"><channel>{_ITEM}</channel></rss>'),
    "/views/ajax?view_name=news&page=1": (JSON, json.dumps(_COMMANDS)),
    "/api/news?_format=json": (JSON, json.dumps([{"title": "The crane", "body": _BODY, "path": "/news/crane"}])),
}
"""Data and feeds, which can be cut."""

POSTED = {
    "/views/ajax": (JSON, json.dumps(_COMMANDS)),
    "/views/ajax?_wrapper_format=drupal_ajax": (HTML, f"<textarea>{escape(json.dumps(_COMMANDS))}</textarea>"),
    "/quickedit/form/node/1/body/en/full": (JSON, json.dumps([{"command": "quickeditFieldForm", "data": _BODY}])),
    "/jsonapi/index/news": (API, _api([_NODE])),
}
"""What a script posts for, and gets in return."""

UNDER_THE_ALIAS = {
    "/news/crane?_format=json": (JSON, json.dumps(_FIELDS)),
    "/news/crane?_format=hal_json": ("application/hal+json", json.dumps(_HAL)),
    "/news/crane/feed": ("application/rss+xml", f'<rss version="2.0"><channel>{_ITEM}</channel></rss>'),
}
"""What stands under the node's alias: it goes out under the grant alone, with the guard or without it."""

ROUTES = PAGES | LISTS | DATA | POSTED | UNDER_THE_ALIAS


@dataclass(slots=True)
class Drupal(Site):
    """The site, with what its editors saved last."""

    stored: str = field(default=_BODY)

    def __post_init__(self) -> None:
        """Put every route in its place."""
        self.put("/", _list("The Test Paper", "<p>Welcome.</p>"))
        self.put("/news/crane", page("The crane", CRANE, head=CANONICAL))
        self.put("/news/baker", page("The baker", BAKER))
        for target, (content_type, body) in ROUTES.items():
            self.put(target, body, 200, **{"content-type": content_type})
        self.put("/session/token", "c5a9", 200, **{"content-type": "text/plain"})
        self.put("/admin/content", _list("Content", "<p>Nothing is to be done.</p>"))
        self.put("/node/1/edit", self.form())

    def form(self) -> str:
        """The form in which an editor changes the node."""
        area = f"<textarea name=body>{escape(self.stored)}</textarea>"
        return page("Edit The crane", (), after=f"<form method=post>{area}</form>")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as an ASGI app; a form or a PATCH is taken, and long pages come in pieces."""
        target = scope["raw_path"].decode()
        if scope["method"] in ("POST", "PATCH") and target in ("/node/1/edit", "/jsonapi/node/article/0b1c"):
            await self._save(scope, receive, send)
            return

        async def in_pieces(message: Any) -> None:
            body = message.get("body", b"")
            for at in range(0, len(body), 300):
                piece = body[at : at + 300]
                await send({"type": "http.response.body", "body": piece, "more_body": at + 300 < len(body)})
            if not body:
                await send(message)

        await super(Drupal, self).__call__(scope, receive, in_pieces if target == "/big-pipe" else send)

    async def _save(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if scope["method"] == "PATCH":
            self.stored = json.loads(body)["data"]["attributes"]["body"]["value"]
            fields, told = [(b"content-type", API.encode())], _api(_NODE | {"attributes": {"body": self.stored}})
            await send({"type": "http.response.start", "status": 200, "headers": fields})
            await send({"type": "http.response.body", "body": told.encode()})
        else:
            self.stored = parse_qs(body.decode())["body"][0]
            await send({"type": "http.response.start", "status": 303, "headers": [(b"location", b"/news/crane")]})
            await send({"type": "http.response.body", "body": b""})
