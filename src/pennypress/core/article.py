"""What an article is to the core: its key, where it stands, and what its page says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Access(StrEnum):
    """Who may open an article."""

    FREE = "free"
    METERED = "metered"
    PREMIUM = "premium"


_STRICTNESS = {Access.FREE: 0, Access.METERED: 1, Access.PREMIUM: 2}


def stricter(one: Access, other: Access) -> Access:
    """The stricter of two: premium before metered before free."""
    return max(one, other, key=_STRICTNESS.__getitem__)


@dataclass(frozen=True, slots=True)
class Article:
    """An article: counted under ``key``; rules match ``paths`` (folded: the address asked for and the canonical one).

    ``access`` is the origin's own word for this one article; None when it says nothing.
    """

    key: str
    paths: tuple[str, ...]
    title: str = ""
    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    access: Access | None = None
