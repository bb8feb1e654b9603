"""What becomes of an answer by its head: the design's table of what is an article, and of what belongs to one."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import NamedTuple

from pennypress.core.article import Access, Article
from pennypress.core.part import PartRule, owners
from pennypress.core.policy import Mode
from pennypress.gate import Gate
from pennypress.http.answer import Answer, AnswerHeaders, Kind, first, kind_of, layout_of, length_of
from pennypress.http.belonging import Belonging
from pennypress.http.fetch import Judgement, Verdict
from pennypress.http.guarding import Guarding
from pennypress.http.pageview import html, kept_of_status, origin_word
from pennypress.http.refusing import refuse
from pennypress.http.request import PageRequest
from pennypress.http.uses import UseBook
from pennypress.http.visitor import Visitor
from pennypress.http.watching import Watch, beginning_of
from pennypress.pages.layout import Layout
from pennypress.pages.naming import canonical_target, keys_extended_by
from pennypress.pages.notice import Board, ErrorPage
from pennypress.pages.page import PageOptions
from pennypress.pages.recognise import Grounds
from pennypress.pages.versions import read_version

_HEAD_BYTES = 128 * 1024
"""So much of an overlong page is read to see whether it is an article: what it says of itself stands in its head."""

_METERED = frozenset((Access.METERED, Access.PREMIUM))
_SAID_OF_ERRORS = 500
_HEAD_ENDS = re.compile(rb"</head\b|<body\b", re.IGNORECASE)
_BODYLESS = frozenset((204, 304))


@dataclass(frozen=True, slots=True)
class Judging:
    """Judges answers for requests. ``parts`` are the rules about what belongs to an article at another address."""

    gate: Gate
    belonging: Belonging
    guarding: Guarding
    board: Board
    grounds: Grounds
    uses: UseBook
    parts: tuple[PartRule, ...]
    options: PageOptions
    own_host: str | None
    largest: int

    def judgement(self, request: PageRequest, visitor: Visitor) -> Judgement:
        """How the answer to a request is judged."""
        return _Judged(self, request, visitor)

    def is_part(self, request: PageRequest) -> bool:
        """Whether something at an address belongs to an article at another one, as a rule says."""
        return bool(self.parts) and bool(owners(self.parts, request.target))

    def dropped(self, answer: Answer, request: PageRequest, visitor: Visitor) -> Answer:
        """An answer whose body belongs to an article that this reader has not opened."""
        if answer.status >= 400:
            return html(answer.status, self.board.error(ErrorPage.ELSEWHERE, visitor.language), answer.headers)
        if answer.status >= 300:
            kept = kept_of_status(answer.headers)
            return Answer(answer.status, (*kept, (b"content-length", b"0"), (b"cache-control", b"no-store")), b"")
        return refuse(self.board, request, visitor.language, layout_of(list(answer.headers)) or Layout.HTML)

    async def by_head(self, request: PageRequest, visitor: Visitor, status: int, headers: AnswerHeaders) -> Verdict:
        """What becomes of an answer with this head. While observing it is noted which feeds are fetched."""
        if self.gate.mode is Mode.OBSERVE and not visitor.rights:
            path, now = request.target.folded, self.gate.now()
            self.uses.answered(path, request.user_agent, visitor.address, status, headers, now)
        if status in _BODYLESS:
            return Verdict.PASS
        if self.is_part(request):
            return self._looked_at(await self._of_part(request, visitor), headers)
        kind = kind_of(headers)
        if kind is Kind.PAGE:
            return Verdict.DROP if status == 206 and self.gate.mode is not Mode.OBSERVE else Verdict.HOLD
        verdict = Verdict.PASS
        if kind is not Kind.ASSET and self.grounds.hold(request.target):
            keys = keys_extended_by(request.target)
            verdict = await self.belonging.to_one_of(request, visitor, keys)
            if verdict is Verdict.DROP and status >= 400 and _is_brief(headers) and self.guarding.takes(headers):
                return Verdict.LOOK_PRIVATE  # what went wrong is said to everybody, if it says nothing else
        return self._looked_at(verdict, headers)

    def _looked_at(self, verdict: Verdict, headers: AnswerHeaders) -> Verdict:
        """The verdict, and whether the text is to be looked at as well."""
        if verdict is Verdict.DROP or not self.guarding.takes(headers):
            return verdict
        return Verdict.LOOK if verdict is Verdict.PASS else Verdict.LOOK_PRIVATE

    async def _of_part(self, request: PageRequest, visitor: Visitor) -> Verdict:
        """Whether what belongs to one or more articles may go to this visitor: all of them must be open."""
        verdict = Verdict.PASS
        for path, rule in owners(self.parts, request.target):
            article = self.guarding.article(path)
            if article is None:
                self.guarding.unread.ask_for(path, request.host)
                article = Article(path, (path,))
            if rule.premium:
                article = replace(article, access=Access.PREMIUM)
            left = await self.belonging.to_article(request, visitor, article)
            if left is Verdict.DROP:
                return left
            verdict = left if left is Verdict.PRIVATE else verdict
        return verdict

    def may_be_elsewhere(self, request: PageRequest) -> bool:
        """Whether a page's head alone says whether it is an article: where it lies beside the paths that hold them."""
        return bool(self.grounds.patterns) and not self.grounds.under(request.target)

    def is_no_article(self, request: PageRequest, headers: AnswerHeaders, beginning: bytes) -> bool:
        """Whether a page elsewhere shows by its beginning, its whole head among it, that it is no article."""
        head = beginning_of(beginning, _coding(headers), _HEAD_BYTES)
        return _HEAD_ENDS.search(head) is not None and not self.refuses_overlong(request, headers, beginning)

    def refuses_overlong(self, request: PageRequest, headers: AnswerHeaders, beginning: bytes) -> bool:
        """Whether a page that is too long to be read whole could be an article; by its address, or by its beginning."""
        if self.gate.mode is Mode.OBSERVE:
            return False
        word = origin_word(headers)
        if self.grounds.hold(request.target) or word in _METERED:
            return True
        head = beginning_of(beginning, _coding(headers), _HEAD_BYTES).rpartition(b">")[0]
        said = first(headers, b"content-type")
        content_type = said.decode("latin-1") if said else None
        page = read_version(head, content_type, request.target.forwarded, self.options).page
        if page is not None and word is None and page.facts.access in _METERED:
            return True
        if not self.grounds.patterns:
            return page is None or page.says_article
        link = page.facts.canonical if page is not None else None
        return canonical_target(link, self.own_host or request.host, self.grounds.patterns) is not None


class _Judged(NamedTuple):
    """The judgement of one request's answer."""

    judging: Judging
    request: PageRequest
    visitor: Visitor

    @property
    def limit(self) -> int:
        return self.judging.largest

    @property
    def may_stream(self) -> bool:
        return self.judging.may_be_elsewhere(self.request)

    def by_head(self, status: int, headers: AnswerHeaders) -> Awaitable[Verdict]:
        return self.judging.by_head(self.request, self.visitor, status, headers)

    def refuses_overlong(self, headers: AnswerHeaders, beginning: bytes) -> bool:
        return self.judging.refuses_overlong(self.request, headers, beginning)

    def is_no_article(self, headers: AnswerHeaders, beginning: bytes) -> bool:
        return self.judging.is_no_article(self.request, headers, beginning)

    def watch(self, headers: AnswerHeaders) -> Watch | None:
        return self.judging.guarding.watch(self.request, self.visitor, headers)

    def refusal(self, headers: AnswerHeaders) -> Answer:
        return self.judging.guarding.refusal(self.request, self.visitor, headers)


def _is_brief(headers: AnswerHeaders) -> bool:
    """Whether an answer is too short to hold more than a brief does, whatever article it may be of."""
    return 0 < length_of(headers) <= _SAID_OF_ERRORS and not _coding(headers)


def _coding(headers: AnswerHeaders) -> str:
    return (first(headers, b"content-encoding") or b"").decode("latin-1")
