"""The items of feeds and JSON answers whose article is not yet known: they go out with title and link alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin

from pennypress.pages.addresses import is_link
from pennypress.pages.withheld import RUN
from pennypress.pages.words import words

_ITEM_BEGINS = re.compile(r"<((?:[\w.-]+:)?(?:(?:news)?item|entry|article|story|post))(?=[\s>])[^<>]*>", re.IGNORECASE)
_LINK = re.compile(
    r"<(?:[\w.-]+:)?link\b([^>]*?)(?:/>|>(.*?)</(?:[\w.-]+:)?link\s*>)"
    r"|<((?:[\w.-]+:)?(?:guid|id|url|permalink|origLink)\b[^>]*)>([^<]*|<!\[CDATA\[.*?\]\]>)</",
    re.DOTALL | re.IGNORECASE,
)
_OWN_LINK = re.compile(r"""\s(?:url|href|link|permalink)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_PAGE = re.compile(r"<html\b", re.IGNORECASE)
_ABOUT = re.compile(r"""^<[^>]*?\brdf:about\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_BASE = re.compile(r"""^<[^>]*?\bxml:base\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_LOC = re.compile(r"<(?:\w+:)?loc\s*>(.*?)</(?:\w+:)?loc\s*>", re.DOTALL)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
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
_LONGEST_NAME = 40
"""No title, name or category has so many words."""

# A link under such a key leads to something else than what its object is about.
_ELSEWHERE = re.compile(
    r"next|prev|feed|api|edit|icon|image|img|avatar|logo|banner|hub|author|comment|repl(?:y|ies)|thumb|parent|related"
    r"|search|section|categor|tag|collection|archive|short",
    re.IGNORECASE,
)
# Also such a one, unless the key says that it is an article's.
_AROUND = re.compile(r"^(?!.*(?:article|story|post)).*(?:first|last|home|about|root|base)", re.IGNORECASE)
_OF_A_LINK = re.compile(r"path|ur[il]|link|href|alias|slug", re.IGNORECASE)
_PLACE = re.compile(r"[\w.~%-]+(?:/[\w.~%-]+)+/?")
_BY_NUMBER = re.compile(r"/\?p(?:age_id)?=\d+$")
_IN_A_FORMAT = re.compile(r"\?_?format=\w+$")
_LINK_LISTS = frozenset(("link", "links", "self", "alternate", "canonical"))
_JSON_TOKEN = re.compile(r'("(?:[^"\\]++|\\(?:.|\Z))*+(?:"|\Z))(\s*+:)?|[{}\[\]]|/\*.*?\*/|//[^\n]*', re.DOTALL)
_CALL = re.compile(
    r"\s*+(?:/\*(?:[^*]++|\*(?!/))*+\*/\s*+|//[^\n]*+\n\s*+)*+[\w$.]++\s*+\(\s*+[\[{]",
)
_DEEPEST = 60

Unknown = Callable[[str], bool]
"""Whether a link leads to an article of this paper that is not known yet."""


def bare_xml(text: str, unknown: Unknown) -> tuple[str, tuple[str, ...]]:
    """A feed whose items of unknown articles have lost their text, and the links of those."""
    links: list[str] = []
    base = _base_of(text)
    if _PAGE.match(_root_of(text)):
        return text, ()

    pieces: list[str] = []
    at = 0
    for first, end in _items(text):
        item = text[first:end]
        link = next((link for link in _links_of(item, base) if unknown(link)), None)
        bare = item if link is None else "".join(_bare_children(item))
        if link is not None and bare != item:
            links.append(link)
        pieces += (text[at:first], bare)
        at = end
    return "".join(pieces) + text[at:], tuple(links)


def bare_json(text: str, unknown: Unknown) -> tuple[str, tuple[str, ...]]:
    """JSON (or lines of it, or what a script calls with it) whose objects about unknown articles have lost their text,
    and the links of those. Nothing else in it is changed."""
    bare = _Bare(unknown)
    bare.look_through(_read(text))
    pieces: list[str] = []
    at = 0
    for value in bare.emptied:
        pieces += (text[at : value.first], '""' if value.text is not None else "[]")
        at = value.end
    return "".join(pieces) + text[at:], tuple(bare.links)


def is_call(text: str) -> bool:
    """Whether a script does nothing but call something with an object or a list."""
    return _CALL.match(text) is not None and text.rstrip(" \t\r\n;").endswith(")")


def links_in(text: str) -> list[str]:
    """The links that a sitemap or a feed names, each once, in order."""
    said = [_said(found) for found in _LOC.findall(text)]
    base = _base_of(text)
    told = (link for first, end in _items(text) for link in _links_of(text[first:end], base))
    return list(dict.fromkeys([*filter(None, said), *told]))


def lists_lists(text: str) -> bool:
    """Whether a sitemap names other sitemaps, not pages."""
    return re.search(r"<(?:\w+:)?sitemapindex\b", text) is not None


def _items(text: str) -> Iterator[tuple[int, int]]:
    """From where to where the items of a feed stand."""
    at = 0
    endless: set[str] = set()
    for begins in _ITEM_BEGINS.finditer(text):
        if begins.start() < at or begins[1] in endless:
            continue
        ends = re.compile(rf"</{re.escape(begins[1])}\s*>", re.IGNORECASE).search(text, begins.end())
        if ends is None:
            endless.add(begins[1])
            continue
        at = ends.end()
        yield begins.start(), at


def _base_of(text: str) -> str:
    """The address from which a feed's links lead on; empty where its outermost element names none."""
    return _attribute(_BASE, _root_of(text))


def _root_of(text: str) -> str:
    """The start tag of the outermost element; empty where there is none."""
    return next((token[0] for token in _TOKEN.finditer(text) if token[2]), "")


def _attribute(pattern: re.Pattern[str], tag: str) -> str:
    found = pattern.match(tag)
    return "" if found is None else unescape(found[1] or found[2] or "").strip()


def _links_of(item: str, base: str) -> list[str]:
    base = _joined(base, _attribute(_BASE, item))
    own = _OWN_LINK.search(item, 0, item.index(">"))
    links = [_attribute(_ABOUT, item), "" if own is None else unescape(own[1] or own[2] or "").strip()]
    for attributes, content, named, content_of_named in _LINK.findall(item):
        if named:
            links.append(_named(named, content_of_named))
            continue
        href = _HREF.search(attributes)
        if href is not None and "rel=" in attributes.replace(" ", "") and "alternate" not in attributes:
            continue
        links.append(_said(content if href is None else href[1] or href[2] or ""))
    return [_joined(base, link) for link in links if link]


def _named(tag: str, content: str) -> str:
    """The address that an element holds which may be one; what only numbers an article is none."""
    link = _said(content)
    is_one = is_link(link) and "false" not in tag and not _BY_NUMBER.search(link)
    return link if is_one else ""


def _said(content: str) -> str:
    return unescape(_CDATA.sub(r"\1", content)).strip()


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
    if not _tells(inner, _LONGEST_NAME if is_name else RUN):
        return whole
    return f"{start}</{name}>"


@dataclass(slots=True)
class _Value:
    """A string (its ``text``), an object or a list in JSON, with where it stands and what it holds under which key."""

    first: int
    end: int
    text: str | None = None
    is_object: bool = False
    inner: list[tuple[str, _Value]] = field(default_factory=list)


def _read(text: str) -> _Value:
    """The strings, objects and lists of a text that is JSON or nearly so: a piece of it, with comments, or a comma too
    many. What lies too deep is taken for a part of what it lies in."""
    root = _Value(0, len(text))
    above, key, deeper = [root], "", 0
    for found in _JSON_TOKEN.finditer(text):
        char = text[found.start()]
        if char == '"':
            if found[2] is not None:
                key = _decoded(found[1])
                continue
            above[-1].inner.append((key, _Value(found.start(), found.end(), _decoded(found[1]))))
            above[-1].is_object |= bool(key)
        elif char in "{[":
            if len(above) > _DEEPEST:
                deeper += 1
                continue
            value = _Value(found.start(), len(text), is_object=char == "{")
            above[-1].inner.append((key, value))
            above.append(value)
        elif char in "}]":
            if deeper:
                deeper -= 1
            elif len(above) > 1:
                above.pop().end = found.end()
        else:
            continue
        key = ""
    return root


def _decoded(token: str) -> str:
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token[1:]


class _Bare:
    """The objects about unknown articles in JSON: their links, and what of them is to be emptied."""

    def __init__(self, unknown: Unknown) -> None:
        self._unknown = unknown
        self.links: list[str] = []
        self.emptied: list[_Value] = []

    def look_through(self, value: _Value) -> None:
        """Find what is to be emptied in a value, in the order in which it stands there."""
        if value.is_object:
            link = next((link for link in _links_named(value) if self._unknown(link)), None)
            if link is not None and self._empties(value, link):
                return
        for key, inner in value.inner:
            if not (is_link(key) and self._unknown(key) and self._empties(_Value(0, 0, inner=[("", inner)]), key)):
                self.look_through(inner)

    def _empties(self, value: _Value, link: str) -> bool:
        """Empty all that says more than a name in what is about an unknown article; whether there was anything."""
        telling = list(_telling_in(value))
        if telling:
            self.links.append(link)
            self.emptied += telling
        return bool(telling)


def _telling_in(value: _Value) -> Iterator[_Value]:
    """The strings and lists in an object that say more than a title."""
    for key, inner in value.inner:
        if key in _TITLE_KEYS and not _tells(_said_in(inner), _LONGEST_NAME):
            continue
        if inner.is_object:
            yield from _telling_in(inner)
        elif _tells(_said_in(inner)):
            yield inner


def _links_named(value: _Value, *, within: bool = True) -> Iterator[str]:
    """What may be the address of what an object is about, at whatever key it stands, also one object deeper."""
    for key, inner in value.inner:
        if _ELSEWHERE.search(key) or _AROUND.match(key):
            continue
        if inner.text is not None:
            link = inner.text.strip()
            if is_link(link) and not _BY_NUMBER.search(link):
                yield link.partition("?")[0] if _IN_A_FORMAT.search(link) else link
            elif _OF_A_LINK.search(key) and _PLACE.fullmatch(link):
                yield f"/{link}"
        elif inner.is_object and within:
            yield from _links_named(inner, within=key.strip("_") in _LINK_LISTS)
        elif key.strip("_") in _LINK_LISTS:
            yield from (link for _, one in inner.inner if one.is_object for link in _linked(one))


def _linked(value: _Value) -> Iterator[str]:
    """The address in an object of a list of links, unless it says that it leads elsewhere."""
    said = " ".join(inner.text or "" for key, inner in value.inner if key == "rel")
    if not _ELSEWHERE.search(said) and not _AROUND.match(said):
        yield from _links_named(value, within=False)


def _said_in(value: _Value) -> str:
    """All strings of a value, links apart."""
    if value.text is not None:
        return "" if is_link(value.text) else value.text
    return " ".join(_said_in(inner) for _, inner in value.inner)


def _tells(markup: str, least: int = RUN) -> bool:
    """Whether a text says more than a few words besides its markup."""
    return _says_much(_MARKUP.sub(" ", unescape(_CDATA.sub(r"\1", markup))), least)


def _says_much(text: str, least: int = RUN) -> bool:
    return not is_link(text) and len(words(text)) >= least
