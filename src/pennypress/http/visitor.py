"""The visitor: who asks for a page, as far as the request alone tells."""

from __future__ import annotations

from typing import NamedTuple

from pennypress.core.article import Article
from pennypress.core.entitlement import Entitlement
from pennypress.core.meter import ReaderId
from pennypress.gate import Request
from pennypress.readers.crawlers import Recognised
from pennypress.readers.partners import Partner


class Visitor(NamedTuple):
    """Who asks: the verified names that the browser sent, a fresh one, the language to speak, and the names under
    which the browser signed in to an account, the address that it asks from,
    the rights that come with the request itself, what crawler it says it is, and which partner it is (None: none);
    ``others`` are its Cookie fields less what is ours."""

    passes: tuple[ReaderId, ...]
    fresh: ReaderId
    language: str
    devices: tuple[ReaderId, ...] = ()
    address: str = ""
    rights: tuple[Entitlement, ...] = ()
    crawler: Recognised | None = None
    partner: Partner | None = None
    others: tuple[bytes, ...] = ()

    def asks_for(self, article: Article, *, brief: bool = False, spends: bool = False) -> Request:
        """What the gate is asked of this visitor's view of an article."""
        return Request(article, self.passes, self.fresh, brief, spends, self.devices, self.address, self.rights)
