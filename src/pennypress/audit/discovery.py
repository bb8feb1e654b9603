"""Where an answer leads: the links of pages, feeds, sitemaps, JSON and plain texts, and of an answer's own head."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser

from pennypress.http.answer import Answer, values
from pennypress.pages.facts import says_article
from pennypress.pages.items import links_in
from pennypress.pages.structured import read_structured

_RELS = frozenset(
    ("alternate", "amphtml", "canonical", "shortlink", "next", "prev", "https://api.w.org/", "search", "edituri")
)
_LINK_FIELD = re.compile(r"<([^<>]*)>([^<]*)")
_REL = re.compile(r"""\brel\s*=\s*"?([^";]+)""", re.IGNORECASE)
_URL = re.compile(r"""https?://[^\s"'<>()\[\]{}\\^`|]+""")
_NAMES = re.compile(r"""\s(?:xmlns(?::[\w-]+)?|[\w-]+:schemaLocation)\s*=\s*(?:"[^"]*"|'[^']*')|<[!?][^\[>]*>""")
_HREF = re.compile(r"""\bhref\s*=\s*["']([^"'<>]+)["']""")
_MAP = re.compile(r"sourceMappingURL=([^\s*]+)")
_TEMPLATED = re.compile(r"[(){}<>^\\]")
_LINK_KEYS = frozenset(("link", "url", "href", "permalink", "path", "alias", "next_url", "feed_url"))
_SEARCH_NAMES = frozenset(("s", "q", "query", "keys", "search", "term", "text", "zoek", "suche"))
_MOST_PAGES = 50
_DEEPEST = 40
_LINKS_AT_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Search:
    """A search form that is sent with GET: where it leads, its hidden fields, and the field for the words."""

    action: str
    hidden: tuple[tuple[str, str], ...]
    field: str

    def ask(self, words: str) -> str:
        """The link that asks for some words."""
        parts = urlsplit(self.action)
        return urlunsplit(parts._replace(query=urlencode([*self.hidden, (self.field, words)])))


@dataclass(frozen=True, slots=True)
class Discovered:
    """Where an answer leads, as it says it, and what it says of itself."""

    links: tuple[str, ...]
    searches: tuple[Search, ...] = ()
    canonical: str | None = None
    says_article: bool = False


def discover(answer: Answer, kind: str | None, text: str, address: str) -> Discovered:
    """What an answer of this kind (html, json, xml, plain, code, captions) for this address leads to."""
    headed = [*_link_fields(answer), *_further_pages(answer, address)]
    if kind == "html":
        return _of_page(text, headed)
    if kind == "xml":
        headed += [*links_in(text), *_HREF.findall(text), *_URL.findall(_NAMES.sub("", text))]
    elif kind == "json":
        headed += _of_json(text)
    elif kind == "code":
        headed += _MAP.findall(text)
    elif kind == "plain":
        headed += _URL.findall(text)
    return Discovered(_each_once(headed))


def _each_once(links: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link for link in links if link))[:_LINKS_AT_MOST]


def _link_fields(answer: Answer) -> Iterator[str]:
    """The links of Link headers, and where a redirect leads."""
    for value in values(answer.headers, b"link"):
        for link, parameters in _LINK_FIELD.findall(value.decode("latin-1")):
            rel = _REL.search(parameters)
            if rel is not None and _RELS & set(rel[1].lower().split()):
                yield link
    for value in values(answer.headers, b"location"):
        yield value.decode("latin-1")


def _further_pages(answer: Answer, address: str) -> Iterator[str]:
    """The further pages of a REST answer that says how many there are, as WordPress's does."""
    said = b"".join(values(answer.headers, b"x-wp-totalpages"))
    path, _, query = address.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name != "page"]
    for page in range(2, min(int(said) if said.isdigit() else 0, _MOST_PAGES) + 1):
        yield f"{path}?{urlencode([*kept, ('page', str(page))])}"


def _of_page(text: str, headed: list[str]) -> Discovered:
    tree = LexborHTMLParser(text)
    links = list(headed)
    canonical = None
    for link in tree.css("link[rel][href]"):
        attributes = link.attributes
        rels, href = set((attributes.get("rel") or "").lower().split()), attributes.get("href") or ""
        if "canonical" in rels and canonical is None:
            canonical = href.strip() or None
        fetched = "preload" in rels and attributes.get("as") == "fetch"
        if (rels & _RELS and "stylesheet" not in rels) or fetched:
            links.append(href)
    for selector, name in _PLACES:
        links += [node.attributes.get(name) or "" for node in tree.css(f"{selector}[{name}]")]
    links += _ajax_views(tree)
    searches = tuple(_searches(tree))
    return Discovered(_each_once(links), searches, canonical, says_article(tree, read_structured(tree)))


_PLACES = (
    ("a", "href"),
    ("area", "href"),
    ("iframe", "src"),
    ("script", "src"),
    ("track", "src"),
    ("embed", "src"),
    ("object", "data"),
)


def _ajax_views(tree: LexborHTMLParser) -> Iterator[str]:
    """Where a Drupal's page has its lists sent for anew."""
    for script in tree.css('script[data-drupal-selector="drupal-settings-json"]'):
        try:
            views = json.loads(script.text())["views"]
            for asked in views["ajaxViews"].values():
                yield f"{views['ajax_path']}?{urlencode({name: str(value) for name, value in asked.items()})}"
        except (ValueError, KeyError, TypeError, AttributeError):
            continue


def _searches(tree: LexborHTMLParser) -> Iterator[Search]:
    for form in tree.css("form"):
        if (form.attributes.get("method") or "get").lower() != "get":
            continue
        fields = [(field.attributes.get("name") or "", field) for field in form.css("input[name]")]
        asked = [
            name
            for name, field in fields
            if (field.attributes.get("type") or "text").lower() in ("search", "text")
            and (field.attributes.get("type") == "search" or name.lower() in _SEARCH_NAMES)
        ]
        if asked:
            hidden = tuple(
                (name, field.attributes.get("value") or "")
                for name, field in fields
                if (field.attributes.get("type") or "").lower() == "hidden"
            )
            yield Search(form.attributes.get("action") or "", hidden, asked[0])


def _of_json(text: str) -> list[str]:
    try:
        value = json.loads(text)
        return list(_links_of(value, 0))
    except (ValueError, RecursionError):
        return _URL.findall(text)


def _links_of(value: Any, depth: int) -> Iterator[str]:
    """Every address that a value names; of the routes of a WordPress those that stand for themselves."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and _is_link(key, inner):
                yield inner
            elif isinstance(inner, str) and "<" in inner:
                yield from _HREF.findall(inner)
            else:
                yield from _links_of(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, str) and inner.startswith(("http://", "https://")):
                yield inner
            else:
                yield from _links_of(inner, depth + 1)


def _is_link(key: str, text: str) -> bool:
    if _TEMPLATED.search(text) or len(text) > 2000:
        return False
    return text.startswith(("http://", "https://")) or (key in _LINK_KEYS and text.startswith("/"))
