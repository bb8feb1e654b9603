"""Is this page an article, and which: the design's rules on what an article is, applied to one page at one address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from pennypress.core.article import Access, Article
from pennypress.core.target import PathPattern, Target, any_matches
from pennypress.pages.naming import canonical_target, claim_of_pages, first_page, is_later_page, name_article
from pennypress.pages.page import Page


class Grounds:
    """On what grounds articles are recognised: the paths that hold them (none: the page's own word decides)."""

    def __init__(self, patterns: tuple[PathPattern, ...]) -> None:
        self.patterns = patterns
        # Not keyed by the patterns too: to hash those would cost more than all the rest.
        self._holds = lru_cache(maxsize=4096)(self._hold)
        self._is_under = lru_cache(maxsize=4096)(partial(any_matches, patterns))

    def hold(self, target: Target) -> bool:
        """Whether an address lies where articles are, and is not the root of the paths that hold them."""
        return self._holds(target.paths)

    def under(self, target: Target) -> bool:
        """Whether an address lies under the article paths, their root included."""
        return self._is_under(target.paths)

    def _hold(self, paths: tuple[str, ...]) -> bool:
        return any(pattern.matches(path) and path != pattern.root for pattern in self.patterns for path in paths)


@dataclass(frozen=True, slots=True)
class Subject:
    """The article that a page is about. ``claimed`` is its canonical link's key when that differs from its own
    address's; ``continued`` says that this is page 2 or later of it; ``why`` says why it is an article; ``twin``
    that it was recognised by the text of another page of the same article."""

    article: Article
    brief: bool
    continued: bool
    claimed: str | None
    why: str
    twin: bool = False


Believes = Callable[[str], bool]
"""Whether a canonical link (by its key) is still believed."""


def recognise(
    page: Page, asked: Target, grounds: Grounds, *, own_host: str, word: Access | None, believes: Believes
) -> Subject | None:
    """The article of a page at this address, or None when the page is none.

    ``word`` is what the origin's header says of its access; the page's own meta counts as much.
    """
    claimed = canonical_target(page.facts.canonical, own_host, grounds.patterns)
    canonical = claimed
    if claimed is not None and claimed.key != asked.key and not _is_believed(asked, claimed, believes):
        canonical = None
    if canonical is None or canonical.key == asked.key:
        first = first_page(asked, page.facts.earlier, own_host, grounds.patterns)
        canonical = first if first is not None and believes(claim_of_pages(first.key)) else canonical
    access = word or page.facts.access
    why = _why_article(page, asked, claimed, grounds, access)
    if why is None:
        return None
    name = name_article(asked, canonical)
    facts = page.facts
    article = Article(
        key=name.key,
        paths=name.paths,
        title=facts.title,
        sections=facts.sections,
        tags=facts.tags,
        authors=facts.authors,
        published=facts.published,
        access=access,
    )
    followed = name.key if canonical is not None else None
    return Subject(article, page.brief and not name.continued, name.continued, followed, why)


def _is_believed(asked: Target, canonical: Target, believes: Believes) -> bool:
    later = is_later_page(asked, canonical)
    return believes(canonical.key) and (not later or believes(claim_of_pages(canonical.key)))


def unread_subject(asked: Target, word: Access | None) -> Subject:
    """The article at an address whose page could not be read."""
    article = Article(key=asked.key, paths=asked.paths, access=word)
    return Subject(article, brief=False, continued=False, claimed=None, why="under the article paths, unreadable")


def _why_article(
    page: Page, asked: Target, claimed: Target | None, grounds: Grounds, access: Access | None
) -> str | None:
    """Why a page is an article. ``claimed`` is what its canonical link names: that this is not believed makes the page
    another article, but not none."""
    if access in (Access.METERED, Access.PREMIUM):
        return "the origin says so for this page"
    if not grounds.patterns:
        return "the page says that it is an article" if page.says_article else None
    if page.list_like:
        return None
    if grounds.hold(asked):
        return "under the article paths"
    at_root = grounds.under(asked)
    if asked.key == "/" or (at_root and asked.key == asked.folded):
        return None
    if at_root and page.says_article:
        return "the page at the root of the article paths says that it is an article"
    if claimed is None or (claimed.key == asked.key and page.leads_on):
        return None
    return "its canonical link is under the article paths"
