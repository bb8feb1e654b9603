"""A page view: an origin's whole answer becomes what this reader gets, full or cut, with its reason."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from pennypress.core.article import Access, Article
from pennypress.core.decision import Decision, Reason
from pennypress.core.meter import ReaderId
from pennypress.core.policy import Mode
from pennypress.core.sketch import sketch_line
from pennypress.errors import Undecodable
from pennypress.gate import Admission, Gate
from pennypress.http.answer import (
    Answer,
    AnswerHeaders,
    article_headers,
    decision_headers,
    first,
    private_headers,
)
from pennypress.http.belonging import Belonging
from pennypress.http.fetch import Verdict
from pennypress.http.guarding import Guarding
from pennypress.http.request import PageRequest
from pennypress.http.sharing import is_plain
from pennypress.http.visitor import Visitor
from pennypress.pages.naming import claim_of_pages, headline, keys_extended_by
from pennypress.pages.notice import Board, ErrorPage
from pennypress.pages.page import Cut
from pennypress.pages.recognise import Grounds, Subject, recognise, unread_subject
from pennypress.pages.source import undo_coding
from pennypress.pages.versions import Seen, Version, Versions
from pennypress.readers.code import reader_code
from pennypress.readers.pass_ import Passes

HTML = b"text/html; charset=utf-8"
_EXPLICIT_RULES = frozenset(("selector", "paywall markup", "articleBody", "article"))
_CACHEABLE = frozenset((Reason.FREE, Reason.BRIEF))
_WHOLE_PAGE = frozenset((200, 203))
"""A 203 is a 200 that something on its way has changed (RFC 9110 section 15.3.4)."""

_READING = frozenset(("GET", "HEAD"))
"""What answers other methods may be a form's word of thanks: it teaches nothing of the article."""

_OF_STATUS = frozenset((b"location", b"www-authenticate", b"retry-after"))
_NAMED_AT_MOST = 64
_SIGNPOST_AT_MOST = 1_500
_REFRESH = re.compile(rb"<meta\s[^>]{0,100}?\bhttp-equiv\s*=\s*[\"']?refresh\b[^>]{0,500}?\burl\s*=", re.IGNORECASE)
_SHORTEST_TELLING = 24
_HTTP_DATE = re.compile(rb"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")

_log = logging.getLogger("pennypress")

Gone = Callable[[], bool]


class Outcome(NamedTuple):
    """What becomes of a view: the answer, and what was found on the way (None where the page is no article)."""

    answer: Answer
    subject: Subject | None = None
    decision: Decision | None = None
    version: Version | None = None


class PageViews:
    """Makes answers of views; holds what is worked out at start-up and the page versions read so far."""

    def __init__(
        self,
        *,
        gate: Gate,
        board: Board,
        versions: Versions,
        grounds: Grounds,
        passes: Passes,
        own_host: str | None,
        own_url: str | None = None,
        largest: int,
        code_key: bytes | None = None,
        guarding: Guarding | None = None,
    ) -> None:
        """``code_key`` is what makes the readers' codes at the foot of walls; None for a paper without a clerk."""
        self._guarding = guarding
        self._gate = gate
        self.belonging = Belonging(gate, guarding)
        self._board = board
        self._versions = versions
        self._grounds = grounds
        self._passes = passes
        self._own_host = own_host
        self._own_url = own_url
        self._largest = largest
        self._code_key = code_key

    async def outcome(self, request: PageRequest, visitor: Visitor, answer: Answer, gone: Gone) -> Outcome:
        """What this visitor gets for an answer that may be an article's page; one without a body is none."""
        passed = answer.less_ours()
        if not answer.body:
            return Outcome(passed)
        seen, body = await self._seen(request, answer)
        subject = None if _leads_on(body) else self._subject(request, seen.version, answer)
        if subject is not None:
            subject = await self._own_subject(subject, request, seen.version, answer)
        guarding = self._guarding if self._guarding is not None and self._guarding.on else None
        if answer.status not in _WHOLE_PAGE:
            shown = await self._other_status(request, visitor, passed, seen.version, subject)
            return Outcome(shown if guarding is None else await guarding.guarded(request, visitor, shown))
        if guarding is not None:
            if subject is None and await guarding.finds_nothing(request, seen.version):
                return Outcome(passed)
            subject = await guarding.recognised(subject, seen.version, request, visitor)
            if subject is None:
                return Outcome(await guarding.guarded(request, visitor, passed))
            part_of = None if subject.twin else guarding.grown(request.target, body)
            if part_of is not None:
                return Outcome(await self._part(request, visitor, passed, part_of))
            if subject.brief and await guarding.copies(subject, seen.version):
                return Outcome(await guarding.guarded(request, visitor, passed))
        if subject is None:
            return Outcome(passed)
        may_spend = request.by_a_reader and visitor.crawler is None and not gone()
        asked = visitor.asks_for(subject.article, brief=subject.brief, spends=may_spend)
        admission = await self._gate.admit(asked)
        shown = await self._shown(request, passed, visitor, admission, seen, body, subject)
        return Outcome(shown, subject, admission.decision, seen.version)

    async def _shown(
        self,
        request: PageRequest,
        passed: Answer,
        visitor: Visitor,
        admission: Admission,
        seen: Seen,
        body: bytes,
        subject: Subject,
    ) -> Answer:
        """What of an article's page goes out under an admission."""
        if self._gate.mode is Mode.OBSERVE:
            return self._named(self._observed(passed, admission), admission)
        if admission.decision.full:
            if self._guarding is not None and self._guarding.on and request.method in _READING:
                self._guarding.learning.learn_later(
                    subject, seen.version, request.target, lambda: is_plain(request, visitor.others)
                )
            if _reads_as_crawler(visitor, admission.decision):
                return await self._for_crawler(passed, admission, seen, subject)
            return self._full(request, passed, visitor, admission, seen, body)
        if request.prefetches:
            return Answer(503, ((b"cache-control", b"no-store"), (b"content-length", b"0")), b"")
        return self._named(await self._preview(request, passed, visitor, admission, seen, subject), admission)

    async def _part(self, request: PageRequest, visitor: Visitor, passed: Answer, article: Article) -> Answer:
        """What a script fetched of a page that grows: whole to who has the article open, else refused."""
        verdict = await self.belonging.to_article(request, visitor, article)
        if verdict is Verdict.DROP or self._guarding is None:
            return html(403, self._board.error(ErrorPage.REFUSED, visitor.language))
        return await self._guarding.guarded(request, visitor, passed, private=verdict is Verdict.PRIVATE)

    async def head(self, request: PageRequest, visitor: Visitor, answer: Answer) -> Outcome:
        """What a HEAD request gets where articles are: the head that a GET would get that spends nothing."""
        if answer.status != 200 or not self._grounds.hold(request.target):
            return Outcome(answer.less_ours()._replace(body=b""))
        subject = unread_subject(request.target, origin_word(answer.headers))
        decision = (await self._gate.admit(visitor.asks_for(subject.article))).decision
        if self._gate.mode is Mode.OBSERVE or decision.reason in _CACHEABLE:
            return Outcome(answer.less_ours()._replace(body=b""), subject, decision)
        if _reads_as_crawler(visitor, decision):
            return Outcome(
                Answer(200, tuple(_crawlers_headers(answer.headers, decision, None)), b""), subject, decision
            )
        headers = article_headers(list(answer.headers), decision, None)
        return Outcome(Answer(200, (*headers, *self._wall_header(decision)), b""), subject, decision)

    async def _seen(self, request: PageRequest, answer: Answer) -> tuple[Seen, bytes]:
        """The page version that an answer brought, and the answer's body with its coding undone."""
        body, coding = answer.body, first(answer.headers, b"content-encoding")
        content_type = first(answer.headers, b"content-type")
        if coding or len(body) > self._largest:
            try:
                body = undo_coding(body, coding.decode("latin-1") if coding else None, limit=self._largest)
            except Undecodable as error:
                return Seen(Version(None, None, error.reason)), body
        said = content_type.decode("latin-1") if content_type else None
        return await self._versions.of(body, said, request.target.forwarded), body

    def _subject(self, request: PageRequest, version: Version, answer: Answer) -> Subject | None:
        word = origin_word(answer.headers)
        key = (request.target, request.host, word, self._gate.beliefs)
        try:
            return version.subjects[key]
        except KeyError:
            pass
        if version.page is None:
            subject = unread_subject(request.target, word) if self._grounds.hold(request.target) else None
        else:
            own_host = self._own_host or request.host
            subject = recognise(
                version.page, request.target, self._grounds, own_host=own_host, word=word, believes=self._gate.believes
            )
        if len(version.subjects) >= _NAMED_AT_MOST:
            version.subjects.clear()
        version.subjects[key] = subject
        return subject

    async def _own_subject(
        self, subject: Subject, request: PageRequest, version: Version, answer: Answer
    ) -> Subject | None:
        """The article that a page is about by its own word, once its canonical link was noted and was found to be
        believed or not; None for no article."""
        if subject.claimed is None or version.page is None or answer.status not in _WHOLE_PAGE:
            return subject
        link, shown = subject.claimed, version.page.sketch
        if subject.continued:
            link, shown = claim_of_pages(link), sketch_line(headline(subject.article.title))
        elif not shown and link in keys_extended_by(request.target):
            return subject  # too little to compare, and the address itself says whose it is
        beliefs = self._gate.beliefs
        await self._gate.note_claim(link, request.target.key, shown)
        return subject if self._gate.beliefs == beliefs else self._subject(request, version, answer)

    async def _other_status(
        self, request: PageRequest, visitor: Visitor, passed: Answer, version: Version, subject: Subject | None
    ) -> Answer:
        """An answer that is no 200 keeps its status, and its body unless an article's body is found in it."""
        if not passed.body or self._gate.mode is Mode.OBSERVE:
            return passed
        page = version.page
        if page is None:
            harmless = not self._grounds.under(request.target)
        else:
            harmless = page.brief or page.body_rule not in _EXPLICIT_RULES
            harmless = harmless or not (self._grounds.under(request.target) or subject is not None)
        if harmless:
            return passed
        self._gate.count("error-pages-replaced")
        return html(passed.status, self._board.error(ErrorPage.ELSEWHERE, visitor.language), passed.headers)

    def _full(
        self, request: PageRequest, passed: Answer, visitor: Visitor, admission: Admission, seen: Seen, body: bytes
    ) -> Answer:
        decision = admission.decision
        if decision.reason in _CACHEABLE:
            return Answer(200, (*passed.headers, *decision_headers(decision)), passed.body)
        notice = self._board.notice(decision, visitor.language, request.target.forwarded, self._gate.now())
        notice = self._at_home(notice, request, seen.version)
        if seen.version.page is None or not notice:
            shown, coding = passed.body, first(passed.headers, b"content-encoding")
        else:
            shown, coding = seen.full(body, notice), None
        headers = article_headers(passed.headers, decision, len(shown))
        if coding is not None:
            headers.append((b"content-encoding", coding))
        return self._named(Answer(200, tuple(headers), shown), admission)

    async def _for_crawler(self, passed: Answer, admission: Admission, seen: Seen, subject: Subject) -> Answer:
        """The whole page for a verified crawler: its structured data says that it is not free, and nobody keeps it."""
        marked = None if seen.version.page is None else await seen.marked(continued=subject.continued)
        if marked is not None:
            as_html = [(name, _as_html(name, value)) for name, value in passed.headers]
            return Answer(200, tuple(_crawlers_headers(as_html, admission.decision, len(marked))), marked)
        headers = _crawlers_headers(passed.headers, admission.decision, len(passed.body))
        if (coding := first(passed.headers, b"content-encoding")) is not None:
            headers.append((b"content-encoding", coding))
        return Answer(200, tuple(headers), passed.body)

    async def _preview(
        self,
        request: PageRequest,
        passed: Answer,
        visitor: Visitor,
        admission: Admission,
        seen: Seen,
        subject: Subject,
    ) -> Answer:
        decision, language = admission.decision, visitor.language
        path, code = request.target.forwarded, self._code(visitor, admission)
        why = seen.version.why_unread
        if why is None:
            cut = await self._cut(request, visitor, seen.version, subject)
            why = cut.alone
            if self._guarding is not None and self._guarding.is_edited(request, seen.version, cut):
                return self._guarding.refusal(request, visitor, [(b"content-type", HTML)])
        if why is not None:
            self._gate.count("no-body")
            if not seen.version.told:
                seen.version.told = True
                _log.warning("%s goes out as headline and wall alone: %s", request.target.folded, why)
            body = self._board.alone(subject.article.title, decision, language, path, code)
            headers = article_headers(((b"content-type", HTML),), decision, len(body))
        else:
            wall = self._at_home(self._board.wall(decision, language, path, code), request, seen.version)
            body = seen.walled(cut, wall)
            clean = [(name, _as_html(name, value)) for name, value in passed.headers if not _tells(cut, value)]
            headers = article_headers(clean, decision, len(body))
        return Answer(200, (*headers, *self._wall_header(decision)), body)

    async def _cut(self, request: PageRequest, visitor: Visitor, version: Version, subject: Subject) -> Cut:
        if self._guarding is None or not self._guarding.on:
            return await version.cut(continued=subject.continued)
        if request.method in _READING:
            await self._guarding.learning.learn(
                subject, version, request.target, lambda: is_plain(request, visitor.others)
            )
        return await self._guarding.fitted(request, visitor, subject, version)

    async def read(self, request: PageRequest, answer: Answer) -> bool:
        """Read a page that nobody asked for, so that the guard knows its article. Whether that is settled: the article
        is known from the next beat on, or there is none."""
        if self._guarding is None:
            return True
        seen, _ = await self._seen(request, answer)
        subject = self._subject(request, seen.version, answer)
        nobody = Visitor((), ReaderId(bytes(16)), "")
        subject = await self._guarding.recognised(subject, seen.version, request, nobody)
        if subject is None:
            return seen.version.page is not None
        return await self._guarding.learning.learn(subject, seen.version, request.target, lambda: True, at_once=False)

    def _at_home(self, ours: bytes, request: PageRequest, version: Version) -> bytes:
        """A notice or wall whose links lead to this site, also in a page whose own links lead elsewhere."""
        if not version.is_based_elsewhere:
            return ours
        home = self._own_url or f"{request.scheme}://{request.host}"
        return ours.replace(b'href="/', b'href="%s/' % home.encode("ascii"))

    def _wall_header(self, decision: Decision) -> AnswerHeaders:
        """Which wall the answer bears, for programs; nothing where it bears none."""
        wall = self._board.wall_of(decision)
        return [] if wall is None else [(b"pennypress-wall", wall.value.encode())]

    def _code(self, visitor: Visitor, admission: Admission) -> str:
        """The code by which a clerk finds this reader; empty for one without a name, or where there is no clerk."""
        if self._code_key is None or not (visitor.passes or visitor.devices or admission.name_reader):
            return ""
        span = self._gate.policy.window.span(self._gate.now())
        return reader_code(admission.reader, span, self._code_key)

    def _observed(self, passed: Answer, admission: Admission) -> Answer:
        """The origin's answer as it is; but one that names its reader must be in no shared cache, or all who are
        served from that become one reader."""
        if not admission.name_reader:
            return passed
        return Answer(passed.status, tuple(private_headers(list(passed.headers))), passed.body)

    def _named(self, answer: Answer, admission: Admission) -> Answer:
        if admission.device is not None and self._gate.to_tell(admission.device):
            cookie = (b"set-cookie", self._passes.set_device_cookie(admission.device))
        elif admission.name_reader:
            cookie = (b"set-cookie", self._passes.set_cookie(admission.reader))
        else:
            return answer
        return Answer(answer.status, (*answer.headers, cookie), answer.body)


def _reads_as_crawler(visitor: Visitor, decision: Decision) -> bool:
    """Whether a whole article goes to a verified crawler, which must be told that it is not free."""
    return visitor.crawler is not None and visitor.crawler.full and decision.reason is Reason.ENTITLED


def _crawlers_headers(headers: Iterable[tuple[bytes, bytes]], decision: Decision, length: int | None) -> AnswerHeaders:
    """The head of an article for a verified crawler: no cookie of anybody's, and no leave to show a copy."""
    kept = [(name, value) for name, value in headers if name != b"set-cookie"]
    return [*article_headers(kept, decision, length), (b"x-robots-tag", b"noarchive")]


def origin_word(headers: AnswerHeaders | tuple[tuple[bytes, bytes], ...]) -> Access | None:
    """What the origin's header says of this article's access; None where it says nothing that we know."""
    said = first(headers, b"pennypress-article")
    try:
        return None if said is None else Access(said.decode("latin-1").strip().lower())
    except ValueError:
        return None


def html(status: int, body: bytes, origin_headers: AnswerHeaders | tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """A page of ours, not to be stored; of the origin's head only what a status needs (``Location``, a challenge)."""
    ours = [
        (b"content-type", HTML),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"private, no-store"),
    ]
    return Answer(status, (*kept_of_status(origin_headers), *ours), body)


def kept_of_status(headers: Iterable[tuple[bytes, bytes]]) -> AnswerHeaders:
    """What an origin's status needs besides its number: where to go, how to sign in, when to come back."""
    return [(name, value) for name, value in headers if name in _OF_STATUS]


def _leads_on(body: bytes) -> bool:
    """Whether a page says no more than where to go instead: its reader is charged there, and not here."""
    return len(body) <= _SIGNPOST_AT_MOST and _REFRESH.search(body) is not None


def _tells(cut: Cut, value: bytes) -> bool:
    if len(value) <= _SHORTEST_TELLING or _HTTP_DATE.fullmatch(value):
        return False
    return cut.tells(value.decode("latin-1"))


def _as_html(name: bytes, value: bytes) -> bytes:
    """The value of a field of a page that was written anew: XHTML is HTML then."""
    return value.replace(b"application/xhtml+xml", b"text/html") if name == b"content-type" else value
