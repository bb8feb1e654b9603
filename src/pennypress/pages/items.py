"""The items of feeds and JSON answers whose article is not yet known: they go out with title and link alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

from pennypress.pages.withheld import RUN
from pennypress.pages.words import words

_ITEM = re.compile(r"<((?:\w+:)?(?:item|entry))\b[^>]*>.*?</\1\s*>", re.DOTALL)
_LINK = re.compile(
    r"<(?:\w+:)?link\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?link\s*>)|<guid\b([^>]*)>(.*?)</guid\s*>", re.DOTALL
)
_LOC = re.compile(r"<(?:\w+:)?loc\s*>(.*?)</(?:\w+:)?loc\s*>", re.DOTALL)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ELEMENT = re.compile(
    r"<((?:\w+:)?(?:description|encoded|content|summary|fulltext|body|text|transcript|abstract))\b"
    r"([^>]*[^>/]|)>(.*?)</\1\s*>",
    re.DOTALL,
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_LINK_KEYS = ("link", "url", "permalink", "canonical_url", "canonicalUrl", "href", "path", "external_url")
_TITLE_KEYS = frozenset(("title", "headline", "name", *_LINK_KEYS))
_DEEPEST = 60

Unknown = Callable[[str], bool]
"""Whether a link leads to an article of this paper that is not known yet."""


def bare_xml(text: str, unknown: Unknown) -> tuple[str, tuple[str, ...]]:
    """A feed whose items of unknown articles have lost their text, and the links of those."""
    links: list[str] = []

    def item(found: re.Match[str]) -> str:
        link = next((link for link in _links_of(found[0]) if unknown(link)), None)
        if link is None:
            return found[0]
        bare = _ELEMENT.sub(_emptied, found[0])
        if bare != found[0]:
            links.append(link)
        return bare

    return _ITEM.sub(item, text), tuple(links)


def bare_json(text: str, unknown: Unknown) -> tuple[str, tuple[str, ...]]:
    """JSON whose objects about unknown articles have lost their text, and the links of those; as it was where there
    are none, or where it is no JSON."""
    try:
        value = json.loads(text)
        links: list[str] = []
        _bare(value, unknown, links, 0)
    except (ValueError, RecursionError):
        return text, ()
    return (json.dumps(value, ensure_ascii=False), tuple(links)) if links else (text, ())


def links_in(text: str) -> list[str]:
    """The links that a sitemap or a feed names, each once, in order."""
    said = [unescape(_CDATA.sub(r"\1", found)).strip() for found in _LOC.findall(text)]
    return list(
        dict.fromkeys([*filter(None, said), *(link for item in _ITEM.finditer(text) for link in _links_of(item[0]))])
    )


def _links_of(item: str) -> list[str]:
    links = []
    for attributes, content, guid, named in _LINK.findall(item):
        href = _HREF.search(attributes)
        if href is not None and "rel=" in attributes.replace(" ", "") and "alternate" not in attributes:
            continue
        said = (href[1] or href[2] or "") if href is not None else content or ("" if "false" in guid else named)
        links.append(unescape(_CDATA.sub(r"\1", said)).strip())
    return [link for link in links if link]


def _emptied(found: re.Match[str]) -> str:
    content = unescape(_CDATA.sub(r"\1", found[3]))
    return found[0] if not _tells(content) else f"<{found[1]}{found[2]}></{found[1]}>"


def _bare(value: Any, unknown: Unknown, links: list[str], depth: int) -> None:
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, dict):
        named = (value[key] for key in _LINK_KEYS if isinstance(value.get(key), str))
        link = next((link for link in named if unknown(link)), None)
        if link is not None and _empty(value, depth):
            links.append(link)
            return
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _bare(inner, unknown, links, depth + 1)


def _empty(value: Any, depth: int) -> bool:
    """Empty every string of an object that says more than a title; whether there was one."""
    if depth > _DEEPEST:
        raise RecursionError
    emptied = False
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, str):
            if key not in _TITLE_KEYS and _tells(inner):
                value[key] = ""
                emptied = True
        elif isinstance(inner, dict | list) and key not in _TITLE_KEYS:
            emptied = _empty(inner, depth + 1) or emptied
    return emptied


def _tells(text: str) -> bool:
    return len(words(text)) >= RUN and not text.startswith(("http://", "https://"))
