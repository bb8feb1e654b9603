"""The origin's answer on its way to the reader: what kind it is, and which of its headers may go on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from pennypress.core.decision import Decision, Reason
from pennypress.pages.layout import Layout

ARTICLE_HEADERS = frozenset(
    (
        b"content-type",
        b"content-language",
        b"content-security-policy",
        b"content-security-policy-report-only",
        b"set-cookie",
        b"link",
        b"location",
        b"date",
        b"referrer-policy",
        b"permissions-policy",
        b"x-frame-options",
        b"x-content-type-options",
        b"x-xss-protection",
        b"x-ua-compatible",
        b"x-robots-tag",
        b"x-dns-prefetch-control",
        b"strict-transport-security",
        b"cross-origin-opener-policy",
        b"cross-origin-embedder-policy",
        b"cross-origin-resource-policy",
        b"access-control-allow-origin",
        b"access-control-allow-credentials",
        b"origin-agent-cluster",
        b"accept-ch",
        b"critical-ch",
        b"report-to",
        b"reporting-endpoints",
        b"nel",
        b"server-timing",
        b"timing-allow-origin",
        b"p3p",
        b"server",
        b"alt-svc",
        b"onion-location",
        b"speculation-rules",
    )
)
"""What an origin may say in the head of an article. Validators, ages, digests, CDN headers and names nobody knows
stay behind: each could carry the text, or let a shared cache keep one reader's page for another."""

_STORING = frozenset(
    (
        b"cache-control",
        b"cdn-cache-control",
        b"surrogate-control",
        b"surrogate-key",
        b"cache-tag",
        b"edge-control",
        b"x-accel-expires",
        b"expires",
        b"pragma",
        b"vary",
        b"age",
        b"etag",
        b"last-modified",
        b"digest",
        b"content-digest",
        b"repr-digest",
        b"content-md5",
    )
)

_MEASURES = frozenset(
    (b"content-length", b"etag", b"last-modified", b"digest", b"content-digest", b"repr-digest", b"content-md5")
)

_HTML = (b"text/html", b"application/xhtml+xml")
_PASSING = (b"image/", b"font/", b"text/css", b"text/javascript", b"application/javascript", b"application/font")
_PASSING_EXACT = frozenset(
    (
        b"application/x-javascript",
        b"application/ecmascript",
        b"text/ecmascript",
        b"application/vnd.ms-fontobject",
        b"application/wasm",
    )
)

_JSON = re.compile(
    rb"(?:application|text)/(?:[\w.+-]*\+)?(?:json|ndjson|x-ndjson|json5|jsonl|graphql|manifest)\b|\w+/[\w.+-]*\+json\b"
)
_XML = re.compile(rb"(?:application|text)/xml\b|\w+/[\w.+-]*(?:\+|-flat-)xml\b")
_CODE = re.compile(
    rb"(?:application|text)/(?:x-)?(?:javascript|ecmascript|typescript|css)\b|application/(?:wasm-)?source-?map"
)
_CAPTIONS = re.compile(rb"text/(?:vtt|srt)\b|[\w/.+-]*(?:subrip|ttml)")
_PLAIN = re.compile(rb"(?:text|application)/(?:x-)?(?:plain|(?:web-)?markdown)\b")
_FORMAL = re.compile(
    rb"application/(?:x-)?(?:yaml|toml|rtf|www-form-urlencoded)\b|message/|multipart/|audio/(?:x-)?(?:mpegurl|scpls)\b"
    rb"|application/(?:[\w.-]*\+)?(?:x-|vnd\.(?:google\.)?)?(?:msgpack|cbor|protobuf|grpc|bson|avro|thrift)\b"
)
_PACKED = re.compile(rb"application/(?:x-)?(?:gzip|gunzip)\b")
_SAYS_NOTHING = frozenset((b"application/octet-stream", b"binary/octet-stream", b"application/x-binary"))
_NO_TEXTS = re.compile(
    rb"(?:image|audio|video|font|model)/|application/(?:pdf|zip|wasm|epub|ogg|mp4|font|java-archive"
    rb"|x-(?:tar|bzip|rar|7z|font|shockwave|apple-diskimage|debian|rpm)|vnd\.(?:ms-font|openxml|oasis|rar|android))"
    rb"|[\w/.-]*\+(?:zip|gzip)\b"
)

_LAYOUTS: tuple[tuple[re.Pattern[bytes], Layout | None], ...] = (
    (_JSON, Layout.JSON),
    (_CAPTIONS, Layout.CAPTIONS),
    (_XML, Layout.XML),
    (_CODE, Layout.CODE),
    (_PLAIN, Layout.PLAIN),
    (_FORMAL, Layout.FORMAL),
    (_PACKED, Layout.PACKED),
    (_NO_TEXTS, None),
)

AnswerHeaders = list[tuple[bytes, bytes]]


class Kind(StrEnum):
    """What an answer is by its content type."""

    PAGE = "page"
    ASSET = "asset"
    OTHER = "other"


class Answer(NamedTuple):
    """A whole answer of the origin."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def less_ours(self) -> Answer:
        """The same without the header fields that only we may send."""
        kept = tuple(without_ours(self.headers))
        return self if len(kept) == len(self.headers) else Answer(self.status, kept, self.body)


def kind_of(headers: AnswerHeaders) -> Kind:
    """Page (HTML, also in parts, or nothing said: browsers then look and find HTML), asset (image, font, style,
    script), or other."""
    content_type = first(headers, b"content-type")
    return Kind.PAGE if content_type is None else _kind_of(content_type)


@lru_cache(maxsize=256)
def _kind_of(content_type: bytes) -> Kind:
    essence = content_type.partition(b";")[0].strip().lower()
    if essence in _HTML or b"/" not in essence or essence == b"multipart/byteranges":
        return Kind.PAGE
    if essence.startswith(_PASSING) or essence in _PASSING_EXACT:
        return Kind.ASSET
    return Kind.OTHER


def layout_of(headers: AnswerHeaders) -> Layout | None:
    """How the text of an answer is laid out, by its type; None for what is no text. What names no type that says so
    is for its beginning to tell; of several types the first that is one of a text counts, as a reader may take any."""
    return _layout_of(b",".join(values(headers, b"content-type")))


@lru_cache(maxsize=256)
def _layout_of(said: bytes) -> Layout | None:
    named = [part.partition(b";")[0].strip().lower() for part in said.split(b",")]
    layouts = [_layout_of_one(essence) for essence in named if b"/" in essence or len(named) == 1]
    sure = [layout for layout in layouts if layout is not None and not layout.unsure]
    return sure[0] if sure else next((layout for layout in layouts if layout is not None), None)


def _layout_of_one(essence: bytes) -> Layout | None:
    if essence == b"text/html" or essence == b"multipart/byteranges":
        return Layout.HTML
    if b"/" not in essence or essence in _SAYS_NOTHING:
        return Layout.NAMELESS
    for pattern, layout in _LAYOUTS:
        if pattern.match(essence):
            return layout
    return Layout.FORMAL if essence.startswith(b"text/") else Layout.UNKNOWN


def length_of(headers: AnswerHeaders) -> int:
    """The length that an answer says of its body; 0 where it says none."""
    said = first(headers, b"content-length") or b""
    return int(said) if said.isdigit() else 0


def guarded_headers(headers: AnswerHeaders, body: bytes) -> AnswerHeaders:
    """The head of an answer from which something was withheld: the validators are ours, and only its reader may keep
    it."""
    gone = _STORING | {b"content-length", b"content-encoding", b"content-range", b"accept-ranges", b"etag"}
    kept = [(name, value) for name, value in headers if name not in gone and not is_ours(name)]
    tag = b'"pennypress-%s"' % blake2b(body, digest_size=12).hexdigest().encode()
    return [
        *kept,
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Cookie"),
        (b"etag", tag),
    ]


def unmeasured_headers(headers: Sequence[tuple[bytes, bytes]]) -> AnswerHeaders:
    """The head of an answer whose body is not there to be looked at, and may be cut when it is asked for: nothing in it
    holds for that body (RFC 9110 section 9.3.2 lets a HEAD leave it out)."""
    return [(name, value) for name, value in headers if name not in _MEASURES]


def first(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> bytes | None:
    """The first value of a header, or None."""
    for name, value in headers:
        if name == wanted:
            return value
    return None


def values(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> list[bytes]:
    """All values of a header, in order."""
    return [value for name, value in headers if name == wanted]


def without_ours(headers: Sequence[tuple[bytes, bytes]]) -> AnswerHeaders:
    """An origin's headers less those that only we may send."""
    return [(name, value) for name, value in headers if not is_ours(name)]


def private_headers(headers: AnswerHeaders) -> AnswerHeaders:
    """The head of something that goes out under one reader's grant: as the origin made it, but nobody may store it."""
    kept = [(name, value) for name, value in headers if name not in _STORING]
    return [*kept, (b"cache-control", b"private, no-store"), (b"vary", b"Cookie")]


def article_headers(headers: Sequence[tuple[bytes, bytes]], decision: Decision, length: int | None) -> AnswerHeaders:
    """The head of an article's answer: the origin's allowed headers, ours, and no leave to store it."""
    kept = [(name, value) for name, value in headers if name in ARTICLE_HEADERS]
    kept.append((b"cache-control", b"private, no-store"))
    kept.append((b"vary", b"Cookie"))
    if length is not None:
        kept.append((b"content-length", b"%d" % length))
    kept.extend(decision_headers(decision))
    return kept


def decision_headers(decision: Decision) -> tuple[tuple[bytes, bytes], ...]:
    """What an answer for an article says of the decision, for programs."""
    resets = decision.resets
    if resets is not None and resets.tzinfo is not UTC:
        resets = resets.astimezone(UTC)
    return _decision_headers(decision.full, decision.reason, decision.remaining, resets)


@lru_cache(maxsize=1024)
def _decision_headers(
    full: bool, reason: Reason, remaining: int | None, resets: datetime | None
) -> tuple[tuple[bytes, bytes], ...]:
    said = [(b"pennypress-access", b"full" if full else b"preview"), (b"pennypress-reason", reason.value.encode())]
    if remaining is not None:
        said.append((b"pennypress-remaining", b"%d" % remaining))
    if resets is not None:
        said.append((b"pennypress-resets", resets.isoformat(timespec="seconds").encode()))
    return tuple(said)


@lru_cache(maxsize=1024)
def is_ours(name: bytes) -> bool:
    """Whether a header's name, however spelt, is one that only we may use."""
    return name.replace(b"_", b"-").startswith(b"pennypress-")
