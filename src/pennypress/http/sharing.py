"""Sparing the origin: simultaneous equal page views become one fetch, and public answers are kept for a moment."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from pennypress.errors import OriginError
from pennypress.http.answer import Answer, first, values
from pennypress.http.fetch import Scope
from pennypress.http.request import PageRequest

FRESH_SECONDS = 60.0
STALE_SECONDS = 600.0

_RETRY_SECONDS = 5.0
_FORGET_SECONDS = 60.0
_LEARNED = 8_192
_OVERHEAD = 512
_FAILURES = frozenset((500, 502, 503, 504))
_USUAL = frozenset(
    (
        b"accept",
        b"accept-charset",
        b"accept-encoding",
        b"accept-language",
        b"cache-control",
        b"cdn-loop",
        b"connection",
        b"device-memory",
        b"dnt",
        b"downlink",
        b"dpr",
        b"ect",
        b"from",
        b"host",
        b"keep-alive",
        b"pragma",
        b"priority",
        b"referer",
        b"rtt",
        b"save-data",
        b"te",
        b"traceparent",
        b"tracestate",
        b"upgrade-insecure-requests",
        b"user-agent",
        b"via",
        b"viewport-width",
        b"width",
        b"x-request-id",
        b"x-correlation-id",
    )
)
_USUAL_BEGINNINGS = (b"sec-ch-", b"sec-fetch-", b"sec-gpc", b"x-forwarded-", b"cf-", b"fastly-", b"x-amz", b"x-b3-")
"""What browsers, crawlers and the fronts before us say with every page view. A request that says anything else may be
for a part of a page, or may try to have an answer made for it alone handed to others."""

Fetch = Callable[[], Awaitable[Answer | None]]


@dataclass(frozen=True, slots=True)
class Question:
    """A page view as the origin is asked for it: ``headers`` are those that go on, ours taken off already."""

    scheme: str
    host: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]

    @property
    def plain(self) -> bool:
        """Whether anybody might ask just this: no cookie, no credentials, no part of a page, no condition, nothing
        that a page view does not usually say."""
        return all(_is_usual(name) for name, _ in self.headers)

    @property
    def address(self) -> tuple[str, str, str]:
        """What is asked for, whoever asks."""
        return (self.scheme, self.host, self.target)

    def said(self, names: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """What it says under each of these header names."""
        return tuple(b",".join(values(self.headers, name)) for name in names)


@dataclass(frozen=True, slots=True)
class _Control:
    """What an answer says of who may have it, and for how many seconds (None: it does not say)."""

    vary: tuple[bytes, ...] | None
    shared: bool
    public: bool
    seconds: float | None
    never_stale: bool


@dataclass(slots=True)
class _Kept:
    """An answer in the cache; ``asked_again`` is when a failing origin was last asked in vain."""

    answer: Answer
    since: float
    seconds: float
    may_be_stale: bool
    size: int
    asked_again: float | None = None


@dataclass(frozen=True, slots=True)
class _Learned:
    """What the last answer for an address showed: the names that it varies by, None where it is not to be shared."""

    vary: tuple[bytes, ...] | None
    since: float


_Address = tuple[str, str, str]
_Key = tuple[_Address, tuple[bytes, ...]]


@dataclass(slots=True)
class _Led:
    """A fetch that others wait for, and how it ended: with an answer, a failure, or neither (its leader went away)."""

    question: Question
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Answer | None = None
    error: OriginError | None = None


class Answers:
    """Gets answers for page views, asking the origin as seldom as it may. One belongs to one worker.

    ``capacity`` is the bytes that kept answers may take; 0 keeps none, and simultaneous views are still joined.
    ``clock`` gives seconds that only grow.
    """

    def __init__(self, capacity: int, clock: Callable[[], float]) -> None:
        self._capacity = capacity
        self._clock = clock
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._learned: OrderedDict[_Address, _Learned] = OrderedDict()
        self._led: dict[_Key, _Led] = {}
        self.size = 0

    async def get(self, question: Question, fetch: Fetch) -> Answer | None:
        """The answer: kept, of a fetch that is under way, or of this ``fetch``.

        ``fetch`` gives a whole answer, or None where it has dealt with the request itself (a stream); None is then
        returned to its caller alone. Where the origin fails and a kept answer may still serve, that one is returned;
        else the origin's own error answer, or its OriginError is raised.
        """
        if not question.plain:
            return await fetch()
        while True:
            key = self._key(question)
            kept = self._serving(key)
            if kept is not None:
                return kept
            led = self._led.get(key) if key is not None else None
            if key is None or led is None:
                return await self._lead(question, key, fetch)
            await led.ended.wait()
            if led.error is not None:
                return self._instead(key, led.error)
            if led.answer is not None:
                if _may_share(led, question):
                    return self._instead(key, led.answer) if led.answer.status in _FAILURES else led.answer
                return await self._lead(question, None, fetch)

    async def _lead(self, question: Question, key: _Key | None, fetch: Fetch) -> Answer | None:
        """Fetch, for oneself and, under a key, for those who join meanwhile."""
        with self._leading(question, key) as led:
            try:
                led.answer = await fetch()
            except OriginError as error:
                led.error = error
                return self._instead(key, error)
            self._learn(question, led.answer)
            if led.answer is None:
                return None
            self._keep(question, led.answer)
            if led.answer.status in _FAILURES:
                return self._instead(key, led.answer)
            return led.answer

    @contextmanager
    def _leading(self, question: Question, key: _Key | None) -> Iterator[_Led]:
        led = _Led(question)
        if key is not None:
            self._led[key] = led
        try:
            yield led
        finally:
            if key is not None:
                del self._led[key]
            led.ended.set()

    def _key(self, question: Question) -> _Key | None:
        """What equal questions have in common; None where the last answer was not to be shared."""
        learned = self._learned.get(question.address)
        if learned is None:
            return (question.address, ())
        if learned.vary is None:
            if self._clock() - learned.since < _FORGET_SECONDS:
                return None
            del self._learned[question.address]
            return (question.address, ())
        return (question.address, question.said(learned.vary))

    def _learn(self, question: Question, answer: Answer | None) -> None:
        if answer is not None and answer.status in _FAILURES:
            return
        control = _control(answer) if answer is not None else None
        vary = control.vary if control is not None and control.shared else None
        self._learned[question.address] = _Learned(vary, self._clock())
        self._learned.move_to_end(question.address)
        while len(self._learned) > _LEARNED:
            self._learned.popitem(last=False)

    def _serving(self, key: _Key | None) -> Answer | None:
        """The kept answer while it is fresh, or stale and the origin has just failed."""
        kept = self._kept.get(key) if key is not None else None
        if key is None or kept is None:
            return None
        now = self._clock()
        age = now - kept.since
        if age < kept.seconds or (
            kept.asked_again is not None and now - kept.asked_again < _RETRY_SECONDS and _may_still_serve(kept, age)
        ):
            self._kept.move_to_end(key)
            return _aged(kept.answer, age)
        return None

    def _instead(self, key: _Key | None, failure: Answer | OriginError) -> Answer:
        """The stale answer instead of a failure, or, where there is none, the failure."""
        kept = self._kept.get(key) if key is not None else None
        if kept is not None:
            now = self._clock()
            if _may_still_serve(kept, now - kept.since):
                kept.asked_again = now
                return _aged(kept.answer, now - kept.since)
        if isinstance(failure, OriginError):
            raise failure
        return failure

    def _keep(self, question: Question, answer: Answer) -> None:
        control = _control(answer)
        seconds = _fresh_seconds(answer, control)
        if answer.status != 200 or control.vary is None or seconds <= 0:
            return
        size = _OVERHEAD + len(answer.body) + sum(len(name) + len(value) for name, value in answer.headers)
        if size > self._capacity:
            return
        key = (question.address, question.said(control.vary))
        self._drop(key)
        self._kept[key] = _Kept(answer, self._clock(), seconds, not control.never_stale, size)
        self.size += size
        while self.size > self._capacity:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: _Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self.size -= kept.size


def may_be_shared(request: PageRequest) -> bool:
    """Whether equal requests may share one answer of the origin: plain views of pages."""
    return request.method == "GET" and not request.asks_for_asset and not request.asks_for_fragment


def is_plain(request: PageRequest, cookies: Sequence[bytes]) -> bool:
    """Whether a request says nothing by which its answer could be another than everybody's; ``cookies`` are those that
    go on to the origin."""
    by_anybody = request.method == "GET" and not (cookies or request.target.query or request.robot)
    return (
        by_anybody
        and b"save-data" not in request.names
        and all(name == b"cookie" or _is_usual(name) for name in request.names)
    )


def question_of(request: PageRequest, onward: Scope) -> Question:
    """What is asked of the origin for a request, as it goes on."""
    return Question(onward["scheme"], request.host, request.target.forwarded, tuple(onward["headers"]))


def _is_usual(name: bytes) -> bool:
    return name in _USUAL or name.startswith(_USUAL_BEGINNINGS)


def _may_share(led: _Led, question: Question) -> bool:
    """Whether an answer that one asked for may be given to another who asks."""
    assert led.answer is not None
    control = _control(led.answer)
    if not control.shared or control.vary is None:
        return False
    return led.question.said(control.vary) == question.said(control.vary)


def _control(answer: Answer) -> _Control:
    words: dict[str, str] = {}
    for value in values(answer.headers, b"cache-control"):
        for word in value.decode("latin-1").lower().split(","):
            name, _, said = word.strip().partition("=")
            words[name] = said.strip('"')
    personal = first(answer.headers, b"set-cookie") is not None or not words.keys().isdisjoint(("private", "no-store"))
    seconds = _seconds(words.get("s-maxage", words.get("max-age")))
    return _Control(
        vary=_vary(answer),
        shared=not personal,
        public=not personal and "no-cache" not in words and ("public" in words or seconds is not None),
        seconds=seconds,
        never_stale=not words.keys().isdisjoint(("must-revalidate", "proxy-revalidate")),
    )


def _vary(answer: Answer) -> tuple[bytes, ...] | None:
    """The header names that an answer varies by, or None where no two requests are the same to it."""
    named = {name.strip().lower() for value in values(answer.headers, b"vary") for name in value.split(b",")} - {b""}
    if b"*" in named or any(name.startswith((b"x-forwarded", b"x-real")) for name in named):
        return None
    return tuple(sorted(named))


def _fresh_seconds(answer: Answer, control: _Control) -> float:
    """For how long an answer may be kept as fresh."""
    if not control.public:
        return 0.0
    lifetime = control.seconds if control.seconds is not None else _expires_in(answer)
    age = _seconds((first(answer.headers, b"age") or b"").decode("latin-1")) or 0.0
    return min(FRESH_SECONDS, FRESH_SECONDS if lifetime is None else lifetime - age)


def _expires_in(answer: Answer) -> float | None:
    expires, date = first(answer.headers, b"expires"), first(answer.headers, b"date")
    if expires is None:
        return None
    try:
        end = parsedate_to_datetime(expires.decode("latin-1"))
        begin = parsedate_to_datetime((date or b"").decode("latin-1"))
        return (end - begin).total_seconds()
    except (ValueError, TypeError):
        return 0.0  # RFC 9111 section 5.3: a date that cannot be read is one in the past


def _seconds(text: str | None) -> float | None:
    if text is None or not text.isdecimal():
        return None if not text else 0.0
    return float(text)


def _may_still_serve(kept: _Kept, age: float) -> bool:
    return kept.may_be_stale and age < kept.seconds + STALE_SECONDS


def _aged(answer: Answer, seconds: float) -> Answer:
    """A kept answer with its age, as RFC 9111 section 4.2.3 has it."""
    before = _seconds((first(answer.headers, b"age") or b"").decode("latin-1")) or 0.0
    headers = tuple((name, value) for name, value in answer.headers if name != b"age")
    return Answer(answer.status, (*headers, (b"age", b"%d" % (before + seconds))), answer.body)
