"""Kinds of routes: by which of a site's ways an answer leaves."""

from __future__ import annotations

import re

from pennypress.audit.crawl import SEARCHED
from pennypress.audit.tray import Seen

ARTICLES = "article pages"

_BY_ADDRESS = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"oembed", "oEmbed"),
        (r"^/wp-json|[?&]rest_route=", "WordPress's REST"),
        (r"^/jsonapi", "JSON:API"),
        (r"[?&]_format=", "Drupal's _format"),
        (r"graphql", "GraphQL"),
        (r"/_next/data/|_payload\.json", "framework data"),
        (r"llms(?:-full)?\.txt", "llms.txt"),
        (r"[?&]feed=|/feed(?:/|$|\.)|/(?:rss|atom)(?:/|$|\.)|\.(?:rss|atom)(?:$|\?)", "feeds"),
        (r"sitemap", "sitemaps"),
        (r"[?&](?:s|q|query|search|keys)=|/search(?:/|$|\.)", "search"),
        (r"/amp(?:/|$)|[?&](?:amp|output=amp)|\.amp(?:$|\?)", "AMP"),
        (r"/embed(?:/|$)|[?&]embed=", "embeds"),
        (r"/print(?:/|$)|[?&](?:print|view=print)", "print views"),
    )
)
_BY_KIND = {
    "json": "other JSON",
    "xml": "other XML",
    "plain": "text files",
    "code": "scripts",
    "captions": "captions",
    "html": "other pages",
}


def route_of(seen: Seen) -> str:
    """The kind of route of an answer."""
    if seen.why.startswith(SEARCHED):
        return "search"
    for pattern, name in _BY_ADDRESS:
        if pattern.search(seen.address):
            return name
    return _BY_KIND.get(seen.kind or "", "files")
