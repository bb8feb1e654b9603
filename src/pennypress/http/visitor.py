"""The visitor: who asks for a page, as far as the request alone tells."""

from __future__ import annotations

from dataclasses import dataclass

from pennypress.core.entitlement import Entitlement
from pennypress.core.meter import ReaderId
from pennypress.readers.crawlers import Recognised
from pennypress.readers.partners import Partner


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: the verified names that the browser sent, a fresh one, the language to speak, and the names under
    which the browser signed in to an account, the address that it asks from,
    the rights that come with the request itself, what crawler it says it is, and which partner it is (None: none)."""

    passes: tuple[ReaderId, ...]
    fresh: ReaderId
    language: str
    devices: tuple[ReaderId, ...] = ()
    address: str = ""
    rights: tuple[Entitlement, ...] = ()
    crawler: Recognised | None = None
    partner: Partner | None = None
