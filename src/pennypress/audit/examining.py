"""Examining an article's page: its body, its structured data and its canonical link against what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from pennypress.audit import findings as kinds
from pennypress.audit.findings import Findings
from pennypress.audit.site import Site
from pennypress.audit.tray import Seen, Tray
from pennypress.config import Config
from pennypress.core.decision import Decision, Reason
from pennypress.core.target import any_matches, read_target
from pennypress.pages.facts import read_moment
from pennypress.pages.naming import canonical_target
from pennypress.pages.page import Cut, Page
from pennypress.pages.recognise import Subject
from pennypress.pages.structured import Structured, read_structured
from pennypress.pages.withheld import RUN, Withheld
from pennypress.pages.words import squeeze, words

_LEAST_TEXT = 40
_A_DAY = timedelta(days=1)
_DATED = (
    ('meta[property="article:published_time" i]', "content", "article:published_time"),
    ('[itemprop="datePublished"][datetime]', "datetime", "the time element"),
    ("time[pubdate][datetime]", "datetime", "the time element"),
    ("time.published[datetime]", "datetime", "the time element"),
    ("time.entry-date[datetime]", "datetime", "the time element"),
)


class Examiner:
    """Examines articles' pages, one at a time."""

    def __init__(self, config: Config, site: Site, tray: Tray, findings: Findings) -> None:
        self._config = config
        self._site = site
        self._tray = tray
        self._findings = findings

    def examine(self, seen: Seen, subject: Subject, decision: Decision, page: Page, cut: Cut, text: str) -> None:
        """Note what is wrong with an article's page; ``text`` is the page as the site sends it."""
        tree = LexborHTMLParser(text)
        structured = read_structured(tree)
        add, at = self._findings.add, seen.address
        if page.body_rule is None:
            add(kinds.NO_BODY, at, f'"{page.facts.title or subject.article.key}"')
        elif cut.alone is not None and not subject.brief and not decision.full:
            add(kinds.UNREAD, at, cut.alone)
        self._canonical(at, page)
        if subject.continued or subject.twin:
            return
        self._selectors(at, page, tree, structured)
        self._structured(at, tree, structured, decision, page, cut)

    def _selectors(self, at: str, page: Page, tree: LexborHTMLParser, structured: Structured) -> None:
        own = self._config.articles.body
        if own is not None and page.body_rule not in (None, "selector"):
            self._findings.add(kinds.NO_SELECTOR, at, f'{own}; the body was found by "{page.body_rule}"')
        for selector in structured.selectors:
            if not _matches(tree, selector):
                self._findings.add(kinds.NO_PAID_SELECTOR, at, selector)

    def _structured(
        self, at: str, tree: LexborHTMLParser, structured: Structured, decision: Decision, page: Page, cut: Cut
    ) -> None:
        add = self._findings.add
        shown = [heading for node in tree.css("h1") if (heading := " ".join(node.text().split()))]
        if structured.headline and len(shown) == 1 and _differ(structured.headline, shown[0]):
            add(kinds.HEADLINE, at, f'"{structured.headline}"; the page shows "{shown[0]}"')
        for named, said in _dates(tree):
            one, other = read_moment(structured.published), read_moment(said)
            if one is not None and other is not None and abs(one - other) > _A_DAY:
                add(kinds.DATES, at, f"datePublished is {structured.published}, {named} is {said}")
        if True in structured.free and False not in structured.free and not decision.full:
            add(kinds.SAID_FREE, at, f"{decision.reason.value}: it is withheld")
        if False in structured.free and decision.reason is Reason.FREE:
            add(kinds.SAID_NOT_FREE, at, "it is free")
        if page.body_rule is not None and (share := _share(structured.body, f"{cut.preview}\n{cut.told}")) < 0.5:
            add(kinds.OTHER_TEXT, at, f"{share:.0%} of articleBody stands in the body")

    def _canonical(self, at: str, page: Page) -> None:
        link = page.facts.canonical
        if link is None:
            return
        add, host = self._findings.add, urlsplit(link).netloc.lower()
        address = self._site.target_of(link, at)
        if address is None:
            add(kinds.CANONICAL_ELSEWHERE if host not in self._site.hosts else kinds.CANONICAL_DEAD, at, link)
            return
        patterns = self._config.articles.paths
        other = self._tray.seen(address)
        if other is not None and other.status >= 300:
            add(kinds.CANONICAL_DEAD, at, f"{link} is answered {other.status}")
        elif patterns and address != at and canonical_target(link, host or self._site.host, patterns) is None:
            add(kinds.CANONICAL_NO_ARTICLE, at, link)


def unmatched(config: Config, paths: set[tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """The configured patterns of which no article's paths are, and where they stand."""
    for pattern in config.articles.paths:
        if not any(any_matches((pattern,), held) for held in paths):
            yield pattern.text, "[articles] paths"
    for place, rule in enumerate(config.rules, 1):
        for pattern in rule.paths:
            if not any(any_matches((pattern,), held) for held in paths):
                yield pattern.text, f"[[rules]] {rule.name or place}"


def proposed_pattern(address: str) -> str:
    """A pattern that would hold an address."""
    first, _, rest = read_target(address).folded.strip("/").partition("/")
    return f"/{first}/**" if rest else f"/{first}"


def _matches(tree: LexborHTMLParser, selector: str) -> bool:
    try:
        return tree.css_first(selector) is not None
    except (SelectolaxError, ValueError):
        return False


def _differ(told: str, shown: str) -> bool:
    one, other = set(words(told)), set(words(shown))
    return bool(one) and squeeze(told) not in squeeze(shown) and len(one & other) * 2 < len(one)


def _dates(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    for selector, attribute, named in _DATED:
        node = tree.css_first(selector)
        if node is not None and (said := node.attributes.get(attribute)):
            yield named, said


def _share(told: str, body: str) -> float:
    """How much of a text stands in another, in runs of eight words; all of it where it is short."""
    count = len(words(told))
    if count < max(_LEAST_TEXT, RUN):
        return 1.0
    return Withheld(told, "").words_within(squeeze(body)) / count
