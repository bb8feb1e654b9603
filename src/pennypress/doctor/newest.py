"""The newest articles of a site, as its own feeds and sitemaps name them, else as its front page links to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from pennypress.core.target import read_target
from pennypress.doctor.outside import Outside, bytes_of, target_in, text_of, tried
from pennypress.errors import TargetError
from pennypress.http.answer import Answer
from pennypress.pages.items import links_in, lists_lists
from pennypress.pages.leads import article_links, bare_host, own_links
from pennypress.pages.recognise import Grounds

_USUAL = ("/feed/", "/rss.xml", "/sitemap.xml", "/wp-sitemap.xml")
_LISTS = 4
_FEEDS = 'link[rel~="alternate"][type="application/rss+xml"], link[rel~="alternate"][type="application/atom+xml"]'
_ENTRY = re.compile(r"<(url|sitemap)\b[^>]*>(.*?)</\1\s*>", re.DOTALL)
_LOC = re.compile(r"<loc\s*>\s*(.*?)\s*</loc\s*>", re.DOTALL)
_CHANGED = re.compile(r"<lastmod\s*>\s*(.*?)\s*</lastmod\s*>", re.DOTALL)
_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Newest:
    """The targets of the newest articles, newest first, and by what they were named."""

    targets: tuple[str, ...]
    named_by: str


async def newest(outside: Outside, front: Answer, grounds: Grounds | None, lists: tuple[str, ...]) -> Newest:
    """Find the newest articles; ``lists`` are feeds and sitemaps that the paper names. At most eight requests."""
    for path in list(dict.fromkeys((*_announced(outside, front), *lists, *_USUAL)))[:_LISTS]:
        answer = await tried(outside.get(path))
        if answer is None or answer.status != 200:
            continue
        text = text_of(answer)
        if lists_lists(text):
            child = next(_dated(text), None)
            answer = None if child is None else await tried(outside.get(target_in(child)))
            text = "" if answer is None or answer.status != 200 else text_of(answer)
        links = list(_dated(text)) if "<urlset" in text else links_in(text)
        targets = tuple(target for link in links if (target := _own_article(outside, link, grounds)))
        if targets:
            return Newest(tuple(dict.fromkeys(targets))[:_CANDIDATES], f"the newest in {path}")
    linked = (_own_article(outside, urljoin(outside.home, path), grounds) for path in _linked(outside, front, grounds))
    return Newest(tuple(target for target in linked if target)[:_CANDIDATES], "linked from the front page")


def _linked(outside: Outside, front: Answer, grounds: Grounds | None) -> list[str]:
    """The paths to which a front page links: all where the paper's own paths decide, else what looks like articles, or
    lies as deep as articles do."""
    page = bytes_of(front)
    linked = own_links(page, outside.home)
    if grounds is not None and grounds.patterns:
        return linked
    return article_links(page, outside.home) or [path for path in linked if path.strip("/").count("/")]


def _announced(outside: Outside, front: Answer) -> list[str]:
    """The paths of the feeds that a front page announces."""
    links = LexborHTMLParser(bytes_of(front)).css(_FEEDS)
    hrefs = [urljoin(f"{outside.home}/", link.attributes.get("href") or "") for link in links]
    return [target_in(href) for href in hrefs if bare_host(href) == bare_host(outside.home) and "comments" not in href]


def _dated(text: str) -> Iterator[str]:
    """The addresses in a sitemap, the one that changed last first; of those without a date, the last that is named."""
    entries = [found[2] for found in _ENTRY.finditer(text)]
    said = [(_CHANGED.search(entry), _LOC.search(entry)) for entry in entries]
    dated = [(changed[1] if changed else "", place, loc[1]) for place, (changed, loc) in enumerate(said) if loc]
    yield from (unescape(address) for _, _, address in sorted(dated, reverse=True))


def _own_article(outside: Outside, link: str, grounds: Grounds | None) -> str | None:
    """The target of a link that leads to an article of this paper; None for any other."""
    address = urljoin(f"{outside.home}/", link)
    try:
        target = read_target(target_in(address))
    except TargetError:
        return None
    if bare_host(address) != bare_host(outside.home) or target.folded == "/":
        return None
    return target.forwarded if grounds is None or not grounds.patterns or grounds.hold(target) else None
