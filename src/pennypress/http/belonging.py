"""What is no page itself but belongs to an article, as its data, captions or PDF do: whether it may go out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pennypress.core.article import Article
from pennypress.core.decision import Reason
from pennypress.core.policy import Mode
from pennypress.gate import Gate, Request
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
        if await self.gate.holds_any((*visitor.passes, asker.reader.id), keys):
            return Verdict.PRIVATE
        known = next(filter(None, (self.guarding.article(key) for key in keys)), None) if self.guarding else None
        if known is None:
            return Verdict.DROP
        paths = tuple(dict.fromkeys((*request.target.paths, *known.paths)))
        return await self.to_article(request, visitor, replace(known, paths=paths))

    async def to_article(self, request: PageRequest, visitor: Visitor, article: Article) -> Verdict:
        """Whether what belongs to an article may go to this visitor."""
        if self.gate.mode is Mode.OBSERVE:
            return Verdict.PASS
        asked = Request(
            article, visitor.passes, visitor.fresh, spends=False, devices=visitor.devices, rights=visitor.rights
        )
        decision = await self.gate.weigh(asked)
        if decision.reason in _FOR_EVERYBODY:
            return Verdict.PASS
        held = decision.full or (
            decision.reason is not Reason.PREMIUM and await self.gate.holds_any(visitor.passes, (article.key,))
        )
        return Verdict.PRIVATE if held else Verdict.DROP
