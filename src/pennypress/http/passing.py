"""Which header fields pass the gateway: from the reader to the origin, and from the origin to the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

Fields = list[tuple[bytes, bytes]]

HOP_BY_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"http2-settings",
    )
)
"""RFC 9110 section 7.6.1, and what old clients and RFC 7540 add to it: said to the next hop alone."""

WITHHELD_FROM_ORIGIN = frozenset(
    (
        b"expect",  # answered by this hop
        # Who asks, as only the gateway may say it.
        b"forwarded",
        b"client-ip",
        b"true-client-ip",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"x-real-ip",
        b"x-remote-addr",
        b"x-remote-ip",
        b"x-originating-ip",
        b"x-original-forwarded-for",
        b"x-envoy-external-address",
        b"x-proxyuser-ip",
        b"cf-connecting-ip",
        b"cf-connecting-ipv6",
        b"cf-pseudo-ipv4",
        b"fastly-client-ip",
        b"fly-client-ip",
        # What is asked for, said a second time: matched by us as one thing, served by the origin as another.
        b"x-original-url",
        b"x-original-uri",
        b"x-original-host",
        b"x-original-method",
        b"x-rewrite-url",
        b"x-envoy-original-path",
        b"x-host",
        b"x-http-host-override",
        b"x-url-scheme",
        b"x-http-method",
        b"x-http-method-override",
        b"x-method-override",
        b"front-end-https",
        # What tells well-known servers to skip their own checks or to read other files.
        b"proxy",
        b"x-middleware-subrequest",
        b"x-accel-mapping",
        b"x-sendfile-type",
    )
)

OVERRIDES = frozenset((b"x-http-method", b"x-http-method-override", b"x-method-override"))
"""Fields by which a request names another method than its own."""

_CHANGES = frozenset((b"put", b"patch", b"delete"))
"""The methods that these fields may name: editors' scripts send them so past servers that know GET and POST alone (the
block editor does). They only change; that a request reads can be said by its own method alone."""

NEVER_NAMED_AWAY = frozenset(
    (
        b"accept",
        b"authorization",
        b"cache-control",
        b"cookie",
        b"etag",
        b"expires",
        b"host",
        b"location",
        b"origin",
        b"pragma",
        b"range",
        b"referer",
        b"set-cookie",
        b"user-agent",
        b"vary",
        b"www-authenticate",
        b"x-frame-options",
        b"x-requested-with",
    )
)
"""Fields that a Connection field cannot take off: it may only name what concerns one hop, and these never do. Without
them the origin, or the reader, would see another request, or another answer, than the one that was decided on."""

ALLOWED = b"GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE"
"""What a refusal of another method names (RFC 9110 section 15.5.6)."""

REFUSED_METHODS = frozenset(
    ("TRACE", "TRACK", "CONNECT", "DEBUG", "PURGE", "SOFTPURGE", "FASTLYPURGE", "PURGEALL", "BAN", "URIBAN", "REFRESH")
)
"""Methods that are for no reader: two that show what the gateway adds, a tunnel, a debugger's, and the orders by which
caches are emptied. A cache behind the gateway sees the gateway's address, which it may well obey."""

_METHOD = re.compile(r"[A-Z][A-Z-]{0,31}")
_NEVER_NAMED_AWAY_BEGINNINGS = (b"content-", b"x-forwarded-", b"if-", b"sec-", b"access-control-", b"pennypress-")
_ARTICLE_WORD = b"pennypress-article"


@lru_cache(maxsize=64)
def refused_method(method: str) -> int | None:
    """The status by which a request's method is refused, or None. Methods are told apart by case, and the client below
    sends them in upper case: one that is spelt otherwise would be judged as one thing and fetched as another."""
    if not _METHOD.fullmatch(method):
        return 501
    return 405 if method in REFUSED_METHODS else None


def refused_framing(fields: Iterable[tuple[bytes, bytes]]) -> int | None:
    """The status by which a body of no certain length is refused, or None: one with two lengths, or with a coding
    besides chunked, which nothing here could undo (RFC 9112 section 6.1)."""
    codings = [value.strip().lower() for name, value in fields if name.lower() == b"transfer-encoding"]
    if not codings:
        return None
    if codings != [b"chunked"]:
        return 501
    return 400 if any(name.lower() == b"content-length" for name, _ in fields) else None


def to_origin(fields: Iterable[tuple[bytes, bytes]]) -> Fields:
    """A request's fields that go on to the origin, in their order, names in lower case.

    Not those of one hop, those that ``Connection`` names, ours, nor any by which a client could say who asks or what
    is asked for in other words than the request's own. A name spelt with underscores is judged as if with hyphens,
    because CGI and its kin read both as one. Another method may be named if it is one that changes.
    """
    held = [(name.lower(), value) for name, value in fields]
    named = _named_by_connection(held)
    return [
        (name, value)
        for name, value in held
        if name not in named and (_may_go_to_origin(name) or (name in OVERRIDES and value.lower() in _CHANGES))
    ]


def to_reader(fields: Iterable[tuple[bytes, bytes]]) -> Fields:
    """An answer's fields that go on to the reader, in their order, names in lower case: not those of one hop nor
    those that ``Connection`` names, and of ours only ``Pennypress-Article``, which the middleware takes off."""
    held = [(name.lower(), value) for name, value in fields]
    named = _named_by_connection(held)
    return [(name, value) for name, value in held if name not in named and _may_go_to_reader(name)]


@lru_cache(maxsize=1024)
def _may_go_to_origin(name: bytes) -> bool:
    hyphened = name.replace(b"_", b"-")
    if hyphened in HOP_BY_HOP or hyphened in WITHHELD_FROM_ORIGIN:
        return False
    if hyphened.startswith((b"pennypress-", b"x-forwarded")):
        return False
    return hyphened == name or not (hyphened in NEVER_NAMED_AWAY or hyphened.startswith(_NEVER_NAMED_AWAY_BEGINNINGS))


@lru_cache(maxsize=1024)
def _may_go_to_reader(name: bytes) -> bool:
    if name in HOP_BY_HOP:
        return False
    return name == _ARTICLE_WORD or not name.replace(b"_", b"-").startswith(b"pennypress-")


def _named_by_connection(fields: Fields) -> frozenset[bytes]:
    lists = [value for name, value in fields if name == b"connection"]
    if not lists:
        return frozenset()
    named = (token.strip().lower() for value in lists for token in value.split(b","))
    return frozenset(
        name for name in named if name not in NEVER_NAMED_AWAY and not name.startswith(_NEVER_NAMED_AWAY_BEGINNINGS)
    )
