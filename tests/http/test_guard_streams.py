"""Text that never ends, comes slowly, or is too long to be kept back: looked at as it passes, broken off at a match."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterable

import pytest
import zstandard

from pennypress.errors import OriginError
from pennypress.http.fetch import Message, Receive, Scope, Send
from tests.http.browser import Browser, Site
from tests.http.guarded import CRANE, WITHHELD, Build, html_of, rss, used_up

EVENTS = "text/event-stream; charset=utf-8"
TEXT = " ".join(WITHHELD)
HARMLESS = "Nothing of what happened on the quay is told here, only that the weather was fair. "


class Streams(Site):
    """A site with answers that come in pieces, some of which wait until they are told to come."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.pages)
        self.streamed: dict[str, tuple[dict[str, str], list[bytes | asyncio.Event]]] = {}
        self.ended = asyncio.Event()

    def stream(self, target: str, pieces: Iterable[bytes | asyncio.Event], **headers: str) -> None:
        """Serve these pieces at a target; after an event what follows it waits for it."""
        self.streamed[target] = ({name.replace("_", "-"): value for name, value in headers.items()}, list(pieces))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        held = self.streamed.get(scope["path"])
        if held is None:
            await super().__call__(scope, receive, send)
            return
        headers, pieces = held
        fields = [(name.encode(), value.encode()) for name, value in headers.items()]
        try:
            await send({"type": "http.response.start", "status": 200, "headers": fields})
            for piece in pieces:
                if isinstance(piece, asyncio.Event):
                    await piece.wait()
                else:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.ended.set()


class Arriving:
    """What arrives at a reader, piece by piece."""

    def __init__(self, app: Browser, path: str) -> None:
        self.messages: list[Message] = []
        self._arrived = asyncio.Event()
        self._asked = False
        self.task = asyncio.ensure_future(app.app(app._scope("GET", path, {}), self._receive, self._send))

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)

    async def until(self, wanted: bytes) -> None:
        """Wait until this has arrived, five seconds at most."""
        async with asyncio.timeout(5):
            while wanted not in self.body:
                self._arrived.clear()
                await self._arrived.wait()

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.Event().wait()
        raise AssertionError

    async def _send(self, message: Message) -> None:
        self.messages.append(message)
        self._arrived.set()


@pytest.fixture
def streams(site: Site) -> Streams:
    return Streams(site)


@pytest.fixture
async def reader(streams: Streams, built: Build) -> Browser:
    app = built(largest="100 kB")
    app._app = streams
    return await used_up(app)


async def test_events_pass_at_once_and_are_broken_off_at_a_match(streams: Streams, reader: Browser) -> None:
    more = asyncio.Event()
    streams.stream("/live", [b"data: good morning\n\n", more, f"data: {TEXT}\n\n".encode()], content_type=EVENTS)
    arriving = Arriving(reader, "/live")
    await arriving.until(b"good morning")
    more.set()
    with pytest.raises(OriginError):
        await arriving.task
    assert arriving.body == b"data: good morning\n\n"


async def test_events_of_one_word_each_are_put_together(streams: Streams, reader: Browser) -> None:
    words = TEXT.split()
    streams.stream(
        "/live", [f"id: {n}\ndata: {word}\n\n".encode() for n, word in enumerate(words)], content_type=EVENTS
    )
    arriving = Arriving(reader, "/live")
    with pytest.raises(OriginError):
        await arriving.task
    assert arriving.body.count(b"data:") < 8


async def test_events_of_one_word_each_in_json_are_put_together(streams: Streams, reader: Browser) -> None:
    events = [f"data: {json.dumps({'delta': word, 'n': n})}\n\n".encode() for n, word in enumerate(TEXT.split())]
    streams.stream("/live", events, content_type=EVENTS)
    arriving = Arriving(reader, "/live")
    with pytest.raises(OriginError):
        await arriving.task
    assert arriving.body.count(b"data:") < 8


async def test_what_comes_slowly_is_passed_on_after_a_second(streams: Streams, reader: Browser) -> None:
    never = asyncio.Event()
    streams.stream("/log", [b"one line\n", never, b"another\n"], content_type="text/plain")
    arriving = Arriving(reader, "/log")
    await arriving.until(b"one line")
    never.set()
    await arriving.task
    assert arriving.body == b"one line\nanother\n"


async def test_what_comes_slowly_and_holds_the_text_is_refused_and_asked_for_no_longer(
    streams: Streams, reader: Browser
) -> None:
    streams.stream("/log", [TEXT.encode(), asyncio.Event()], content_type="text/plain")
    arriving = Arriving(reader, "/log")
    await arriving.task
    assert arriving.messages[0]["status"] == 403
    assert b"crane" not in arriving.body
    assert streams.ended.is_set()


@pytest.mark.parametrize("known_length", [True, False])
async def test_a_long_text_is_broken_off_or_refused_where_it_holds_the_text(
    streams: Streams, reader: Browser, known_length: bool
) -> None:
    pieces = [(HARMLESS * 70).encode()] * 40 + [TEXT.encode()]
    length = {"content_length": str(sum(map(len, pieces)))} if known_length else {}
    streams.stream("/all.txt", pieces, content_type="text/plain", **length)
    arriving = Arriving(reader, "/all.txt")
    with pytest.raises(OriginError):
        await arriving.task
    assert b"harbour master told us" not in arriving.body


async def test_a_long_page_outside_the_articles_does_not_pass_unlooked_at(streams: Streams, reader: Browser) -> None:
    pieces = [b"<!doctype html><title>All</title><body>", *[(f"<p>{HARMLESS}" * 70).encode()] * 40, TEXT.encode()]
    streams.stream("/all", pieces, content_type="text/html")
    arriving = Arriving(reader, "/all")
    with pytest.raises(OriginError):
        await arriving.task
    assert b"harbour master told us" not in arriving.body


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_a_long_packed_text_passes_whole_and_its_later_members_are_looked_at(
    streams: Streams, reader: Browser, coding: str
) -> None:
    pack = gzip.compress if coding == "gzip" else zstandard.ZstdCompressor().compress
    clean = [pack((HARMLESS * 8_000).encode())] * 3
    length = str(1_000_000)
    streams.stream("/clean", clean, content_type="text/csv", content_encoding=coding, content_length=length)
    arriving = Arriving(reader, "/clean")
    await arriving.task
    assert arriving.body == b"".join(clean)
    streams.stream(
        "/held", [*clean, pack(TEXT.encode())], content_type="text/csv", content_encoding=coding, content_length=length
    )
    arriving = Arriving(reader, "/held")
    with pytest.raises(OriginError):
        await arriving.task
    assert pack(TEXT.encode()) not in arriving.body


async def test_a_download_that_is_no_text_passes_as_it_comes(streams: Streams, reader: Browser) -> None:
    more = asyncio.Event()
    zipped = b"PK\x03\x04" + bytes(range(256)) * 40
    streams.stream("/issue.bin", [zipped, more, zipped], content_type="application/octet-stream")
    arriving = Arriving(reader, "/issue.bin")
    await arriving.until(zipped)
    more.set()
    await arriving.task
    assert arriving.body == zipped * 2


async def test_a_page_that_never_ends_is_passed_on_where_its_head_shows_that_it_is_no_article(
    streams: Streams, reader: Browser
) -> None:
    more = asyncio.Event()
    head = b"<!doctype html><html><head><title>Log</title></head><body><p>one line</p>"
    streams.stream("/log", [head, more, f"<p>{TEXT}</p>".encode()], content_type="text/html")
    arriving = Arriving(reader, "/log")
    await arriving.until(b"one line")
    more.set()
    with pytest.raises(OriginError):
        await arriving.task
    assert arriving.body == head


@pytest.mark.parametrize(
    "head",
    [
        '<!doctype html><html><head><link rel="canonical" href="/news/crane"></head><body>',
        '<!doctype html><html><head><meta name="pennypress" content="premium"></head><body>',
        "<!doctype html><html><head><title>The crane</title>",
        f"<!doctype html><html><head></head><body><p>{WITHHELD[0]} {WITHHELD[1]}</p>",
    ],
)
async def test_a_slow_page_that_may_be_an_article_is_kept_back_to_its_end(
    streams: Streams, reader: Browser, head: str
) -> None:
    more = asyncio.Event()
    rest = f"</head><body><article><h1>The crane</h1><p>{CRANE[0]}</p>{html_of(WITHHELD)}</article></body></html>"
    streams.stream("/print/17", [head.encode(), more, rest.encode()], content_type="text/html")
    arriving = Arriving(reader, "/print/17")
    await asyncio.wait((arriving.task,), timeout=1.2)
    assert arriving.messages == []
    more.set()
    await arriving.task
    assert arriving.messages[0]["status"] == 200
    assert b"pennypress-wall" in arriving.body
    assert b"harbour master told us" not in arriving.body


STORED = {"cache_control": "public, max-age=600", "etag": '"9"'}


async def test_what_streams_to_who_has_the_article_is_stored_for_nobody_else(streams: Streams, built: Build) -> None:
    app = built(largest="100 kB")
    app._app = streams
    holder = Browser(app)
    await holder.get("/news/crane")
    told, more = json.dumps({"text": TEXT}).encode(), asyncio.Event()
    long = json.dumps({"text": TEXT, "also": HARMLESS * 2_000}).encode()
    streams.stream("/slow", [told[:-1], more, told[-1:]], content_type="application/json", **STORED)
    streams.stream("/long", [long], content_type="application/json", content_length=str(len(long)), **STORED)
    slow = Arriving(holder, "/slow")
    await slow.until(told[:-1])
    more.set()
    await slow.task
    long_one = Arriving(holder, "/long")
    await long_one.task
    for arriving, whole in ((slow, told), (long_one, long)):
        fields = dict(arriving.messages[0]["headers"])
        assert arriving.body == whole
        assert fields[b"cache-control"] == b"private, no-store"
        assert b"etag" not in fields


async def test_what_streams_to_a_reader_without_a_name_keeps_the_sites_own_caching(
    streams: Streams, reader: Browser
) -> None:
    long = json.dumps({"also": HARMLESS * 2_000}).encode()
    streams.stream("/long", [long], content_type="application/json", content_length=str(len(long)), **STORED)
    arriving = Arriving(Browser(reader.app), "/long")
    await arriving.task
    fields = dict(arriving.messages[0]["headers"])
    assert (fields[b"cache-control"], fields[b"etag"]) == (b"public, max-age=600", b'"9"')


UNREAD = "http://paper.test/news/unread"
ITEMS = {
    "application/json": json.dumps([{"url": UNREAD, "text": f"{HARMLESS} {n}"} for n in range(9)]),
    "application/rss+xml": rss(*[(f"Story {n}", "/news/unread", HARMLESS) for n in range(9)]),
}


@pytest.mark.parametrize("content_type", ITEMS)
@pytest.mark.parametrize("begun", [True, False])
async def test_a_slow_feed_of_articles_not_yet_known_is_kept_back_and_goes_out_with_their_links(
    streams: Streams, built: Build, content_type: str, begun: bool
) -> None:
    app = built()
    app._app = streams
    whole, more = ITEMS[content_type].encode(), asyncio.Event()
    cut = len(whole) // 2 if begun else 0
    streams.stream("/items", [whole[:cut], more, whole[cut:]], content_type=content_type)
    arriving = Arriving(Browser(app), "/items")
    await asyncio.wait((arriving.task,), timeout=1.2)
    assert arriving.messages == []
    more.set()
    await arriving.task
    assert arriving.messages[0]["status"] == 200
    assert arriving.body.count(UNREAD.encode()) == 9
    assert b"the weather was fair" not in arriving.body


@pytest.mark.parametrize("content_type", ITEMS)
@pytest.mark.parametrize("known_length", [True, False])
async def test_a_long_feed_of_articles_not_yet_known_is_refused(
    streams: Streams, built: Build, content_type: str, known_length: bool
) -> None:
    app = built(largest="1 kB")
    app._app = streams
    whole = ITEMS[content_type].encode()
    length = {"content_length": str(len(whole))} if known_length else {}
    streams.stream("/items", [whole], content_type=content_type, **length)
    arriving = Arriving(Browser(app), "/items")
    await arriving.task
    assert arriving.messages[0]["status"] == 403
    assert b"the weather was fair" not in arriving.body


async def test_lines_of_json_flow_until_one_is_about_an_article_not_yet_known(streams: Streams, built: Build) -> None:
    app = built()
    app._app = streams
    first, more = b'{"score": "2:1"}\n', asyncio.Event()
    told = json.dumps({"url": UNREAD, "text": HARMLESS}).encode()
    streams.stream("/live", [first, more, told], content_type="application/x-ndjson")
    arriving = Arriving(Browser(app), "/live")
    await arriving.until(first)
    more.set()
    with pytest.raises(OriginError):
        await arriving.task
    assert arriving.body == first


async def test_long_data_that_names_no_article_flows_as_it_comes(streams: Streams, built: Build) -> None:
    app = built(largest="1 kB")
    app._app = streams
    rows, more = json.dumps([{"place": "the quay", "text": HARMLESS}] * 40).encode(), asyncio.Event()
    streams.stream(
        "/rows", [rows[:2_000], more, rows[2_000:]], content_type="application/json", content_length=str(len(rows))
    )
    arriving = Arriving(Browser(app), "/rows")
    await arriving.until(rows[:2_000])
    more.set()
    await arriving.task
    assert arriving.body == rows
