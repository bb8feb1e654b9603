"""The leak guard on the way out: what becomes of an answer that holds what articles withhold, for who asks for it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pennypress.core.article import Article
from pennypress.core.decision import Decision, Reason
from pennypress.core.entitlement import EntitlementKind
from pennypress.core.policy import Mode
from pennypress.core.target import PathPattern, Target, any_matches
from pennypress.errors import Undecodable
from pennypress.gate import Gate
from pennypress.http.answer import (
    Answer,
    AnswerHeaders,
    first,
    guarded_headers,
    layout_of,
    length_of,
    private_headers,
    unmeasured_headers,
)
from pennypress.http.heads import may_tell, without_text
from pennypress.http.learning import Learning
from pennypress.http.refusing import layout_sent, refuse
from pennypress.http.request import PageRequest
from pennypress.http.saving import SignIns, changes, texts_sent, texts_to_edit
from pennypress.http.twins import Twins
from pennypress.http.unread import Unread
from pennypress.http.verdicts import Verdict, Verdicts, digest, may_hold_items
from pennypress.http.visitor import Visitor
from pennypress.http.watching import Watch
from pennypress.messages import wording
from pennypress.pages.guard import Sighting
from pennypress.pages.kept import Kept
from pennypress.pages.layout import Layout, written
from pennypress.pages.looking import stands_in
from pennypress.pages.naming import keys_extended_by
from pennypress.pages.notice import Board
from pennypress.pages.page import Cut
from pennypress.pages.recognise import Grounds, Subject, unread_subject
from pennypress.pages.trimming import Excerpt, trim
from pennypress.pages.versions import Version

Fields = Sequence[tuple[bytes, bytes]]
GuardMode = Literal["withhold", "report", "off"]

_FREE = frozenset((Reason.FREE, Reason.BRIEF))
_OPEN_BY_NAME = frozenset((Reason.FREE, Reason.OPENING, Reason.REPEATED))
_SOME_ARTICLES = frozenset((EntitlementKind.GIFT, EntitlementKind.CRAWLER))
_WALL = b"<pennypress-wall-mark></pennypress-wall-mark>"
_TOLD_AT_MOST = 20_000
_KEPT_BYTES = 16_000_000
_MOSTLY = 2
_WHOLE_PAGE = re.compile(rb"<(?:!doctype|html|head|body|title)\b", re.IGNORECASE)

_log = logging.getLogger("pennypress")


@dataclass(frozen=True, slots=True)
class GuardOptions:
    """How the guard acts: its mode, the pages that may quote, the cookies besides the known ones that mark a signed-in
    user, and the paper's own address."""

    mode: GuardMode
    allow: tuple[PathPattern, ...]
    sign_in_cookies: tuple[str, ...]
    own_url: str | None
    largest: int


class Guarding:
    """Holds answers against what articles withhold."""

    def __init__(self, gate: Gate, learning: Learning, board: Board, grounds: Grounds, options: GuardOptions) -> None:
        self._gate = gate
        self.learning = learning
        self._guard = learning.guard
        self._board = board
        self._grounds = grounds
        self._options = options
        self.configured = options.mode != "off"
        """Whether there is anything to do at all."""
        self.unread = Unread(grounds, options.own_url, self._guard.knows)
        self._verdicts = Verdicts(self._guard, self.unread, options.largest)
        self._twins = Twins(self._guard, self._verdicts)
        self._sign_ins = SignIns(options.sign_in_cookies)
        self._trimmed: Kept[tuple[object, ...], tuple[bytes | None]] = Kept(_KEPT_BYTES)
        self._cuts: Kept[tuple[object, ...], Cut | None] = Kept(_KEPT_BYTES)
        self._told: OrderedDict[tuple[str, tuple[str, str], bytes], None] = OrderedDict()

    @property
    def on(self) -> bool:
        """Whether answers are held against anything: in observe and off nothing is."""
        return self.configured and self._gate.mode is Mode.ON

    def takes(self, headers: AnswerHeaders) -> bool:
        """Whether an answer with this head is to be looked at. Of what is packed nothing can be told piece by piece."""
        layout = layout_of(headers) if self.on else None
        return layout is not None and (layout is not Layout.PACKED or length_of(headers) <= self._options.largest)

    def article(self, key: str) -> Article | None:
        """What is known of an article; None for one not known."""
        known = self._guard.article(key)
        return None if known is None else known.article

    def grown(self, asked: Target, body: bytes) -> Article | None:
        """The known article of which a body is a later part, fetched by a script into a page that grows: it stands at
        an address that extends the article's, and is no page by itself. None where it is something else, such as a
        part of the page that an article at this very address is known by: that has a title."""
        own = self.article(asked.key)
        if _WHOLE_PAGE.search(body) or (own is not None and own.title):
            return None
        return next(
            (self.article(key) for key in keys_extended_by(asked) if key != asked.key and self.knows(key)), None
        )

    def withholds(self, key: str) -> bool:
        """Whether an article is known to withhold anything."""
        return self._guard.withholds(key)

    def knows(self, key: str) -> bool:
        """Whether an article is known."""
        return self._guard.knows(key)

    async def finds_nothing(self, request: PageRequest, version: Version) -> bool:
        """Whether a page was looked at and holds nothing that anybody withholds; what it costs is spent once a
        version and state of what is known."""
        if version.page is None or not version.is_markup or version.is_doubted or self._silent(request):
            return False
        return not await self._twins.seen_in(version, version.page)

    async def recognised(
        self, subject: Subject | None, version: Version, request: PageRequest, visitor: Visitor
    ) -> Subject | None:
        """The subject of a page by its text: that of a known article when it is a twin of it, else as it was.

        What may be saved back, such as an editor's form, is no twin: it must never be cut. Nor is what may quote, what
        holds a free article, nor an article that is open to this visitor by its own name: a free one, or one that they
        opened before its text was known from another.
        """
        if self._options.mode != "withhold" or self._silent(request):
            return subject
        if not self._grounds.under(request.target) and self._may_save(request):
            return subject
        if subject is not None and await self._is_open_as_before(subject, version, request, visitor):
            return replace(subject, article=replace(subject.article, key=request.target.key), claimed=None)
        found = await self._twins.recognised(subject, version, request)
        if found is None or not found.twin:
            return found
        named = self.article(found.article.key) if subject is None else subject.article
        own = None if named is None else (await self._gate.weigh(visitor.asks_for(named))).reason
        return subject if own in (_FREE if subject is None else _OPEN_BY_NAME) else found

    async def _is_open_as_before(
        self, subject: Subject, version: Version, request: PageRequest, visitor: Visitor
    ) -> bool:
        """Whether a page that calls itself by another address now is what this visitor opened under its own."""
        before = self.article(request.target.key) if subject.claimed is not None and not subject.continued else None
        if before is None or version.page is None:
            return False
        if (await self._gate.weigh(visitor.asks_for(before))).reason is not Reason.REPEATED:
            return False
        found = await self._twins.seen_in(version, version.page)
        return any(sighting.article.key == before.key and sighting.most for sighting in found)

    async def copies(self, subject: Subject, version: Version) -> bool:
        """Whether a brief is mostly what another article withholds: a piece of it, and no free page of its own."""
        page = version.page
        if page is None or not version.is_markup:
            return False
        found = await self._twins.seen_in(version, page)
        return any(
            sighting.article.key != subject.article.key and sighting.words * _MOSTLY >= page.words for sighting in found
        )

    async def fitted(self, request: PageRequest, visitor: Visitor, subject: Subject, version: Version) -> Cut:
        """The cut of an article's page, without what else it holds that this visitor may not read."""
        continued = subject.continued
        cut = await version.cut(continued=continued)
        if cut.alone is not None or self._silent(request):
            return cut
        found = await self._others_in(version, cut, visitor, continued=continued)
        own = [sighting for sighting in found if sighting.article.key == subject.article.key]
        if own and not continued:
            cut = await version.cut(continued=True)
            if cut.alone is not None:
                return cut
            found = await self._others_in(version, cut, visitor, continued=True)
        if not found or not self._acts(request, found, digest(cut.head + cut.tail)):
            return cut
        return await self._trimmed_cut(cut, version.content_type, found)

    def is_edited(self, request: PageRequest, version: Version, cut: Cut) -> bool:
        """Whether a page that would be cut holds the article's text in a form, from where it would be saved back."""
        if not self.on or version.page is None or cut.withheld is None or not self._may_save(request):
            return False
        text = written(version.page.body, version.content_type, Layout.HTML).text.text
        return any(stands_in(cut.withheld, control) for control in texts_to_edit(text))

    async def guarded(self, request: PageRequest, visitor: Visitor, answer: Answer, *, private: bool = False) -> Answer:
        """What goes out for an answer: as it is, without what this visitor may not read, or refused.

        ``private``: it goes out under this reader's grant.
        """
        headers = list(answer.headers)
        whole = Answer(answer.status, tuple(private_headers(headers)), answer.body) if private else answer
        layout = layout_of(headers)
        if layout is None or self._silent(request) or not self._looks(layout):
            return whole
        if request.method == "HEAD":
            return whole if layout.unsure else whole._replace(headers=tuple(unmeasured_headers(whole.headers)))
        if not answer.body:
            return whole
        if answer.status == 206 and self._guard.watches:
            return refuse(self._board, request, visitor.language, layout)
        try:
            verdict, theirs = await self._looked_at(answer, layout, request, visitor)
        except Undecodable as unread:
            if not self._guard.watches:
                return whole
            _log.warning("%s cannot be looked at and is refused: %s", request.target.folded, unread.reason)
            return refuse(self._board, request, visitor.language, layout)
        if theirs:
            whole = Answer(answer.status, tuple(private_headers(headers)), answer.body)
        if verdict.nothing:
            return whole
        decisions = await self._weighed(verdict.sightings, visitor)
        found = [sighting for sighting, decision in decisions if not decision.full]
        unknown = verdict.unknown if not await self._may_read_all(visitor) else ()
        if not found and not unknown:
            everybodys = not verdict.unknown and all(decision.reason in _FREE for _, decision in decisions)
            return whole if everybodys else Answer(answer.status, tuple(private_headers(headers)), answer.body)
        if not self._acts(request, found, verdict.name[0]):
            return whole
        for link in unknown:
            self.unread.hold_back(link, request.host)
        trimmed = None
        if verdict.whole and not self._may_save(request):
            trimmed = await self._without(verdict, found, request, visitor, layout, bare=bool(unknown))
        if trimmed is None:
            self._gate.count("guard-refused")
            return refuse(self._board, request, visitor.language, layout)
        self._gate.count("guard-withheld")
        return _revalidated(request, Answer(answer.status, tuple(guarded_headers(headers, trimmed)), trimmed))

    async def may_save(self, request: PageRequest, visitor: Visitor, body: bytes) -> bool:
        """Whether what a signed-in user sends to be saved may go on: not where the answer to it would be refused."""
        if not body or self._silent(request) or not self._guard.watches:
            return True
        for text, kind in texts_sent(body, first(request.headers, b"content-type")):
            sightings = await self._verdicts.look(written(text, kind, Layout.PLAIN).text.text)
            found = await self._unentitled(sightings, visitor)
            if found and self._acts(request, found, digest(body)):
                return False
        return True

    def saves(self, request: PageRequest) -> bool:
        """Whether the request changes something in the name of a signed-in user."""
        return changes(request) and self._sign_ins.marks(request) and self.on

    def refusal(self, request: PageRequest, visitor: Visitor, headers: AnswerHeaders | None = None) -> Answer:
        """The refusal of an answer with this head, or of what a request sends."""
        layout = layout_sent(request) if headers is None else layout_of(headers) or Layout.HTML
        return refuse(self._board, request, visitor.language, layout)

    def watch(self, request: PageRequest, visitor: Visitor, headers: AnswerHeaders) -> Watch | None:
        """What looks at an answer as it streams; None where nothing is to be looked at. Who has a name or a right may
        be let through what others are not."""
        layout = layout_of(headers)
        if layout is None or self._silent(request) or not (self._guard.watches or may_hold_items(layout)):
            return None

        async def clean(text: str) -> bool:
            found = await self._unentitled(await self._verdicts.look(text), visitor)
            unknown = await self._unknown_in(text, layout, request, visitor)
            return not (found or unknown) or not self._acts(request, found, b"stream")

        said = first(headers, b"content-type")
        coding = first(headers, b"content-encoding")
        return Watch(
            clean,
            (coding or b"").decode("latin-1"),
            said.decode("latin-1") if said else None,
            personal=bool(visitor.passes or visitor.devices or visitor.rights),
        )

    async def minded(self, request: PageRequest, visitor: Visitor, headers: Fields) -> Fields:
        """The head of an answer without the fields that say what this visitor may not read."""
        if not self._guard.watches or self._silent(request) or first(headers, b"pennypress-access") == b"full":
            return headers
        minded: AnswerHeaders = []
        for name, said in headers:
            value: bytes | None = said
            while value is not None and may_tell(name, value) and await self._tells(value, request, visitor):
                value = without_text(name, value)
            if value is not None:
                minded.append((name, value))
        return minded

    async def _tells(self, value: bytes, request: PageRequest, visitor: Visitor) -> bool:
        """Whether a field says what this visitor may not read, and the guard acts on it."""
        sightings = await self._verdicts.of_field(value.decode("latin-1"))
        found = await self._unentitled(sightings, visitor)
        return bool(found) and self._acts(request, found, b"head")

    async def _looked_at(
        self, answer: Answer, layout: Layout, request: PageRequest, visitor: Visitor
    ) -> tuple[Verdict, bool]:
        """What stands in an answer, and whether that is said for this visitor alone: an item of what they have opened
        is theirs to read, known or not yet known. Raises Undecodable."""
        verdict = await self._verdicts.of(answer, layout, request.host)
        opened = await self._opened(verdict.unknown, request, visitor)
        if not opened:
            return verdict, False
        return await self._verdicts.of(answer, layout, request.host, opened), True

    async def _opened(self, links: Iterable[str], request: PageRequest, visitor: Visitor) -> frozenset[str]:
        """The links among these that lead to articles which this visitor has opened."""
        targets = {link: self.unread.own_target(link, request.host) for link in links}
        articles = {link: unread_subject(target, None).article for link, target in targets.items() if target}
        if not articles:
            return frozenset()
        decisions = await self._gate.weigh_all(visitor.asks_for(next(iter(articles.values()))), articles.values())
        reasons = (decision.reason for decision in decisions)
        return frozenset(link for link, reason in zip(articles, reasons, strict=True) if reason is Reason.REPEATED)

    async def _unknown_in(self, text: str, layout: Layout, request: PageRequest, visitor: Visitor) -> bool:
        """Whether a text holds items of articles that are not known yet, and that this visitor has not opened; those
        are then read."""
        links = await self._verdicts.unknown_in(text, layout, request.host)
        if not links or await self._may_read_all(visitor):
            return False
        opened = await self._opened(links, request, visitor)
        for link in links:
            if link not in opened:
                self.unread.hold_back(link, request.host)
        return len(opened) < len(set(links))

    def _looks(self, layout: Layout) -> bool:
        """Whether an answer may hold anything: what is withheld, or items of what is not known yet."""
        return self._guard.watches or layout is not Layout.CAPTIONS

    def _silent(self, request: PageRequest) -> bool:
        """Whether nothing is looked at: an address may quote if each reading of it may."""
        allow = self._options.allow
        return not self.on or (bool(allow) and all(any_matches(allow, (path,)) for path in request.target.paths))

    def _may_save(self, request: PageRequest) -> bool:
        """Whether what answers a request may be saved back."""
        return changes(request) or self._sign_ins.marks(request)

    async def _others_in(self, version: Version, cut: Cut, visitor: Visitor, *, continued: bool) -> list[Sighting]:
        """What stands in a cut page that this visitor may not read."""
        looked = await self._verdicts.look_again(
            lambda: written(cut.head + cut.tail, version.content_type, Layout.HTML).text.text,
            lambda: version.others.get(continued),
            len(cut.head) + len(cut.tail),
        )
        version.others[continued] = looked
        return await self._unentitled(looked.sightings, visitor)

    async def _trimmed_cut(self, cut: Cut, content_type: str | None, found: list[Sighting]) -> Cut:
        names = frozenset(sighting.known.name for sighting in found)
        key = (digest(cut.head + cut.tail), self._guard.generation, names)
        held = self._cuts.get(key)
        if held is None:
            whole = cut.head + _WALL + cut.tail
            trimmed = await asyncio.to_thread(trim, Layout.HTML, whole, content_type, self._excerpts(found, ""))
            head, mark, tail = (trimmed or b"").partition(_WALL)
            why = "the page holds what other articles withhold, and it cannot be taken out"
            alone = replace(cut, head=b"", tail=b"", alone=why)
            held = replace(cut, head=head, tail=tail) if mark else alone
            self._cuts.put(key, held, len(whole))
        return held

    async def _without(
        self,
        verdict: Verdict,
        found: list[Sighting],
        request: PageRequest,
        visitor: Visitor,
        layout: Layout,
        *,
        bare: bool,
    ) -> bytes | None:
        """A body without what this visitor may not read, ``found`` in it; None where it cannot be cut."""
        base = verdict.body
        if bare:
            base, found = verdict.bare, await self._unentitled(verdict.bare_sightings, visitor)
        if not found:
            return base
        names = frozenset(sighting.known.name for sighting in found)
        key = (verdict.name, self._guard.generation, self.unread.settled, bare, names, visitor.language)
        held = self._trimmed.get(key)
        if held is None:
            excerpts = self._excerpts(found, request.host, visitor.language)
            held = (await asyncio.to_thread(trim, layout, base, verdict.content_type, excerpts),)
            self._trimmed.put(key, held, len(held[0] or b""))
        return held[0]

    async def _weighed(self, sightings: Iterable[Sighting], visitor: Visitor) -> list[tuple[Sighting, Decision]]:
        """What would be decided of this visitor's views of the articles that stand in an answer."""
        found = tuple(sightings)
        if not found:
            return []
        asked = visitor.asks_for(found[0].article)
        decisions = await self._gate.weigh_all(asked, (sighting.article for sighting in found))
        return list(zip(found, decisions, strict=True))

    async def _unentitled(self, sightings: Iterable[Sighting], visitor: Visitor) -> list[Sighting]:
        """The sightings of what this visitor may not read."""
        return [sighting for sighting, decision in await self._weighed(sightings, visitor) if not decision.full]

    async def _may_read_all(self, visitor: Visitor) -> bool:
        """Whether this visitor may read every article: a subscriber, a partner here, or one of the staff."""
        asker = await self._gate.asker(visitor.passes, visitor.devices, visitor.fresh)
        now = self._gate.now()
        rights = (*asker.reader.entitlements, *visitor.rights)
        return any(right.holds(now) and right.kind not in _SOME_ARTICLES for right in rights)

    def _acts(self, request: PageRequest, found: Iterable[Sighting], version: bytes) -> bool:
        """Whether the guard withholds here, or only reports; tells the log once a version of the answer."""
        acts = self._options.mode == "withhold"
        for sighting in found:
            told = (request.target.folded, sighting.known.name, version)
            if told not in self._told:
                self._told[told] = None
                if len(self._told) > _TOLD_AT_MOST:
                    self._told.popitem(last=False)
                did = "withheld" if acts else "would withhold"
                _log.warning("the guard %s %d words of %s at %s", did, sighting.words, told[1][0], told[0])
        if not acts:
            self._gate.count("guard-reported")
        return acts

    def _excerpts(self, found: Iterable[Sighting], host: str, language: str | None = None) -> list[Excerpt]:
        closing = self._board.say(wording.READ_WHOLE, language)
        return [
            Excerpt(
                sighting.withheld,
                sighting.known.texts[0],
                closing,
                f"{self._options.own_url or f'http://{host}'}{self._address(sighting)}",
            )
            for sighting in found
        ]

    def _address(self, sighting: Sighting) -> str:
        """Where an article stands: its own address where that was seen."""
        first_page = self._guard.article(sighting.article.key)
        return (first_page or sighting.known).address


def _revalidated(request: PageRequest, answer: Answer) -> Answer:
    """The answer, or 304 where the client has it already by our own validator."""
    tag = first(answer.headers, b"etag") or b""
    known = b",".join(request.values(b"if-none-match"))
    if answer.status == 200 and request.method == "GET" and tag and tag in known:
        kept = tuple(
            (name, value) for name, value in answer.headers if name not in (b"content-length", b"content-type")
        )
        return Answer(304, kept, b"")
    return answer
