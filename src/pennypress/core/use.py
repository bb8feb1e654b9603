"""Uses: who was there last, of those whom a publisher must not forget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

FEEDS_KEPT = timedelta(days=62)
"""So long it is known who fetched a feed: two months, for who comes once a month."""
FEEDS_AT_MOST = 1000
FEEDS_OF_ONE = 20
"""So many feeds and programs are kept of one network: nobody crowds out the others."""


class UseKind(StrEnum):
    """What was used: a partner's right, or a feed that was read while observing."""

    PARTNER = "partner"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Use:
    """That somebody used something so many times, the last time at ``last``.

    A partner is named by ``who``. A feed has its ``path``, the product name of the program that fetched it, and the
    network (/24 or /48) that it was fetched from: no address of a reader is kept.
    """

    kind: UseKind
    who: str
    last: datetime
    count: int = 1
    path: str = ""
    network: str = ""

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What makes it one."""
        return (self.kind.value, self.who, self.path, self.network)

    def joined(self, other: Use) -> Use:
        """Both as one."""
        return replace(self, count=self.count + other.count, last=max(self.last, other.last))
