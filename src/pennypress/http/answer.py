"""The origin's answer on its way to the reader: what kind it is, and which of its headers may go on."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b

from pennypress.core.decision import Decision

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

_JSON = re.compile(rb"(?:application|text)/(?:[\w.+-]*\+)?(?:json|ndjson|x-ndjson|json5|jsonl|graphql|manifest)\b")
_XML = re.compile(rb"(?:application|text|image)/(?:[\w.+-]*\+)?xml\b")
_CODE = re.compile(
    rb"(?:application|text)/(?:x-)?(?:javascript|ecmascript|typescript)\b|application/(?:wasm-)?source-?map"
)
_PARAGRAPHS = re.compile(rb"(?:text|application)/(?:plain|(?:x-|vnd\.daringfireball\.)?markdown|gemini)\b")
_MEDIA = (b"image/", b"audio/", b"video/", b"font/", b"model/", b"application/font", b"application/x-font")
_PACKED = re.compile(rb"application/(?:x-)?(?:gzip|gunzip)\b|application/gzip-compressed\b")
_BINARY = re.compile(
    rb"application/(?:pdf|zip|wasm|mp4|ogg|java-archive|epub\+zip|x-(?:7z|rar|zip|bzip|xz|tar|shockwave|apple|msdownload)"
    rb"|zstd|vnd\.(?:rar|openxmlformats|oasis|android|debian|ms-(?:font|excel|powerpoint|cab)))"
)
"""Files that are not read; see the guide on the guard for what it cannot do."""

_SERIAL = re.compile(
    rb"application/(?:[\w.-]*\+)?(?:x-|vnd\.(?:google\.)?)?(?:msgpack|messagepack|cbor|protobuf|proto|grpc|bson|avro|thrift)\b"
)
"""Values and texts in a row, whose bytes look like those of no text."""

_ENDINGS = {
    ".txt": "plain",
    ".md": "plain",
    ".json": "json",
    ".jsonl": "json",
    ".map": "json",
    ".xml": "xml",
    ".rss": "xml",
    ".atom": "xml",
    ".html": "html",
    ".htm": "html",
    ".vtt": "captions",
    ".srt": "captions",
    ".csv": "code",
}
_HIDDEN = frozenset((b"application/octet-stream", b"binary/octet-stream", b"application/x-binary", b""))
_FEED = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<(?:!--.*?--|\?.*?\?|!DOCTYPE[^>\[]*)>\s*)*"
    rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex|oembed)[\s>]",
    re.DOTALL,
)
_SAYS = re.compile(rb"content\s*:\s*[\"'][^\"']{24}", re.IGNORECASE)
_JSON_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_BEGINNING = 2048

AnswerHeaders = list[tuple[bytes, bytes]]


class Kind(StrEnum):
    """What an answer is by its content type."""

    PAGE = "page"
    ASSET = "asset"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of the origin."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def kind_of(headers: AnswerHeaders) -> Kind:
    """Page (HTML, also in parts, or nothing said: browsers then look and find HTML), asset (image, font, style,
    script), or other."""
    content_type = first(headers, b"content-type")
    if content_type is None:
        return Kind.PAGE
    essence = content_type.partition(b";")[0].strip().lower()
    if essence in _HTML or b"/" not in essence or essence == b"multipart/byteranges":
        return Kind.PAGE
    if essence.startswith(_PASSING) or essence in _PASSING_EXACT:
        return Kind.ASSET
    return Kind.OTHER


def text_kind(headers: AnswerHeaders, path: str) -> str | None:
    """How the text of an answer is laid out: html, json, xml, plain (paragraphs), captions, code (any other text, which
    cannot be cut), style, packed (gzip), or other (text or not: its bytes tell); None for what is no text.

    What names no type of its own is laid out as its address ends.
    """
    said = first(headers, b"content-type")
    essence = (said or b"").partition(b";")[0].strip().lower()
    if essence in _HIDDEN:
        ending = f".{path.rpartition('.')[2]}"
        return _ENDINGS.get(ending, "plain" if said is None else "packed" if ending == ".gz" else "other")
    return _text_kind(essence)


@lru_cache(maxsize=256)
def _text_kind(essence: bytes) -> str | None:
    if essence == b"application/xhtml+xml":
        return "xml"
    if essence in _HTML or b"/" not in essence or essence == b"multipart/byteranges":
        return "html"
    for kind, types in (("json", _JSON), ("xml", _XML), ("code", _CODE), ("plain", _PARAGRAPHS), ("packed", _PACKED)):
        if types.match(essence):
            return kind
    if essence in (b"text/vtt", b"text/srt") or b"subrip" in essence or b"ttml" in essence:
        return "captions"
    if essence == b"text/css":
        return "style"
    if essence.startswith(b"text/") or _SERIAL.match(essence):
        return "code"
    return None if essence.startswith(_MEDIA) or _BINARY.match(essence) else "other"


def kind_by_bytes(kind: str, body: bytes) -> str | None:
    """The kind once the bytes were seen: JSON and feeds are often sent as HTML or plain text; None for what turns out
    to be no text, and for styles that put none into the page."""
    if kind == "style":
        return "code" if _SAYS.search(body) else None
    if kind not in ("html", "plain", "other"):
        return kind
    if _JSON_BEGINS.match(body) and _is_json(body):
        return "json"
    if _FEED.match(body[:_BEGINNING]):
        return "xml"
    if kind == "other":
        return None if is_binary(body) else "code"
    return kind


def is_binary(beginning: bytes) -> bool:
    """Whether what says nothing of itself begins as no text does."""
    start = beginning[:_BEGINNING]
    return b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff"))


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


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


def first(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> bytes | None:
    """The first value of a header, or None."""
    for name, value in headers:
        if name == wanted:
            return value
    return None


def without_ours(headers: AnswerHeaders) -> AnswerHeaders:
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


def decision_headers(decision: Decision) -> AnswerHeaders:
    """What an answer for an article says of the decision, for programs."""
    said = [
        (b"pennypress-access", b"full" if decision.full else b"preview"),
        (b"pennypress-reason", decision.reason.value.encode()),
    ]
    if decision.remaining is not None:
        said.append((b"pennypress-remaining", b"%d" % decision.remaining))
    if decision.resets is not None:
        said.append((b"pennypress-resets", decision.resets.isoformat(timespec="seconds").encode()))
    return said


@lru_cache(maxsize=1024)
def is_ours(name: bytes) -> bool:
    """Whether a header's name, however spelt, is one that only we may use."""
    return name.replace(b"_", b"-").startswith(b"pennypress-")
