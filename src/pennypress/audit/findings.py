"""What an audit can find: each kind with what is wrong and how to mend it; and what one audit found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SHOWN = 50
"""So many examples of a kind are kept, and so many of one group of it."""
SHOWN_OF_A_GROUP = 15


class Weight(StrEnum):
    """How much a finding weighs: text leaves; something is wrong; something to know."""

    LEAK = "leak"
    FAULT = "fault"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding."""

    name: str
    weight: Weight
    title: str
    wrong: str
    mend: str


@dataclass(frozen=True, slots=True)
class Example:
    """Where a finding was made, and what was found there."""

    address: str
    detail: str


@dataclass(slots=True)
class Found:
    """What was found of one kind."""

    kind: Kind
    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class Route:
    """What was seen of one kind of route: how many answers (errors aside), how many hold withheld text as the site
    sends them, how many would without the guard, how many do all the same."""

    asked: int = 0
    holding: int = 0
    guarded: int = 0
    leaking: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """One audit: of which paper, when, what was found, and what was not looked at."""

    paper: str
    address: str
    began: datetime
    found: tuple[Found, ...]
    routes: Mapping[str, Route]
    answers: int
    articles: int
    metered: int
    guard: str
    unfinished: str
    notes: tuple[str, ...]
    kept_out: tuple[int, tuple[str, ...]]
    failed: tuple[int, tuple[tuple[str, str], ...]]
    hosts: tuple[tuple[str, int], ...]

    @property
    def leaks(self) -> int:
        """How many times text leaves."""
        return sum(found.count for found in self.found if found.kind.weight is Weight.LEAK)

    def of(self, weight: Weight) -> int:
        """How many findings of a weight there are."""
        return sum(found.count for found in self.found if found.kind.weight is weight)


class Findings:
    """Gathers what is found; of each kind its number and the first examples."""

    def __init__(self) -> None:
        self._found: dict[Kind, Found] = {}
        self._known: set[tuple[str, str, str]] = set()
        self.routes: dict[str, Route] = {}
        self.notes: list[str] = []
        self._groups: Counter[tuple[str, str]] = Counter()

    def add(self, kind: Kind, address: str, detail: str, *, group: str = "") -> None:
        """Note a finding, once. Of one ``group`` of a kind there are only so many examples."""
        if (kind.name, address, detail) in self._known:
            return
        self._known.add((kind.name, address, detail))
        found = self._found.setdefault(kind, Found(kind))
        found.count += 1
        self._groups[kind.name, group] += 1
        if len(found.examples) < SHOWN and self._groups[kind.name, group] <= (SHOWN_OF_A_GROUP if group else SHOWN):
            found.examples.append(Example(address, detail))

    def route(self, name: str) -> Route:
        """What was seen of a kind of route so far."""
        return self.routes.setdefault(name, Route())

    def all(self) -> tuple[Found, ...]:
        """All that was found, what weighs most first."""
        order = {kind: place for place, kind in enumerate(KINDS)}
        return tuple(sorted(self._found.values(), key=lambda found: order[found.kind]))


LEAK = Kind(
    "leak",
    Weight.LEAK,
    "Withheld text reaches a reader whose meter is used up",
    "Eight words in a row, or more, of what an article withholds stand in what this address answers.",
    'Write mode = "withhold" under [guard] if it says otherwise; else close the route in the site, or send us the '
    "address: a guard that lets text through is a fault of ours.",
)
CACHED_LEAK = Kind(
    "cached-leak",
    Weight.LEAK,
    "A cache in front answers with another reader's whole article",
    "The paper's public address gave the whole article to a program that had opened nothing.",
    "Let the cache keep no answer that says Cache-Control: private or no-store, let Vary: Cookie count, and empty it.",
)
CACHED = Kind(
    "cached",
    Weight.FAULT,
    "A cache in front keeps article pages",
    "The second of two requests for a metered article was answered from a cache: readers get each other's pages.",
    "Let the cache in front keep no answer that says Cache-Control: private or no-store, and empty it.",
)
UNLEARNED = Kind(
    "unlearned",
    Weight.FAULT,
    "The guard learns an article only when somebody opens it",
    "These addresses hold withheld text, and [guard] learn names nothing: of an article that nobody has opened since "
    "it was published they tell all.",
    "Name the sitemap, or the feed of the newest articles, under [guard] learn.",
)
NO_BODY = Kind(
    "no-body",
    Weight.FAULT,
    "Articles without a body",
    "No rule finds the article's text; readers without a grant get the headline and the wall alone.",
    "Name the element that holds the text under [articles] body, and look with: pennypress explain ADDRESS.",
)
UNREAD = Kind(
    "unread",
    Weight.FAULT,
    "Articles that cannot be read or cut",
    "The page cannot be turned into text or cut without doubt; readers without a grant get the headline and the wall "
    "alone.",
    "Mend what the second column names, and look with: pennypress explain ADDRESS.",
)
NO_SELECTOR = Kind(
    "no-selector",
    Weight.FAULT,
    "[articles] body matches nothing",
    "The configured selector finds no text on this article, so that another rule had to find the body.",
    "Write a selector that fits all templates, or take the setting away.",
)
NO_PAID_SELECTOR = Kind(
    "no-paid-selector",
    Weight.FAULT,
    "A cssSelector in the structured data matches nothing",
    "The page's hasPart names where paid text stands, and nothing is there; search engines then count the page as "
    "cloaked.",
    "Name a class that the template has.",
)
NO_PATH = Kind(
    "no-path",
    Weight.REMARK,
    "Patterns that match no page seen",
    "None of the articles seen is of this pattern.",
    "Look whether the pattern is misspelt, or raise --pages.",
)
HEADLINE = Kind(
    "headline",
    Weight.FAULT,
    "The headline in the structured data is another",
    "Less than half of its words stand in the headline that the page shows.",
    "Let the template write both from one field.",
)
DATES = Kind(
    "dates",
    Weight.FAULT,
    "The page names two dates of publication",
    "Rules by age (newer_than, older_than) go by the structured data.",
    "Let the template write all of them from one field.",
)
SAID_FREE = Kind(
    "said-free",
    Weight.FAULT,
    "The structured data says that a metered article is free",
    "isAccessibleForFree is true. Walled pages say false whatever it says, full ones do not: the two disagree.",
    "Let the site say false, or leave the property out: Pennypress then writes it.",
)
SAID_NOT_FREE = Kind(
    "said-not-free",
    Weight.FAULT,
    "The structured data says that a free article is not free",
    "isAccessibleForFree is false, and no rule withholds anything.",
    "Let the site leave the property out, or take the article out of the free rule.",
)
OTHER_TEXT = Kind(
    "other-text",
    Weight.FAULT,
    "articleBody is not the article's text",
    "Less than half of articleBody stands in the body that was found: one of the two is another article's, or the body "
    "is found in the wrong place.",
    "Look with: pennypress explain ADDRESS; then mend the template, or name the body under [articles] body.",
)
CANONICAL_ELSEWHERE = Kind(
    "canonical-elsewhere",
    Weight.FAULT,
    "Canonical links to another host",
    "The article's canonical link leads to a host that is not this paper's, so it is not followed: each address of the "
    "article is counted by itself.",
    "Let the site write its public address, or mend [paper] url.",
)
CANONICAL_DEAD = Kind(
    "canonical-dead",
    Weight.FAULT,
    "Canonical links that lead to no page",
    "The address that the canonical link names is not answered with a page.",
    "Let the template name the article's own address.",
)
CANONICAL_SHARED = Kind(
    "canonical-shared",
    Weight.FAULT,
    "Many articles claim one canonical link",
    "Pages whose texts have nothing in common name the same address; it is no longer believed.",
    "Let the template name each article's own address.",
)
CANONICAL_NO_ARTICLE = Kind(
    "canonical-no-article",
    Weight.FAULT,
    "Canonical links to something that is no article",
    "The canonical link leads to no address under [articles] paths, so it is not followed.",
    "Let the template name the article's own address, or add its path to [articles] paths.",
)
UNMETERED = Kind(
    "unmetered",
    Weight.FAULT,
    "Articles that nothing meters",
    "The page says that it is an article, and is under none of [articles] paths.",
    "Add a pattern that holds it to [articles] paths; or leave it, if it is meant to be free.",
)
GUARDED = Kind(
    "guarded",
    Weight.REMARK,
    "Routes that the guard keeps",
    "Without the guard a reader whose meter is used up would read withheld text here; with it nothing leaves.",
    "Nothing has to be done. A route that nobody needs is best closed in the site.",
)
ALLOWED = Kind(
    "allowed",
    Weight.REMARK,
    "Pages that may quote",
    "[guard] allow lets withheld text stand here.",
    "Nothing has to be done, if it is meant.",
)

KINDS = (
    LEAK,
    CACHED_LEAK,
    CACHED,
    NO_BODY,
    UNREAD,
    NO_SELECTOR,
    NO_PAID_SELECTOR,
    HEADLINE,
    DATES,
    SAID_FREE,
    SAID_NOT_FREE,
    OTHER_TEXT,
    CANONICAL_ELSEWHERE,
    CANONICAL_DEAD,
    CANONICAL_SHARED,
    CANONICAL_NO_ARTICLE,
    UNMETERED,
    UNLEARNED,
    GUARDED,
    ALLOWED,
    NO_PATH,
)
"""Every kind, what weighs most first."""
