"""The forms in which withheld text may leave: every type, charset, coding and escape, and what becomes of each."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from html import escape
from urllib.parse import quote
from xml.etree import ElementTree

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from pennypress.http.answer import layout_of
from pennypress.pages.layout import Layout
from pennypress.pages.words import squeeze, words
from tests.http.browser import Browser, Page, Site
from tests.http.guarded import CRANE, WITHHELD, Build, used_up

TEXT = " ".join(WITHHELD)
WORDS = TEXT.split()
RUNS = frozenset("".join(words(TEXT)[first : first + 8]) for first in range(len(words(TEXT)) - 7))
LINES = [" ".join(WORDS[at : at + 4]) for at in range(0, len(WORDS), 4)]

CUT: dict[str, tuple[str, str | bytes]] = {
    "octet-stream": ("application/octet-stream", TEXT),
    "no type": ("", TEXT),
    "a type that is none": ("text", TEXT),
    "Markdown": ("text/markdown", "\n\n".join(CRANE)),
    "JSON as text": ("text/plain", json.dumps({"a": TEXT})),
    "JSON as HTML": ("text/html", json.dumps({"a": f"<p>{TEXT}</p>"})),
    "JSON lines": ("application/x-ndjson", "\n".join(json.dumps({"t": part}) for part in WITHHELD)),
    "GraphQL": ("application/graphql-response+json", json.dumps({"data": {"post": {"text": TEXT}}})),
    "a source map": ("application/json", json.dumps({"version": 3, "sourcesContent": [TEXT]})),
    "JSON escapes": ("application/json", '{"a":"' + "".join(f"\\u{ord(char):04x}" for char in TEXT) + '"}'),
    "base64": ("application/json", json.dumps({"d": base64.b64encode(TEXT.encode()).decode()})),
    "base64, deflated": (
        "application/json",
        json.dumps({"d": base64.b64encode(zlib.compress(TEXT.encode())).decode()}),
    ),
    "percent": ("text/plain", quote(TEXT, safe="")),
    "soft hyphens": ("text/plain", TEXT.replace("e", "e\u00ad")),
    "lyrics": ("text/plain", "\n".join(f"[00:{n:02}.00] {line}" for n, line in enumerate(LINES))),
    "UTF-16": ("text/plain", TEXT.encode("utf-16")),
    "UTF-16 that nothing declares": ("application/json", json.dumps({"a": TEXT}).encode("utf-16-le")),
    "XML as text": ("text/plain", f"<?xml version='1.0'?><rss><item><d>{TEXT}</d></item></rss>"),
    "Latin-1 by declaration": (
        "application/xml",
        f"<?xml version='1.0' encoding='iso-8859-1'?><a><b>é</b><c>{TEXT}</c></a>".encode("latin-1"),
    ),
    "Latin-1 that nothing declares": ("text/plain", f"é\n\n{TEXT}".encode("latin-1")),
    "escaped twice": ("application/rss+xml", f"<rss><item><d>{escape(escape(f'<p>{TEXT}</p>'))}</d></item></rss>"),
    "a model in JSON": ("model/gltf+json", json.dumps({"t": TEXT})),
    "a flat document": (
        "application/vnd.oasis.opendocument.text-flat-xml",
        f"<?xml version='1.0'?><office><p>{TEXT}</p></office>",
    ),
    "OPML": ("text/x-opml", f'<opml><body><outline text="{TEXT}"/></body></opml>'),
    "a comment": ("text/html", f"<html><body><p>One.</p><ul><li>Two</li></ul><!-- {WITHHELD[1]} --></body></html>"),
    "an attribute": (
        "text/html",
        f'<html><body><p>One.</p><div data-props="{escape(json.dumps({"t": WITHHELD[1]}))}">x</div></body></html>',
    ),
}
REFUSED: dict[str, tuple[str, str | bytes]] = {
    "JSON of which the broken bytes go with what is cut": (
        "application/json; charset=utf-8",
        json.dumps({"whole": f"{CRANE[1]} BREAK", "run": " ".join(CRANE[2].split()[2:10])})
        .encode()
        .replace(b"BREAK", b"\xff" * 3_000)
        .replace(b"us on", b"u\xffs on"),
    ),
    "UTF-8 with broken bytes in it": (
        "text/plain; charset=utf-8",
        f"A note.\n\n{TEXT}".encode().replace(b" ", b" \xff\xfe\xda"),
    ),
    "subtitles as text": (
        "text/plain",
        "\n\n".join(f"{n}\n00:00:01,000 --> 00:00:02,000\n{x}" for n, x in enumerate(LINES)),
    ),
    "captions": ("text/vtt", "WEBVTT\n\n" + "\n".join(f"00:01.000 --> 00:02.000\n{line}" for line in LINES)),
    "timed text": ("application/ttml+xml", "<tt><p>" + "</p><p begin='1s'>".join(WORDS) + "</p></tt>"),
    "a script": ("text/javascript", f"cb({json.dumps({'t': TEXT})})"),
    "a style sheet": ("text/css", f'p:after{{content:"{TEXT}"}}'),
    "a table": ("text/csv", f'a,b\n1,"{TEXT}"\n'),
    "a calendar": (
        "text/calendar",
        "DESCRIPTION:" + "\r\n ".join(TEXT[at : at + 60] for at in range(0, len(TEXT), 60)),
    ),
    "a letter": ("message/rfc822", f"Subject: x\r\n\r\n{TEXT}"),
    "a type that nobody knows": ("application/x-story", TEXT),
    "a picture of words": (
        "image/svg+xml",
        "<svg><text>" + "".join(f"<tspan>{w}</tspan>" for w in WORDS) + "</text></svg>",
    ),
    "JSON in zlib that nothing declares": ("application/json", zlib.compress(json.dumps({"t": TEXT}).encode())),
    "JSON in zstd that nothing declares": (
        "application/json",
        zstandard.ZstdCompressor().compress(json.dumps({"t": TEXT}).encode()),
    ),
    "JSON in br that nothing declares": ("application/json", brotli.compress(json.dumps({"t": TEXT}).encode())),
    "a playlist": ("audio/x-mpegurl", f"#EXTM3U\n#EXTINF:-1,{TEXT}\nhttp://paper.test/1.mp3\n"),
    "a list of words": ("application/json", json.dumps(WORDS)),
    "words with times": ("application/json", json.dumps([{"w": word, "t": n} for n, word in enumerate(WORDS)])),
}


def tells(answer: Page) -> bool:
    found = []
    for charset in ("utf-8", "utf-16-le", "latin-1"):
        found.append(squeeze(answer.body.decode(charset, "replace")))
    return any(run in text for text in found for run in RUNS)


@pytest.fixture
async def reader(built: Build) -> Browser:
    return await used_up(built())


@pytest.mark.parametrize("form", CUT)
async def test_what_can_be_cut_is_cut_and_keeps_its_type(site: Site, reader: Browser, form: str) -> None:
    content_type, body = CUT[form]
    site.put("/form", body, content_type=content_type)
    for _ in range(2):
        answer = await reader.get("/form")
        assert answer.status == 200
        assert (answer.header("content-type") or "") == content_type
        assert not tells(answer)
        if "json" in content_type and isinstance(body, str) and "lines" not in form:
            json.loads(answer.body)
        if "xml" in content_type:
            ElementTree.fromstring(answer.body)


@pytest.mark.parametrize("form", REFUSED)
async def test_what_cannot_be_cut_is_refused(site: Site, reader: Browser, form: str) -> None:
    site.put("/form", REFUSED[form][1], content_type=REFUSED[form][0])
    answer = await reader.get("/form")
    assert (answer.status, tells(answer)) == (403, False)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
async def test_packed_answers_are_looked_at_too(site: Site, reader: Browser, coding: str) -> None:
    packed = {
        "gzip": gzip.compress(TEXT.encode()),
        "br": brotli.compress(TEXT.encode()),
        "zstd": zstandard.ZstdCompressor().compress(TEXT.encode()),
    }[coding]
    site.put("/form", packed, content_type="text/plain", content_encoding=coding)
    answer = await reader.get("/form")
    assert answer.header("content-encoding") is None
    assert answer.text == "Read the whole article: http://paper.test/news/crane"


@pytest.mark.parametrize("status", [201, 302, 404, 500])
@pytest.mark.parametrize("content_type", ["text/html", "text/plain", "application/json"])
async def test_no_status_lets_it_through(site: Site, reader: Browser, status: int, content_type: str) -> None:
    body = json.dumps({"error": TEXT}) if "json" in content_type else f"<html><body><pre>{TEXT}</pre></body></html>"
    site.put("/form", body, content_type=content_type, status=status)
    answer = await reader.get("/form")
    assert (answer.status, tells(answer)) == (status, False)


@pytest.mark.parametrize(
    ("types", "layout"),
    [
        ((b"image/png", b"text/html"), Layout.HTML),
        ((b"text/html", b"image/png"), Layout.HTML),
        ((b"image/png, text/html; charset=utf-8",), Layout.HTML),
        ((b"application/octet-stream", b"text/plain"), Layout.PLAIN),
        ((b"image/png", b"application/octet-stream"), Layout.NAMELESS),
        ((b"image/png; note=a,b",), None),
        ((b"image/png", b"font/woff2"), None),
        ((b"application/vnd.openxmlformats-officedocument.wordprocessingml.document",), None),
        ((b"image/svg+xml",), Layout.XML),
        ((), Layout.NAMELESS),
    ],
)
def test_of_several_types_one_of_a_text_counts(types: tuple[bytes, ...], layout: Layout | None) -> None:
    assert layout_of([(b"content-type", said) for said in types]) is layout


async def test_a_part_of_a_text_is_refused(site: Site, reader: Browser) -> None:
    site.put("/form.js", TEXT[:200], content_type="text/javascript", status=206)
    assert (await reader.get("/form.js", range="bytes=0-199")).status == 403


async def test_seven_words_pass_byte_for_byte_and_eight_do_not(site: Site, reader: Browser) -> None:
    for count in (7, 8):
        site.put(
            "/form", f"Before. {' '.join(words(TEXT)[4 : 4 + count])} After.", content_type="text/plain", etag='"1"'
        )
        answer = await reader.get("/form")
        assert (answer.header("etag") == '"1"') == (count == 7)
        assert (answer.body == site.pages["/form"][2]) == (count == 7)


async def test_what_was_withheld_is_told_once_a_version(
    site: Site, reader: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    for version in (TEXT, TEXT, TEXT + " More."):
        site.put("/form", version, content_type="text/plain")
        await reader.get("/form")
    said = [record.getMessage() for record in caplog.records if "/form" in record.getMessage()]
    assert len(said) == 2
    assert "/news/crane" in said[0]
