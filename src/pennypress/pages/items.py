"""The items of feeds and JSON answers whose article is not yet known: they go out with title and link alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin

from pennypress.pages.layout import json_lines
from pennypress.pages.withheld import RUN
from pennypress.pages.words import words

_ITEM = re.compile(r"<((?:\w+:)?(?:item|entry))\b[^>]*>.*?</\1\s*>", re.DOTALL)
_LINK = re.compile(
    r"<(?:\w+:)?link\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?link\s*>)"
    r"|<(?:guid|(?:\w+:)?origLink)\b([^>]*)>(.*?)</(?:guid|(?:\w+:)?origLink)\s*>",
    re.DOTALL,
)
_ABOUT = re.compile(r"""^<[^>]*?\brdf:about\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_BASE = re.compile(r"""^<[^>]*?\bxml:base\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_LOC = re.compile(r"<(?:\w+:)?loc\s*>(.*?)</(?:\w+:)?loc\s*>", re.DOTALL)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    r"|<(/?)([\w:.-]+)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*?)(/?)>",
    re.DOTALL,
)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_MARKUP = re.compile(r"<[^<>]*>")
_XML_STAYS = re.compile(
    r"title|link|guid|id|origlink|enclosure|pubdate|published|updated|date|modified|issued|created|author|creator"
    r"|publisher|category|subject|comments|commentrss|language|rights"
)
_TITLE_KEYS = frozenset(("title", "headline", "name"))
# A link under such a key leads to something else than what its object is about.
_ELSEWHERE = re.compile(
    r"next|prev|first|last|self|feed|home|api|edit|icon|image|img|avatar|logo|banner|hub|author|comment|repl(?:y|ies)"
    r"|thumb|parent|related|search|section|categor|tag|collection|archive|about|root|base",
    re.IGNORECASE,
)
_DEEPEST = 60
_LONGEST_LINK = 2_000

Unknown = Callable[[str], bool]
"""Whether a link leads to an article of this paper that is not known yet."""


def bare_xml(text: str, unknown: Unknown) -> tuple[str, tuple[str, ...]]:
    """A feed whose items of unknown articles have lost their text, and the links of those."""
    links: list[str] = []
    base = _base_of(text)

    def item(found: re.Match[str]) -> str:
        link = next((link for link in _links_of(found[0], base) if unknown(link)), None)
        if link is None:
            return found[0]
        bare = "".join(_bare_children(found[0]))
        if bare != found[0]:
            links.append(link)
        return bare

    return _ITEM.sub(item, text), tuple(links)


def bare_json(text: str, unknown: Unknown) -> tuple[str, tuple[str, ...]]:
    """JSON (or lines of it) whose objects about unknown articles have lost their text, and the links of those; as it
    was where there are none, or where it is no JSON."""
    parts = json_lines(text)
    links: list[str] = []
    bare = "".join(_bare_part(part, unknown, links) for part in parts or ())
    return (bare, tuple(links)) if links else (text, ())


def links_in(text: str) -> list[str]:
    """The links that a sitemap or a feed names, each once, in order."""
    said = [unescape(_CDATA.sub(r"\1", found)).strip() for found in _LOC.findall(text)]
    base = _base_of(text)
    told = (link for item in _ITEM.finditer(text) for link in _links_of(item[0], base))
    return list(dict.fromkeys([*filter(None, said), *told]))


def lists_lists(text: str) -> bool:
    """Whether a sitemap names other sitemaps, not pages."""
    return re.search(r"<(?:\w+:)?sitemapindex\b", text) is not None


def _base_of(text: str) -> str:
    """The address from which a feed's links lead on; empty where its outermost element names none."""
    root = next((token[0] for token in _TOKEN.finditer(text) if token[2]), "")
    return _attribute(_BASE, root)


def _attribute(pattern: re.Pattern[str], tag: str) -> str:
    found = pattern.match(tag)
    return "" if found is None else unescape(found[1] or found[2] or "").strip()


def _links_of(item: str, base: str) -> list[str]:
    base = _joined(base, _attribute(_BASE, item))
    links = [_attribute(_ABOUT, item)]
    for attributes, content, guid, named in _LINK.findall(item):
        href = _HREF.search(attributes)
        if href is not None and "rel=" in attributes.replace(" ", "") and "alternate" not in attributes:
            continue
        said = (href[1] or href[2] or "") if href is not None else content or ("" if "false" in guid else named)
        links.append(unescape(_CDATA.sub(r"\1", said)).strip())
    return [_joined(base, link) for link in links if link]


def _joined(base: str, link: str) -> str:
    """A link as it leads on from a base; itself where the two make no address."""
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def _bare_children(item: str) -> Iterator[str]:
    """An item with those of its elements emptied that say more than a name, a time or a link."""
    depth, at, name = 0, 0, ""
    opened: re.Match[str] | None = None
    for token in _TOKEN.finditer(item):
        closing, tag, empty = token[1], token[2], token[4]
        if tag is None:
            continue
        if depth == 1 and opened is None:
            between = item[at : token.start()]
            yield between if not _tells(between) else ""
            at = token.start()
            opened, name = (None, "") if closing else (token, tag)
        depth += 0 if empty else -1 if closing else 1
        if depth == 1:
            yield item[at : token.end()] if opened is None else _bare_child(name, opened[0], item[at : token.end()])
            at, opened = token.end(), None
    yield item[at:]


def _bare_child(name: str, start: str, whole: str) -> str:
    attributes = " ".join(value[1:-1] for value in _QUOTED.findall(start))
    if _says_much(attributes):
        return f"<{name}/>"
    inner = whole[len(start) :].rpartition("</")[0]
    is_name = _XML_STAYS.fullmatch(name.rpartition(":")[2].lower()) and "<" not in _CDATA.sub("", inner)
    if is_name or not _tells(inner):
        return whole
    return f"{start}</{name}>"


def _bare_part(part: str, unknown: Unknown, links: list[str]) -> str:
    json_text = part.strip("\ufeff\x1e \t\r\n,")
    known = len(links)
    try:
        value = json.loads(json_text)
        _bare(value, unknown, links, 0)
    except (ValueError, RecursionError):
        return part
    return part if len(links) == known else part.replace(json_text, json.dumps(value, ensure_ascii=False), 1)


def _bare(value: Any, unknown: Unknown, links: list[str], depth: int) -> None:
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, dict):
        link = next((link for link in _links_named(value) if unknown(link)), None)
        if link is not None and _empty(value, depth):
            links.append(link)
            return
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _bare(inner, unknown, links, depth + 1)


def _links_named(value: dict[str, Any], *, within: bool = True) -> Iterator[str]:
    """What may be the address of what an object is about, at whatever key it stands, also one object deeper."""
    for key, inner in value.items():
        if _ELSEWHERE.search(key):
            continue
        if isinstance(inner, str) and _is_link(inner):
            yield inner
        elif within and isinstance(inner, dict):
            yield from _links_named(inner, within=False)


def _empty(value: dict[str, Any], depth: int) -> bool:
    """Empty everything in an object that says more than a title; whether there was anything."""
    if depth > _DEEPEST:
        raise RecursionError
    emptied = False
    for key, inner in value.items():
        if key in _TITLE_KEYS and (isinstance(inner, str) or not _tells(_said_in(inner))):
            continue
        if isinstance(inner, dict):
            emptied = _empty(inner, depth + 1) or emptied
        elif isinstance(inner, str | list) and _tells(_said_in(inner)):
            value[key] = type(inner)()
            emptied = True
    return emptied


def _said_in(value: Any, depth: int = 0) -> str:
    """All strings of a value, links apart."""
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        return "" if _is_link(value) else value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return " ".join(_said_in(one, depth + 1) for one in inner)


def _is_link(text: str) -> bool:
    return (
        text.startswith(("/", "http://", "https://"))
        and len(text) < _LONGEST_LINK
        and not any(char.isspace() for char in text)
    )


def _tells(markup: str) -> bool:
    """Whether a text says more than a few words besides its markup."""
    return _says_much(_MARKUP.sub(" ", unescape(_CDATA.sub(r"\1", markup))))


def _says_much(text: str) -> bool:
    return not _is_link(text) and len(words(text)) >= RUN
