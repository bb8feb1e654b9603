"""Sparing the origin: what is joined, what is kept, and what never is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pennypress.errors import OriginError, OriginFailure
from pennypress.http.answer import Answer
from pennypress.http.sharing import Answers, Question

PUBLIC = (b"cache-control", b"public, max-age=30")
DOWN = OriginError(OriginFailure.DOWN, "refused")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Source:
    """An origin whose answers wait until ``release`` is set, and are counted."""

    def __init__(self, *headers: tuple[bytes, bytes], status: int = 200, held: bool = False) -> None:
        self.headers = headers
        self.status = status
        self.error: Exception | None = None
        self.passes_on = False
        self.fetches = 0
        self.release = asyncio.Event()
        if not held:
            self.release.set()

    async def fetch(self) -> Answer | None:
        self.fetches += 1
        body = b"page %d" % self.fetches
        await self.release.wait()
        if self.error is not None:
            raise self.error
        return None if self.passes_on else Answer(self.status, self.headers, body)


def question(*headers: tuple[bytes, bytes], target: str = "/news/a", host: str = "paper.test") -> Question:
    return Question("https", host, target, headers)


async def together(answers: Answers, source: Source, *questions: Question) -> list[Answer | None]:
    """Ask all at once, then let the origin answer."""
    tasks = [asyncio.create_task(answers.get(asked, source.fetch)) for asked in questions]
    await settle()
    source.release.set()
    return list(await asyncio.gather(*tasks))


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def bodies(found: list[Answer | None]) -> list[bytes]:
    return [answer.body for answer in found if answer is not None]


async def body(answers: Answers, asked: Question, fetch: Callable[[], Awaitable[Answer | None]]) -> bytes:
    answer = await answers.get(asked, fetch)
    assert answer is not None
    return answer.body


async def test_simultaneous_plain_views_are_one_fetch() -> None:
    source = Source(held=True)
    found = await together(Answers(0, Clock()), source, *[question()] * 50)
    assert source.fetches == 1
    assert bodies(found) == [b"page 1"] * 50


@pytest.mark.parametrize(
    "header",
    [
        b"cookie",
        b"authorization",
        b"x-requested-with",
        b"hx-request",
        b"turbo-frame",
        b"rsc",
        b"range",
        b"if-none-match",
        b"sec-purpose",
        b"x-unheard-of",
    ],
)
async def test_a_view_that_is_one_readers_own_is_never_joined_or_kept(header: bytes) -> None:
    source = Source(PUBLIC, held=True)
    answers = Answers(10_000, Clock())
    found = await together(answers, source, question((header, b"1")), question((header, b"1")))
    assert source.fetches == 2
    assert sorted(bodies(found)) == [b"page 1", b"page 2"]
    assert answers.size == 0


@pytest.mark.parametrize(
    "other", [question(target="/news/b"), question(target="/news/a?x=1"), question(host="other.test")]
)
async def test_views_of_different_pages_are_not_joined(other: Question) -> None:
    source = Source(held=True)
    await together(Answers(0, Clock()), source, question(), other)
    assert source.fetches == 2


@pytest.mark.parametrize(
    "header",
    [(b"set-cookie", b"session=1"), (b"cache-control", b"private"), (b"cache-control", b"no-store"), (b"vary", b"*")],
)
async def test_an_answer_meant_for_one_reader_goes_to_no_other(header: tuple[bytes, bytes]) -> None:
    source = Source(header, held=True)
    answers = Answers(10_000, Clock())
    found = await together(answers, source, question(), question(), question())
    assert sorted(bodies(found)) == [b"page 1", b"page 2", b"page 3"]
    assert answers.size == 0


async def test_after_an_answer_for_one_reader_the_next_views_do_not_wait_for_each_other() -> None:
    source = Source((b"set-cookie", b"session=1"))
    answers = Answers(0, Clock())
    await answers.get(question(), source.fetch)
    source.release.clear()
    tasks = [asyncio.create_task(answers.get(question(), source.fetch)) for _ in range(3)]
    await settle()
    assert source.fetches == 4
    source.release.set()
    await asyncio.gather(*tasks)


async def test_views_that_differ_in_what_the_answer_varies_by_are_not_joined() -> None:
    source = Source((b"vary", b"Accept-Language"), held=True)
    english, welsh = question((b"accept-language", b"en")), question((b"accept-language", b"cy"))
    answers = Answers(0, Clock())
    first = await together(answers, source, english, welsh, english)
    assert first[0] == first[2] != first[1]
    assert source.fetches == 2
    source.release.clear()
    again = await together(answers, source, english, welsh, english)
    assert again[0] == again[2] != again[1]
    assert source.fetches == 4


async def test_what_browsers_and_fronts_say_with_every_view_does_not_part_them() -> None:
    usual = (b"user-agent", b"referer", b"sec-fetch-mode", b"sec-ch-ua", b"x-forwarded-for", b"via", b"cf-ray", b"dnt")
    source = Source(held=True)
    views = [question(*((name, b"%d" % number) for name in usual)) for number in range(3)]
    await together(Answers(0, Clock()), source, *views)
    assert source.fetches == 1


async def test_all_who_joined_get_the_stale_answer_when_the_origin_answers_with_an_error() -> None:
    source, clock = Source(PUBLIC), Clock()
    answers = Answers(10_000, clock)
    await answers.get(question(), source.fetch)
    source.status = 500
    source.release.clear()
    clock.now += 40
    assert bodies(await together(answers, source, question(), question())) == [b"page 1", b"page 1"]
    assert source.fetches == 2


async def test_views_that_differ_in_what_does_not_matter_are_joined() -> None:
    source = Source((b"vary", b"Accept-Encoding, Cookie"), held=True)
    found = await together(
        Answers(0, Clock()), source, question((b"user-agent", b"a")), question((b"user-agent", b"b"))
    )
    assert source.fetches == 1
    assert bodies(found) == [b"page 1", b"page 1"]


async def test_the_others_get_the_answer_when_the_one_who_leads_goes_away() -> None:
    source = Source(held=True)
    answers = Answers(0, Clock())
    leader = asyncio.create_task(answers.get(question(), source.fetch))
    others = [asyncio.create_task(answers.get(question(), source.fetch)) for _ in range(3)]
    await settle()
    leader.cancel()
    await settle()
    source.release.set()
    assert bodies(list(await asyncio.gather(*others))) == [b"page 2"] * 3
    assert source.fetches == 2


async def test_one_who_joined_and_goes_away_takes_nobody_along() -> None:
    source = Source(held=True)
    answers = Answers(0, Clock())
    tasks = [asyncio.create_task(answers.get(question(), source.fetch)) for _ in range(3)]
    await settle()
    tasks[1].cancel()
    await settle()
    source.release.set()
    assert bodies([await tasks[0], await tasks[2]]) == [b"page 1", b"page 1"]


async def test_all_who_joined_hear_of_the_failure() -> None:
    source = Source(held=True)
    source.error = DOWN
    answers = Answers(0, Clock())
    tasks = [asyncio.create_task(answers.get(question(), source.fetch)) for _ in range(3)]
    await settle()
    source.release.set()
    assert await asyncio.gather(*tasks, return_exceptions=True) == [DOWN] * 3
    assert source.fetches == 1


async def test_those_who_joined_a_stream_ask_for_themselves() -> None:
    source = Source(held=True)
    source.passes_on = True
    found = await together(Answers(0, Clock()), source, question(), question(), question())
    assert found == [None, None, None]
    assert source.fetches == 3


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([(b"cache-control", b"public, max-age=30")], 30),
        ([(b"cache-control", b"max-age=30")], 30),
        ([(b"cache-control", b"max-age=5, s-maxage=20")], 20),
        ([(b"cache-control", b"public, max-age=3600")], 60),
        ([(b"cache-control", b"public")], 60),
        ([(b"cache-control", b"max-age=30"), (b"age", b"25")], 5),
        (
            [
                (b"cache-control", b"public"),
                (b"date", b"Mon, 23 Nov 2026 20:00:00 GMT"),
                (b"expires", b"Mon, 23 Nov 2026 20:00:10 GMT"),
            ],
            10,
        ),
    ],
)
async def test_a_public_answer_is_kept_while_it_is_fresh_and_a_minute_at_most(
    headers: list[tuple[bytes, bytes]], seconds: int
) -> None:
    source, clock = Source(*headers), Clock()
    answers = Answers(10_000, clock)
    await answers.get(question(), source.fetch)
    clock.now += seconds - 0.5
    assert await body(answers, question(), source.fetch) == b"page 1"
    clock.now += 1
    assert await body(answers, question(), source.fetch) == b"page 2"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"cache-control", b"private, max-age=30")],
        [(b"cache-control", b"public, no-store")],
        [(b"cache-control", b"public, no-cache")],
        [(b"cache-control", b"max-age=0")],
        [(b"cache-control", b"max-age=soon")],
        [(b"cache-control", b"public, max-age=30"), (b"age", b"30")],
        [(b"cache-control", b"public"), (b"expires", b"0")],
        [PUBLIC, (b"set-cookie", b"a=1")],
        [PUBLIC, (b"vary", b"*")],
        [PUBLIC, (b"vary", b"X-Forwarded-For")],
    ],
)
async def test_any_other_answer_is_not_kept(headers: list[tuple[bytes, bytes]]) -> None:
    source = Source(*headers)
    answers = Answers(10_000, Clock())
    await answers.get(question(), source.fetch)
    assert await body(answers, question(), source.fetch) == b"page 2"
    assert answers.size == 0


async def test_an_error_page_is_not_kept() -> None:
    source = Source(PUBLIC, status=404)
    answers = Answers(10_000, Clock())
    await answers.get(question(), source.fetch)
    assert await body(answers, question(), source.fetch) == b"page 2"


async def test_a_kept_answer_is_not_given_to_a_reader_with_the_papers_cookie() -> None:
    source = Source(PUBLIC)
    answers = Answers(10_000, Clock())
    await answers.get(question(), source.fetch)
    assert await body(answers, question((b"cookie", b"login=1")), source.fetch) == b"page 2"


async def test_a_kept_answer_says_its_age() -> None:
    source, clock = Source(PUBLIC, (b"age", b"5")), Clock()
    answers = Answers(10_000, clock)
    await answers.get(question(), source.fetch)
    clock.now += 7
    answer = await answers.get(question(), source.fetch)
    assert answer is not None
    assert [value for name, value in answer.headers if name == b"age"] == [b"12"]


@pytest.mark.parametrize("failure", ["error", "status"])
async def test_while_the_origin_fails_the_stale_answer_serves_for_ten_minutes(failure: str) -> None:
    source, clock = Source(PUBLIC), Clock()
    answers = Answers(10_000, clock)
    await answers.get(question(), source.fetch)
    if failure == "error":
        source.error = DOWN
    else:
        source.status = 503
    clock.now += 600
    assert await body(answers, question(), source.fetch) == b"page 1"
    clock.now += 31
    if failure == "error":
        with pytest.raises(OriginError):
            await answers.get(question(), source.fetch)
    else:
        assert await body(answers, question(), source.fetch) == b"page 3"


async def test_a_failing_origin_is_not_asked_for_every_view() -> None:
    source, clock = Source(PUBLIC), Clock()
    answers = Answers(10_000, clock)
    await answers.get(question(), source.fetch)
    source.error = DOWN
    clock.now += 40
    for _ in range(10):
        assert await body(answers, question(), source.fetch) == b"page 1"
    assert source.fetches == 2
    clock.now += 6
    source.error = None
    assert await body(answers, question(), source.fetch) == b"page 3"


async def test_an_answer_that_must_be_revalidated_never_serves_stale() -> None:
    source, clock = Source((b"cache-control", b"max-age=30, must-revalidate")), Clock()
    answers = Answers(10_000, clock)
    await answers.get(question(), source.fetch)
    source.error = DOWN
    clock.now += 40
    with pytest.raises(OriginError):
        await answers.get(question(), source.fetch)


async def test_the_cache_stays_within_its_bytes_and_drops_what_was_not_asked_for_longest() -> None:
    source = Source(PUBLIC)
    answers = Answers(3 * 600, Clock())
    for name in "abc":
        await answers.get(question(target=f"/news/{name}"), source.fetch)
    await answers.get(question(target="/news/a"), source.fetch)
    await answers.get(question(target="/news/d"), source.fetch)
    assert answers.size <= 3 * 600
    assert source.fetches == 4
    assert await body(answers, question(target="/news/a"), source.fetch) == b"page 1"
    assert await body(answers, question(target="/news/b"), source.fetch) == b"page 5"


async def test_nothing_is_kept_when_the_cache_is_off() -> None:
    source = Source(PUBLIC)
    answers = Answers(0, Clock())
    await answers.get(question(), source.fetch)
    await answers.get(question(), source.fetch)
    assert (source.fetches, answers.size) == (2, 0)
