"""The leak guard on the way out: whose withheld text an answer holds, who may have it, and what becomes of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from typing import Literal
from urllib.parse import urlsplit

from pennypress.core.known import KnownText
from pennypress.core.policy import Mode
from pennypress.core.target import PathPattern, Target, any_matches, read_target
from pennypress.errors import TargetError, Undecodable
from pennypress.gate import Gate, Request
from pennypress.http.answer import Answer, AnswerHeaders, first, guarded_headers, private_headers, text_kind
from pennypress.http.kept import Kept
from pennypress.http.request import PageRequest, values
from pennypress.http.visitor import Visitor
from pennypress.http.watching import Watch
from pennypress.messages import wording
from pennypress.pages.guard import Guard, Sighting, known_text
from pennypress.pages.items import bare_json, bare_xml
from pennypress.pages.naming import keys_extended_by
from pennypress.pages.notice import Board, ErrorPage
from pennypress.pages.page import Cut, Page
from pennypress.pages.recognise import Grounds, Subject
from pennypress.pages.source import read_text, undo_coding
from pennypress.pages.trimming import Excerpt, trim
from pennypress.pages.versions import Version
from pennypress.store import Store

GuardMode = Literal["withhold", "report", "off"]

_SIGNED_IN = re.compile(rb"(?:^|;\s*)(?:wordpress_logged_in_[^=;]*|S?SESS[A-Za-z0-9_-]{32,})=")
_READS = frozenset(("GET", "HEAD", "OPTIONS"))
_VERDICTS_BYTES = 32_000_000
_SIGHTING_BYTES = 30_000
_CUTS_BYTES = 16_000_000
_INLINE = 8_000
_WALL = b"<pennypress-wall-mark></pennypress-wall-mark>"
_TO_ASK_AT_MOST = 10_000
_TOLD_AT_MOST = 20_000
_READY_SECONDS = 3.0
_SAID_AT_ONCE = 50
_HEARD_AT_ONCE = 10_000
_BEAT_SECONDS = 0.4

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


@dataclass(frozen=True, slots=True)
class _Trim:
    """On what it depends how an answer is cut: its bytes, what is known, its kind, of which texts, for whom."""

    digest: bytes
    generation: int
    kind: str
    names: frozenset[tuple[str, str]]
    host: str
    language: str


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What was found in one answer's text: whose withheld text, and the links of items whose article is not known."""

    sightings: tuple[Sighting, ...]
    unknown: tuple[str, ...] = ()
    bare: bytes | None = None

    @property
    def nothing(self) -> bool:
        return not self.sightings and not self.unknown


class Guarding:
    """Holds answers against what articles withhold. Verdicts are kept by the digest of the text and the generation of
    what is known, so that a body seen before costs its digest."""

    def __init__(self, gate: Gate, store: Store, board: Board, grounds: Grounds, options: GuardOptions) -> None:
        self._gate = gate
        self._store = store
        self._board = board
        self._grounds = grounds
        self._options = options
        self._guard = Guard()
        self._version = 0
        self._ready = asyncio.Event()
        self._failing = False
        self._verdicts: Kept[tuple[bytes, int, str, str], _Verdict] = Kept(_VERDICTS_BYTES)
        self._trims: Kept[_Trim, tuple[bytes | None]] = Kept(_CUTS_BYTES)
        self._cuts: Kept[tuple[bytes, int, frozenset[tuple[str, str]]], Cut] = Kept(_CUTS_BYTES)
        self._told: OrderedDict[tuple[str, tuple[str, str], bytes], None] = OrderedDict()
        self._unsaid: dict[tuple[str, str], KnownText] = {}
        self._learning: set[asyncio.Task[None]] = set()
        self._heavy = asyncio.Semaphore(1)
        self._to_ask: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._asked: OrderedDict[str, None] = OrderedDict()
        names = "|".join(re.escape(name) for name in options.sign_in_cookies)
        self._own_cookies = re.compile(rf"(?:^|;\s*)(?:{names})=".encode()) if names else None

    async def keep_up(self) -> None:
        """Catch up again and again; what one worker learned, the others know within a second."""
        while True:
            try:
                await self.catch_up()
            except Exception as failure:  # whatever it is, this worker must not stop learning
                self._note_failure(failure)
            else:
                self._note_recovery()
            await asyncio.sleep(_BEAT_SECONDS)

    async def catch_up(self) -> None:
        """Take up what other workers learned, and bring to the store what it has not heard yet. Raises
        StoreUnavailable."""
        while await self._hear():
            pass
        self._ready.set()
        await self._say()

    async def _hear(self) -> bool:
        """Take up the next thousands of texts that were learned; whether there are more."""
        texts: list[KnownText] = []
        version, more = self._version, True
        while more and len(texts) < _HEARD_AT_ONCE:
            lessons = await self._store.learned_since(version)
            texts += (text for text in lessons.texts if text.name not in self._unsaid)
            version, more = lessons.version, lessons.more
        if texts:
            await asyncio.to_thread(self._guard.learn, texts)
        self._version = version
        return more

    async def ready(self) -> None:
        """Wait until what was learned before is known, however long that takes."""
        await self._ready.wait()

    async def ready_in_time(self) -> bool:
        """Whether what was learned before is known, now or in a few seconds: who knows nothing withholds nothing."""
        if not self._ready.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ready.wait(), _READY_SECONDS)
        return self._ready.is_set()

    def knows(self, key: str) -> bool:
        """Whether an article is known."""
        return self._guard.knows(key)

    def learn_later(self, subject: Subject, version: Version, asked: Target, *, free: bool) -> None:
        """Learn a page's text in the background, once a version."""
        if self._is_learned(subject, version, free=free):
            return

        async def learn() -> None:
            async with self._heavy:
                await self.learn(subject, version, asked, free=free)

        task = asyncio.get_running_loop().create_task(learn())
        self._learning.add(task)
        task.add_done_callback(self._learning.discard)

    async def learn(self, subject: Subject, version: Version, asked: Target, *, free: bool) -> None:
        """Know from now on what a page shows and withholds; all of a free one is shown. Twins teach nothing."""
        if self._is_learned(subject, version, free=free):
            return
        cut = await version.cut(continued=subject.continued)
        version.learned = (subject.article.key, subject.continued, free)
        shown, withheld = cut.preview, cut.told
        if free:
            shown, withheld = f"{shown}\n{withheld}", ""
        part = "" if asked.key == subject.article.key and not subject.continued else asked.key
        known = await asyncio.to_thread(known_text, subject.article, asked.forwarded, part, shown, withheld)
        if self._guard.holds(known):
            return
        await asyncio.to_thread(self._guard.learn, (known,))
        self._unsaid[known.name] = known

    async def _say(self) -> None:
        """Bring what was learned to the store, in one step."""
        texts = tuple(self._unsaid.values())[:_SAID_AT_ONCE]
        if texts:
            await self._store.learn(texts)
        for known in texts:
            if self._unsaid.get(known.name) is known:
                del self._unsaid[known.name]

    def _is_learned(self, subject: Subject, version: Version, *, free: bool) -> bool:
        if subject.twin or version.page is None:
            return True
        return version.learned == (subject.article.key, subject.continued, free)

    async def recognised(self, subject: Subject | None, version: Version, request: PageRequest) -> Subject | None:
        """The subject of a page by its text: that of a known article when it is a twin of it, else as it was.

        What may be saved back, such as an editor's form, is no twin: it must never be cut.
        """
        asked = request.target
        if not self._grounds.under(asked) and (_changes(request) or self._is_signed_in(request)):
            return subject
        page = version.page
        if page is None or page.list_like or not self._guard.watches:
            return subject
        known = subject is not None and (subject.continued or self._guard.knows(subject.article.key))
        if subject is not None and known:
            return await self._whole(subject, version, page) if subject.brief else subject
        sightings = await self._seen_in(version, page)
        canonical = subject.claimed if subject is not None else None
        extended = keys_extended_by(asked)
        twins = [
            sighting
            for sighting in sightings
            if sighting.article.key != asked.key
            and (sighting.most or (canonical in (None, asked.key) and sighting.article.key in extended))
        ]
        if len({sighting.article.key for sighting in twins}) != 1:
            return subject
        article = twins[0].article
        whole = replace(article, paths=tuple(dict.fromkeys((*asked.paths, *article.paths))))
        why = "it holds the text of this article"
        return Subject(whole, brief=False, continued=False, claimed=None, why=why, twin=True)

    async def _whole(self, subject: Subject, version: Version, page: Page) -> Subject:
        """No brief is a page that shows little of an article and holds what that withholds."""
        sightings = await self._seen_in(version, page)
        holds = any(sighting.article.key == subject.article.key for sighting in sightings)
        return replace(subject, brief=False) if holds else subject

    async def _seen_in(self, version: Version, page: Page) -> tuple[Sighting, ...]:
        generation = self._guard.generation
        if version.sightings is None or version.sightings[0] != generation:
            found = await self._look(read_text(page.body, page.content_type).text)
            version.sightings = (generation, found)
        return version.sightings[1]

    async def fitted(self, request: PageRequest, visitor: Visitor, subject: Subject, version: Version) -> Cut:
        """The cut of an article's page, without what else it holds that this visitor may not read."""
        continued = subject.continued
        cut = await version.cut(continued=continued)
        if cut.alone is not None or self._silent(request):
            return cut
        found = await self._others_in(version, cut, request, visitor)
        own = [sighting for sighting in found if sighting.article.key == subject.article.key]
        if own and not continued:
            cut = await version.cut(continued=True)
            if cut.alone is not None:
                return cut
            found = await self._others_in(version, cut, request, visitor)
        if not found:
            return cut
        if not self._acts(request, found, b""):
            return cut
        return await self._trimmed_cut(cut, version.content_type, found)

    async def _others_in(self, version: Version, cut: Cut, request: PageRequest, visitor: Visitor) -> list[Sighting]:
        generation = self._guard.generation
        held = version.cut_sightings
        if held is None or held[0] != generation or held[1] is not cut:
            found = await self._look(_text(cut.head + cut.tail, None))
            held = version.cut_sightings = (generation, cut, found)
        return await self._unentitled(held[2], request, visitor)

    async def _trimmed_cut(self, cut: Cut, content_type: str | None, found: list[Sighting]) -> Cut:
        names = frozenset(sighting.known.name for sighting in found)
        key = (_digest(cut.head + cut.tail), self._guard.generation, names)
        held = self._cuts.get(key)
        if held is None:
            whole = cut.head + _WALL + cut.tail
            trimmed = await asyncio.to_thread(trim, "html", whole, content_type, self._excerpts(found, ""))
            head, mark, tail = (trimmed or b"").partition(_WALL)
            why = None if mark else "the page holds what other articles withhold, and it cannot be taken out"
            held = replace(cut, head=head if mark else b"", tail=tail, alone=why)
            self._cuts.put(key, held, len(held.head) + len(held.tail))
        return held

    @property
    def configured(self) -> bool:
        """Whether there is anything to do at all."""
        return self._options.mode != "off"

    @property
    def on(self) -> bool:
        """Whether answers are held against anything: in observe and off nothing is."""
        return self.configured and self._gate.mode is Mode.ON

    def takes(self, request: PageRequest, headers: AnswerHeaders) -> bool:
        """Whether an answer with this head is to be looked at."""
        return self.on and text_kind(headers, request.target.folded) is not None

    async def guarded_page(self, request: PageRequest, visitor: Visitor, answer: Answer, version: Version) -> Answer:
        """What goes out for a page that is no article's; one seen before costs next to nothing."""
        page = version.page
        if page is not None and not self._silent(request) and not await self._seen_in(version, page):
            return answer
        return await self.guarded(request, visitor, answer)

    async def guarded(self, request: PageRequest, visitor: Visitor, answer: Answer, *, private: bool = False) -> Answer:
        """What goes out for an answer: as it is, without what this visitor may not read, or refused.

        ``private``: it goes out under this reader's grant.
        """
        whole = Answer(answer.status, tuple(private_headers(list(answer.headers))), answer.body) if private else answer
        if not answer.body or request.method == "HEAD" or self._silent(request):
            return whole
        headers = list(answer.headers)
        kind = text_kind(headers, request.target.folded)
        if kind is None or not self._looks(kind):
            return whole
        if answer.status == 206 and self._guard.watches:
            return self._refused(visitor, kind)
        coding, content_type = first(headers, b"content-encoding"), _said(headers)
        try:
            body = undo_coding(
                answer.body, coding.decode("latin-1") if coding else None, limit=4 * self._options.largest
            )
        except Undecodable as unread:
            if not self._guard.watches:
                return whole
            _log.warning("%s cannot be looked at and is refused: %s", request.target.folded, unread.reason)
            return self._refused(visitor, kind)
        digest = _digest(body)
        verdict = await self._verdict(body, digest, content_type, kind, request.host)
        if verdict.nothing:
            return whole
        found = await self._unentitled(verdict.sightings, request, visitor)
        unknown = verdict.unknown if not await self._may_read_all(request, visitor) else ()
        if not found and not unknown:
            return Answer(answer.status, tuple(private_headers(headers)), answer.body)
        if not self._acts(request, found, digest):
            return whole
        for link in unknown:
            self.ask_for(link, request.host)
        if _changes(request) or self._is_signed_in(request):
            return self._refused(visitor, kind)
        base = verdict.bare if unknown and verdict.bare is not None else body
        if unknown:
            digest = _digest(base)
            left = await self._verdict(base, digest, content_type, "plain", request.host)
            found = await self._unentitled(left.sightings, request, visitor)
        trimmed: bytes | None = base
        if found:
            names = frozenset(sighting.known.name for sighting in found)
            key = _Trim(digest, self._guard.generation, kind, names, request.host, visitor.language)
            trimmed = await self._trimmed(key, base, content_type, found)
        if trimmed is None:
            self._gate.count("guard-refused")
            return self._refused(visitor, kind)
        self._gate.count("guard-withheld")
        return _revalidated(request, Answer(answer.status, tuple(guarded_headers(headers, trimmed)), trimmed))

    async def _trimmed(self, key: _Trim, body: bytes, content_type: str | None, found: list[Sighting]) -> bytes | None:
        """The body without what was found in it, worked out once; None where it cannot be taken out."""
        held = self._trims.get(key)
        if held is None:
            excerpts = self._excerpts(found, key.host, key.language)
            held = (await asyncio.to_thread(trim, key.kind, body, content_type, excerpts),)
            self._trims.put(key, held, len(held[0] or b""))
        return held[0]

    async def may_save(self, request: PageRequest, visitor: Visitor, body: bytes) -> bool:
        """Whether what a signed-in user sends to be saved may go on: not where the answer to it would be refused."""
        if not body or self._silent(request) or not self._guard.watches:
            return True
        content_type = first(request.headers, b"content-type")
        text = _text(body, content_type.decode("latin-1") if content_type else None)
        found = await self._unentitled(await self._look(text), request, visitor)
        return not found or not self._acts(request, found, _digest(body))

    def saves(self, request: PageRequest) -> bool:
        """Whether the request changes something in the name of a signed-in user."""
        return self.on and _changes(request) and self._is_signed_in(request)

    def refusal(self, request: PageRequest, visitor: Visitor) -> Answer:
        """The refusal of a request, in the format in which it came."""
        content_type = first(request.headers, b"content-type") or b"text/html"
        return self._refused(
            visitor,
            "html"
            if b"form" in content_type
            else text_kind([(b"content-type", content_type)], request.target.folded) or "plain",
        )

    def watch(self, request: PageRequest, visitor: Visitor, headers: AnswerHeaders) -> Watch | None:
        """What looks at an answer as it streams; None where nothing is to be looked at."""
        if self._silent(request) or not self._looks(text_kind(headers, request.target.folded) or ""):
            return None

        async def clean(text: str) -> bool:
            found = await self._unentitled(await self._look(text), request, visitor)
            return not found or not self._acts(request, found, b"stream")

        coding = first(headers, b"content-encoding")
        return Watch(clean, coding.decode("latin-1") if coding else "", _charset(_said(headers)))

    @property
    def asks(self) -> bool:
        """Whether an article is to be read that nobody has opened yet."""
        return bool(self._to_ask)

    def next_asked(self) -> tuple[str, str]:
        """The address and the host of the next one."""
        named, _ = self._to_ask.popitem(last=False)
        return named

    def own_path(self, link: str, host: str) -> str | None:
        """The address of a link on this paper's own host; None for any other."""
        target = self._own_target(link, host)
        return None if target is None else target.forwarded

    def ask_for(self, link: str, host: str) -> None:
        """Have the article at an address of this paper read in the background, unless it was read before."""
        target = self._own_target(link, host)
        known = target is None or target.forwarded in self._asked or self._guard.knows(target.key)
        if target is not None and not known and len(self._to_ask) < _TO_ASK_AT_MOST:
            self._to_ask[(target.forwarded, host)] = None

    def was_asked(self, link: str) -> None:
        """Note that the page at an address was read: what it is no article of passes from now on."""
        self._asked[link] = None
        if len(self._asked) > _TOLD_AT_MOST:
            self._asked.popitem(last=False)
        self._guard.generation += 1

    def _looks(self, kind: str) -> bool:
        return self._guard.watches or kind in ("xml", "json")

    def _silent(self, request: PageRequest) -> bool:
        return not self.on or any_matches(self._options.allow, request.target.paths)

    def _note_failure(self, failure: Exception) -> None:
        if not self._failing:
            self._failing = True
            known = "" if self._ready.is_set() else "; until it can, this worker shows no page"
            _log.error("what articles withhold cannot be brought up to date%s: %s", known, failure)

    def _note_recovery(self) -> None:
        if self._failing:
            self._failing = False
            _log.warning("what articles withhold is up to date again")

    async def _look(self, text: str) -> tuple[Sighting, ...]:
        if len(text) <= _INLINE:
            return self._guard.look(text)
        return await asyncio.to_thread(self._guard.look, text)

    async def _verdict(self, body: bytes, digest: bytes, content_type: str | None, kind: str, host: str) -> _Verdict:
        key = (digest, self._guard.generation, kind, host)
        held = self._verdicts.get(key)
        if held is None:
            text = _text(body, content_type)
            bare, links = await self._bare(text, kind, host)
            held = _Verdict(await self._look(text), links, bare.encode("utf-8", "replace") if links else None)
            self._verdicts.put(key, held, len(held.bare or b"") + _SIGHTING_BYTES * len(held.sightings))
        return held

    async def _bare(self, text: str, kind: str, host: str) -> tuple[str, tuple[str, ...]]:
        if kind not in ("xml", "json"):
            return text, ()
        bare = partial(bare_xml if kind == "xml" else bare_json, text, lambda link: self._is_unknown(link, host))
        return bare() if len(text) <= _INLINE else await asyncio.to_thread(bare)

    def _is_unknown(self, link: str, host: str) -> bool:
        target = self._own_target(link, host)
        if target is None or target.forwarded in self._asked or self._guard.knows(target.key):
            return False
        return self._grounds.hold(target)

    def _own_target(self, link: str, host: str) -> Target | None:
        parts = urlsplit(link) if "\n" not in link else None
        own = urlsplit(self._options.own_url).netloc if self._options.own_url else host
        if parts is None or parts.netloc not in ("", own, host) or (not parts.path.startswith("/")):
            return None
        try:
            return read_target(parts.path + (f"?{parts.query}" if parts.query else ""))
        except TargetError:
            return None

    async def _unentitled(
        self, sightings: Iterable[Sighting], request: PageRequest, visitor: Visitor
    ) -> list[Sighting]:
        """The sightings of what this visitor may not read."""
        found = tuple(sightings)
        if not found:
            return []
        asked = Request(
            found[0].article,
            visitor.passes,
            visitor.fresh,
            spends=False,
            devices=visitor.devices,
            rights=visitor.rights,
        )
        decisions = await self._gate.weigh_all(asked, (sighting.article for sighting in found))
        return [sighting for sighting, decision in zip(found, decisions, strict=True) if not decision.full]

    async def _may_read_all(self, request: PageRequest, visitor: Visitor) -> bool:
        """Whether this visitor may read every article: a subscriber, or one of the staff."""
        asker = await self._gate.asker(visitor.passes, visitor.devices, visitor.fresh)
        return any(right.holds(self._gate.now()) for right in (*asker.reader.entitlements, *visitor.rights))

    def _acts(self, request: PageRequest, found: Iterable[Sighting], digest: bytes) -> bool:
        """Whether the guard withholds here, or only reports; tells the log once a version of the answer."""
        acts = self._options.mode == "withhold"
        for sighting in found:
            told = (request.target.folded, sighting.known.name, digest)
            if told not in self._told:
                self._told[told] = None
                if len(self._told) > _TOLD_AT_MOST:
                    self._told.popitem(last=False)
                did = "withheld" if acts else "would withhold"
                _log.warning("the guard %s %d words of %s at %s", did, sighting.words, told[1][0], told[0])
        if not acts:
            self._gate.count("guard-reported")
        return acts

    def _is_signed_in(self, request: PageRequest) -> bool:
        """Whether the request carries the origin's own sign-in."""
        if values(request.headers, b"authorization"):
            return True
        own = self._own_cookies
        return any(_SIGNED_IN.search(cookie) or (own and own.search(cookie)) for cookie in request.cookie_headers)

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

    def _refused(self, visitor: Visitor, kind: str) -> Answer:
        """The refusal, in the format that was asked for."""
        language = visitor.language
        said = " – ".join(self._board.say(message, language) for message in (wording.REFUSED, wording.REFUSED_WAY))
        if kind == "html":
            body, content_type = self._board.error(ErrorPage.REFUSED, language), b"text/html; charset=utf-8"
        elif kind == "json":
            told = {"code": "pennypress_withheld", "message": said, "data": {"status": 403}}
            body, content_type = json.dumps(told).encode(), b"application/json"
        elif kind == "xml":
            body = f'<?xml version="1.0" encoding="utf-8"?>\n<error>{_escaped(said)}</error>\n'.encode()
            content_type = b"application/xml"
        else:
            body, content_type = f"{said}\n".encode(), b"text/plain; charset=utf-8"
        headers = (
            (b"content-type", content_type),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"private, no-store"),
        )
        return Answer(403, headers, body)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _changes(request: PageRequest) -> bool:
    return request.method not in _READS


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest()


def _said(headers: AnswerHeaders) -> str | None:
    content_type = first(headers, b"content-type")
    return content_type.decode("latin-1") if content_type else None


def _charset(content_type: str | None) -> str:
    try:
        return read_text(b"", content_type).charset
    except Undecodable:
        return "utf-8"


def _text(body: bytes, content_type: str | None) -> str:
    """The text of an answer; what is no text in the charset that it names is read as UTF-8 as far as it is."""
    try:
        return read_text(body, content_type).text
    except Undecodable:
        return body.decode("utf-8", "replace")


def _revalidated(request: PageRequest, answer: Answer) -> Answer:
    """The answer, or 304 where the client has it already by our own validator."""
    tag = first(answer.headers, b"etag") or b""
    known = b",".join(values(request.headers, b"if-none-match"))
    if answer.status == 200 and request.method == "GET" and tag and tag in known:
        kept = tuple(
            (name, value) for name, value in answer.headers if name not in (b"content-length", b"content-type")
        )
        return Answer(304, kept, b"")
    return answer
