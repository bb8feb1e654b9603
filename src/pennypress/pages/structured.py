"""A page's structured data (JSON-LD): what it says of the article, and how it is marked once the page is walled."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

WALL_SELECTOR = ".pennypress-wall"
"""The selector of the wall's class: what structured data says is not free."""

WITHHELD_SELECTOR = ".pennypress-withheld"
"""The selector of the class that a verified crawler's page bears on what a walled reader does not get."""

_ARTICLE = re.compile(r"(?:article|blogposting|socialmediaposting|report|recipe|review|howto)\Z", re.IGNORECASE)
_LISTS = frozenset(("collectionpage", "itemlist", "searchresultspage"))
_CARRIERS = ("@graph", "mainEntity", "mainEntityOfPage")
_DEEPEST = 60
_TAGS = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Structured:
    """What the JSON-LD of a page says. ``article`` is whether it says that the page is an article, ``lists`` whether
    it says that the page is a list; ``free`` holds each word on whether it is free, as True, False or None (unclear);
    ``selectors`` are the selectors under which it says that paid text stands; ``body`` is the article's text, where it
    gives that."""

    article: bool = False
    lists: bool = False
    headline: str = ""
    sections: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: str = ""
    language: str = ""
    free: tuple[bool | None, ...] = ()
    selectors: tuple[str, ...] = ()
    body: str = ""


def read_structured(tree: LexborHTMLParser) -> Structured:
    """Read what the JSON-LD of a page says; what cannot be parsed says nothing."""
    items = [item for script in _scripts(tree) for item in _own_items(_parsed(script))]
    articles = [item for item in items if _is_article(item)]
    parts = [part for item in articles or items for part in _listed(item.get("hasPart")) if isinstance(part, dict)]
    first: dict[str, Any] = articles[0] if articles else {}
    return Structured(
        article=bool(articles),
        lists=any(name in _LISTS for item in items for name in _types(item)),
        headline=_first_text(articles, "headline"),
        sections=_texts(first.get("articleSection")),
        keywords=_keywords(first.get("keywords")),
        authors=_texts(first.get("author")),
        published=_first_text(articles, "datePublished"),
        language=_first_text(articles, "inLanguage"),
        free=tuple(_truth(item["isAccessibleForFree"]) for item in (*items, *parts) if "isAccessibleForFree" in item),
        body=_TAGS.sub(" ", max((_first_text([item], "articleBody") for item in articles), key=len, default="")),
        selectors=tuple(
            text for part in parts if "isAccessibleForFree" in part for text in _texts(part.get("cssSelector"))
        ),
    )


def mark_not_free(tree: LexborHTMLParser, headline: str, selector: str = WALL_SELECTOR) -> None:
    """Make the JSON-LD of a page say that its article is not free, and where what is not free stands.

    What cannot be parsed goes. A page that says nothing of an article gets one item more, in its head.
    """
    marked = False
    for script in _scripts(tree):
        value = _parsed(script)
        if value is None:
            script.decompose()
            continue
        for item in _own_items(value):
            if _is_article(item):
                _mark(item, selector)
                marked = True
            else:
                _agree(item, selector)
        _write(script, value)
    _mark_microdata(tree)
    if not marked and tree.head is not None:
        item = {"@context": "https://schema.org", "@type": "NewsArticle"} | ({"headline": headline} if headline else {})
        _mark(item, selector)
        script = tree.create_node("script")
        script.attrs["type"] = "application/ld+json"
        tree.head.insert_child(script, move=True)
        _write(tree.head.css('script[type="application/ld+json"]')[-1], item)


def script_json(value: object) -> str:
    """JSON that stands safely in a script element, in any charset."""
    return json.dumps(value, ensure_ascii=True).replace("<", "\\u003c").replace("&", "\\u0026")


def _mark(item: dict[str, Any], selector: str) -> None:
    item["isAccessibleForFree"] = False
    part = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": selector}
    # On a walled page the others are parts of what is withheld: its pictures, clips and their captions.
    others = [held for held in _listed(item.get("hasPart")) if not _is_paid_part(held) and selector != WALL_SELECTOR]
    item["hasPart"] = [*others, part] if others else part


def _agree(item: dict[str, Any], selector: str) -> None:
    """Make an item that is no article itself contradict nothing: the page, or a part that stands by itself."""
    if "isAccessibleForFree" in item:
        item["isAccessibleForFree"] = False
    if "cssSelector" in item and _is_paid_part(item):
        item["cssSelector"] = selector
    parts = _listed(item.get("hasPart"))
    others = [held for held in parts if not _is_paid_part(held)]
    if len(others) < len(parts):
        _mark(item, selector)


def _is_paid_part(part: Any) -> bool:
    """Whether a part says where what is paid for stands: each page has one word on that, and it is ours."""
    if not isinstance(part, dict):
        return False
    return "isAccessibleForFree" in part and ("cssSelector" in part or "webpageelement" in _types(part))


def _mark_microdata(tree: LexborHTMLParser) -> None:
    """Make a page's microdata say that it is not free, where it says anything of that."""
    for node in tree.css('[itemprop~="isAccessibleForFree"]'):
        if node.tag == "link":
            node.attrs["href"] = "https://schema.org/False"
        elif "content" in node.attributes or node.tag == "meta":
            node.attrs["content"] = "False"
        else:
            node.inner_html = "False"


def _write(script: LexborNode, value: object) -> None:
    script.inner_html = script_json(value)


def _scripts(tree: LexborHTMLParser) -> list[LexborNode]:
    return [
        script
        for script in tree.css("script[type]")
        if (script.attributes.get("type") or "").split(";")[0].strip().lower() == "application/ld+json"
    ]


def _parsed(script: LexborNode) -> Any:
    """The JSON of a script, read as leniently as search engines do; None for what is no object or list."""
    try:
        value = json.loads(_unwrapped(script.text()), strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, (dict, list)) else None


def _unwrapped(text: str) -> str:
    """The JSON of a script without the comment or CDATA section that old pages put around it."""
    text = text.strip().removeprefix("//").lstrip()
    for opening, closing in (("<![CDATA[", "]]>"), ("<!--", "-->")):
        if text.startswith(opening):
            return text.removeprefix(opening).removesuffix(closing).rstrip().removesuffix("//").strip()
    return text.rstrip(" ;")


def _own_items(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The items that speak of the page itself: not those of a list, nor a part's."""
    if isinstance(value, list) and depth < _DEEPEST:
        for entry in value:
            yield from _own_items(entry, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        yield value
        for carrier in _CARRIERS:
            if isinstance(value.get(carrier), (dict, list)):
                yield from _own_items(value[carrier], depth + 1)


def _types(item: dict[str, Any]) -> list[str]:
    names = [name for name in _listed(item.get("@type")) if isinstance(name, str)]
    return [re.split(r"[/#:]", name)[-1].lower() for name in names]


def _is_article(item: dict[str, Any]) -> bool:
    return any(_ARTICLE.search(name) for name in _types(item))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> tuple[str, ...]:
    """The texts of a value: strings, or the names of things."""
    found: list[str] = []
    for entry in _listed(value):
        name = entry.get("name") if isinstance(entry, dict) else entry
        found.extend(text.strip() for text in _listed(name) if isinstance(text, str) and text.strip())
    return tuple(dict.fromkeys(found))


def _keywords(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for text in _texts(value) for word in text.split(",") if word.strip()))


def _first_text(items: list[dict[str, Any]], name: str) -> str:
    return next((text for item in items for text in _texts(item.get(name))), "")


def _truth(value: Any) -> bool | None:
    """What a publisher means by a word on whether it is free: JSON's or Python's, or schema.org's address of it."""
    word = str(value).strip().rpartition("/")[2].lower()
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(word)
