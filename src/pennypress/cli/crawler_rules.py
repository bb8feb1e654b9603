"""Google's rules for content behind a paywall, held against what a crawler will see.

They are in its documentation of structured data for subscription and paywalled content, and of flexible sampling: the
article is said not to be free, what is not free stands in elements of one class, none in another, no copy is offered
from a cache, and readers who may read get what Google got.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from protego import Protego
from selectolax.lexbor import LexborHTMLParser

from pennypress.cli.crawler_view import CrawlerView
from pennypress.cli.explanation import Explanation
from pennypress.core.target import Target
from pennypress.http.answer import first

_CLASS = re.compile(r"\.[A-Za-z_-][\w-]*")
_PAID = re.compile(r"(?:Article|Blog|BlogPosting|Comment|Course|HowTo|Message|Report|Review|WebPage)\Z")
_WORD = re.compile(r"\w+")
_ALIKE = 0.9
"""Two texts of which so many words are the same are one: a date or a number may differ."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: whether it is kept, what it says, and what was found or how to mend it."""

    kept: bool
    rule: str
    told: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The page as it was sent, parsed anew."""

    tree: LexborHTMLParser
    items: tuple[dict[str, Any], ...]
    broken: int

    @property
    def article(self) -> dict[str, Any] | None:
        """The first item that is an article; None where there is none."""
        return next((item for item in self.items if any(_PAID.search(name) for name in _types(item))), None)


def seen_in(body: bytes) -> Seen:
    """Parse a page as it was sent. Structured data is read strictly: what is no JSON is counted."""
    tree = LexborHTMLParser(body, scripting=True)
    items: list[dict[str, Any]] = []
    broken = 0
    for script in tree.css('script[type="application/ld+json"]'):
        try:
            items.extend(_items(json.loads(script.text())))
        except (ValueError, RecursionError):
            broken += 1
    return Seen(tree, tuple(items), broken)


def checks(target: Target, view: CrawlerView) -> Iterator[Check]:
    """Every rule that applies to the page, kept or not."""
    answer, seen = view.answer, seen_in(view.answer.body)
    yield Check(answer.status == 200, "It answers 200", str(answer.status))
    yield _may_be_fetched(target, view)
    yield _may_be_listed(view, seen)
    reason = (first(answer.headers, b"pennypress-reason") or b"").decode()
    yield _same_to_readers(view)
    if not reason:
        yield Check(True, "It is no article", "it goes out as the site made it")
        return
    if reason in ("free", "brief"):
        said = seen.article is not None and _is_false(seen.article.get("isAccessibleForFree"))
        told = "the site says that it is not; take that out of its structured data" if said else "as the site made it"
        yield Check(not said, "It is free, and does not say otherwise", told)
        return
    full = first(answer.headers, b"pennypress-access") == b"full"
    yield Check(True, "It goes out whole" if full else "The preview goes out", reason)
    if full:
        archive = any(name == b"x-robots-tag" and b"noarchive" in value for name, value in answer.headers)
        yield Check(archive, "No copy may be shown (noarchive)", "X-Robots-Tag" if archive else "it is not said")
    yield from _structured(seen)
    yield from _marked(view, seen, full=full)


def _may_be_fetched(target: Target, view: CrawlerView) -> Check:
    agent = view.crawler.user_agents[0]
    allowed = Protego.parse(view.robots).can_fetch(f"http://paper.invalid{target.forwarded}", agent)
    return Check(allowed, "robots.txt lets it in", "yes" if allowed else f"it keeps {agent} out of this address")


def _may_be_listed(view: CrawlerView, seen: Seen) -> Check:
    said = [value.decode("latin-1") for name, value in view.answer.headers if name == b"x-robots-tag"]
    said += [meta.attributes.get("content") or "" for meta in seen.tree.css('meta[name="robots" i]')]
    said += [meta.attributes.get("content") or "" for meta in seen.tree.css('meta[name="googlebot" i]')]
    barred = any(re.search(r"\b(?:noindex|none)\b", words, re.IGNORECASE) for words in said)
    told = "the page says noindex" if barred else "nothing is said against it"
    return Check(not barred, "It may stand in the index", told)


def _same_to_readers(view: CrawlerView) -> Check:
    one, other = _body(view.found), _body(view.to_reader)
    common, most = (one & other).total(), max(one.total(), other.total())
    same = common >= _ALIKE * most and view.found.answer.status == view.to_reader.answer.status
    told = "it does" if same else "its article differs; Google takes that for cloaking"
    return Check(same, "The site gives readers what it gives the crawler", told)


def _structured(seen: Seen) -> Iterator[Check]:
    told = f"{seen.broken} scripts are not" if seen.broken else f"{len(seen.items)} items"
    yield Check(seen.broken == 0, "The structured data is valid JSON", told)
    item = seen.article
    if item is None:
        yield Check(False, "It says what the page is", "no item is an article; add a NewsArticle")
        return
    yield Check(True, "It says what the page is", ", ".join(_types(item)))
    yield Check(_is_false(item.get("isAccessibleForFree")), "isAccessibleForFree is false", _shown(item))
    lacking = [name for name in ("headline", "datePublished", "image") if not item.get(name)]
    yield Check(True, "Recommended besides", f"add {', '.join(lacking)}" if lacking else "all there")


def _marked(view: CrawlerView, seen: Seen, *, full: bool) -> Iterator[Check]:
    parts = _paid_parts(seen.article or {})
    right = [part for part in parts if "WebPageElement" in _types(part) and _is_false(part["isAccessibleForFree"])]
    yield Check(bool(right) and right == parts, "hasPart says which part is not", f"{len(parts)} WebPageElement")
    selectors = [str(part.get("cssSelector")) for part in right]
    named = all(_CLASS.fullmatch(selector) for selector in selectors) and bool(selectors)
    yield Check(named, "Each part is named by a class", ", ".join(selectors) or "none is named")
    if not named:
        return
    together = ", ".join(selectors)
    nodes = seen.tree.css(together)
    yield Check(bool(nodes), "The class stands in the page", f"{len(nodes)} elements")
    nested = [f"{one} {other}" for one in selectors for other in selectors]
    within = seen.tree.css(", ".join(nested))
    yield Check(not within, "No such part stands in another", f"{len(within)} do" if within else "none does")
    if full and view.found.page is not None and view.found.subject is not None:
        cut = view.found.page.cut(continued=view.found.subject.continued)
        walled = _words(cut.walled(b"")) if cut.alone is None else Counter[str]()
        open_to_all = _words(view.answer.body, without=together)
        right_ones = "they are the same" if open_to_all == walled else "a walled reader gets something else"
        yield Check(open_to_all == walled, "What is outside it is what a walled reader gets", right_ones)


def _paid_parts(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for part in _listed(item.get("hasPart")) if isinstance(part, dict) and "isAccessibleForFree" in part]


def _body(found: Explanation) -> Counter[str]:
    """The words of the article, as far as it can be found."""
    if found.page is None or found.page.body_rule is None:
        return Counter()
    cut = found.page.cut()
    return Counter(_WORD.findall(f"{cut.preview}\n{cut.told}"))


def _words(body: bytes, without: str = "") -> Counter[str]:
    tree = LexborHTMLParser(body, scripting=True)
    for node in tree.css(f"script, style, noscript, template, head{f', {without}' if without else ''}"):
        node.remove()
    return Counter(_WORD.findall(tree.body.text(separator=" ") if tree.body else ""))


def _items(value: Any) -> Iterator[dict[str, Any]]:
    for entry in _listed(value):
        if isinstance(entry, dict):
            yield entry
            yield from _items(entry.get("@graph"))
            yield from _items(entry.get("mainEntity"))


def _types(item: dict[str, Any]) -> list[str]:
    return [re.split(r"[/#:]", name)[-1] for name in _listed(item.get("@type")) if isinstance(name, str)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_false(value: Any) -> bool:
    return value is False or str(value).rpartition("/")[2] == "False"


def _shown(item: dict[str, Any]) -> str:
    return json.dumps(item.get("isAccessibleForFree"))
