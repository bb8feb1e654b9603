"""What is no page itself but belongs to an article, as its data, captions or PDF do: whether it may go out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pennypress.core.article import Access, Article
from pennypress.core.decision import Reason
from pennypress.core.policy import Mode
from pennypress.gate import Gate
from pennypress.http.fetch import Verdict
from pennypress.http.guarding import Guarding
from pennypress.http.request import PageRequest
from pennypress.http.visitor import Visitor
from pennypress.pages.recognise import unread_subject

_FOR_EVERYBODY = frozenset((Reason.FREE, Reason.BRIEF))


@dataclass(frozen=True, slots=True)
class Belonging:
    """Decides by the articles that something belongs to; nothing is spent on it."""

    gate: Gate
    guarding: Guarding | None

    async def to_one_of(self, request: PageRequest, visitor: Visitor, keys: tuple[str, ...]) -> Verdict:
        """Whether what belongs to one of the articles of these keys may go to this visitor."""
        if self.gate.mode is Mode.OBSERVE:
            return Verdict.PASS
        article = unread_subject(request.target, None).article
        left = await self.to_article(request, visitor, article)
        if left is not Verdict.DROP:
            return left
        asker = await self.gate.asker(visitor.passes, visitor.devices, visitor.fresh)
        known, keys = self._nearest(keys)
        if await self.gate.holds_any((*visitor.passes, asker.reader.id), keys):
            return Verdict.PRIVATE
        if known is None:
            return Verdict.DROP
        paths = tuple(dict.fromkeys((*request.target.paths, *known.paths)))
        return await self.to_article(request, visitor, replace(known, paths=paths))

    def _nearest(self, keys: tuple[str, ...]) -> tuple[Article | None, tuple[str, ...]]:
        """The nearest known article of these that is more than a brief, and the keys up to it: what extends it belongs
        to none further up. None, and all of them, where none is known."""
        if self.guarding is not None:
            for number, key in enumerate(keys, 1):
                known = self.guarding.article(key)
                if known is not None and (known.access is Access.FREE or self.guarding.withholds(key)):
                    return known, keys[:number]
        return None, keys

    async def to_article(self, request: PageRequest, visitor: Visitor, article: Article) -> Verdict:
        """Whether what belongs to an article may go to this visitor."""
        if self.gate.mode is Mode.OBSERVE:
            return Verdict.PASS
        decision = await self.gate.weigh(visitor.asks_for(article))
        if decision.reason in _FOR_EVERYBODY:
            return Verdict.PASS
        held = decision.full or (
            decision.reason is not Reason.PREMIUM and await self.gate.holds_any(visitor.passes, (article.key,))
        )
        return Verdict.PRIVATE if held else Verdict.DROP
