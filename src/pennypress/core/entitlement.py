"""Entitlements and openings: what may be opened without the meter, until when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pennypress.core.article import Article
from pennypress.core.target import PathPattern, any_matches


class EntitlementKind(StrEnum):
    """Where a right to read comes from."""

    SUBSCRIBER = "subscriber"
    INSTITUTION = "institution"
    GIFT = "gift"
    STAFF = "staff"
    PARTNER = "partner"
    CRAWLER = "crawler"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A right to read: its kind, the moment from which and until which it holds, and whose name the page shows.

    ``why`` is what stands behind it in a word (subscription, trial, trust, ...), for explanations alone.
    """

    kind: EntitlementKind
    start: datetime | None = None
    until: datetime | None = None
    name: str = ""
    why: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether the right holds at this moment: from ``start``, until just before ``until``."""
        return (self.start is None or self.start <= now) and (self.until is None or now < self.until)

    @property
    def words(self) -> str:
        """What right this is and how long it holds, for an operator who asks why."""
        until = "with no end" if self.until is None else f"until {self.until:%Y-%m-%d %H:%M %Z}"
        return f"{self.kind.value}, {until}"


@dataclass(frozen=True, slots=True)
class Opening:
    """Articles made free for a time: those at a pattern of paths, with a tag, or all of them.

    It closes by itself at ``until``. With neither ``path`` nor ``tag`` it opens every article.
    """

    path: PathPattern | None
    tag: str | None
    start: datetime
    until: datetime
    why: str

    def opens(self, article: Article, now: datetime) -> bool:
        """Whether this article is open through this opening now."""
        if not self.start <= now < self.until:
            return False
        if self.path is not None:
            return any_matches((self.path,), article.paths)
        if self.tag is not None:
            return self.tag.casefold() in {tag.casefold() for tag in article.tags}
        return True


@dataclass(frozen=True, slots=True)
class Lock:
    """One article for subscribers only, from ``start`` until ``until`` (None: until it is lifted); beats an opening."""

    path: PathPattern
    start: datetime
    until: datetime | None
    why: str

    def locks(self, article: Article, now: datetime) -> bool:
        """Whether this article is locked through this lock now."""
        in_force = self.start <= now and (self.until is None or now < self.until)
        return in_force and any_matches((self.path,), article.paths)
