"""Addresses that sites have without saying so: lists, second copies of an article, and searches for its words."""

from __future__ import annotations

import re
from urllib.parse import quote_plus

AT_THE_SITE = (
    "/sitemap.xml",
    "/sitemap_index.xml",
    "/wp-sitemap.xml",
    "/sitemap.xml.gz",
    "/news-sitemap.xml",
    "/feed/",
    "/feed/atom/",
    "/feed.json",
    "/feed.xml",
    "/rss",
    "/rss.xml",
    "/atom.xml",
    "/index.xml",
    "/index.json",
    "/wp-json/",
    "/wp-json/wp/v2/posts",
    "/wp-json/wp/v2/pages",
    "/?rest_route=/wp/v2/posts",
    "/?feed=rss2",
    "/jsonapi",
    "/jsonapi/node/article",
    "/node",
    "/api/posts",
    "/llms.txt",
    "/llms-full.txt",
    "/search.json",
)
"""What is asked for at every site."""

_ENDINGS = (".json", ".md", ".txt", ".amp", ".html", ".xml")
_BELOW = ("amp", "print", "embed", "feed", "index.json", "index.md")
_QUERIES = (
    "amp=1",
    "output=amp",
    "print=1",
    "format=json",
    "_format=json",
    "_format=hal_json",
    "_format=xml",
    "embed=true",
    "view=print",
)
_SEARCHES = (
    "/?s={words}",
    "/search?q={words}",
    "/search/node?keys={words}",
    "/wp-json/wp/v2/posts?search={words}",
    "/wp-json/wp/v2/search?search={words}&_embed",
)
_PLAIN_WORD = re.compile(r"[^\W\d_]{4,}")


def twins_of(address: str) -> tuple[str, ...]:
    """Where second copies of the article at an address usually stand."""
    path, _, query = address.partition("?")
    if query:
        return tuple(f"{address}&{added}" for added in _QUERIES)
    stem = path.rstrip("/")
    head, _, slug = stem.rpartition("/")
    return (
        *(f"{stem}/{part}/" if path.endswith("/") else f"{stem}/{part}" for part in _BELOW),
        *(f"{path}?{added}" for added in _QUERIES),
        *(f"{stem}{ending}" for ending in _ENDINGS if not slug.endswith(ending)),
        f"{head}/amp/{slug}",
        f"/amp{path}",
        f"/print{path}",
    )


def searches_for(words: str) -> tuple[str, ...]:
    """Where sites usually are searched for some words."""
    return tuple(search.format(words=quote_plus(words)) for search in _SEARCHES)


def words_to_search(text: str) -> str:
    """Three words in a row of a text, from its middle; empty where it has none."""
    lines = [line for line in text.splitlines() if line.strip()]
    for line in lines[len(lines) // 2 :] + lines:
        found = line.split()
        for first in range(len(found) - 2):
            three = found[first : first + 3]
            if all(_PLAIN_WORD.fullmatch(word) for word in three):
                return " ".join(three)
    return ""
