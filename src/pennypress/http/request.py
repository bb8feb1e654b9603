"""A request as the middleware sees it: its target, who asks, what it wants, and what of it goes on to the origin."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pennypress.core.target import Target, read_target
from pennypress.errors import TargetError
from pennypress.http.answer import is_ours, values
from pennypress.http.passing import refused_method
from pennypress.readers.robots import is_link_preview

Headers = tuple[tuple[bytes, bytes], ...]

_SCRIPTS_AHEAD = frozenset((b"hx-preloaded", b"next-router-prefetch", b"x-middleware-prefetch"))
PREFETCH_HEADERS = frozenset((b"sec-purpose", b"x-sec-purpose", b"purpose", b"x-purpose", b"x-moz")) | _SCRIPTS_AHEAD
"""What browsers say who fetch ahead, and the scripts that do so when a link is seen or pointed at (htmx, Next.js)."""

PARTS_OF_PAGES = frozenset(
    (
        b"audio",
        b"audioworklet",
        b"font",
        b"image",
        b"json",
        b"manifest",
        b"paintworklet",
        b"report",
        b"script",
        b"serviceworker",
        b"sharedworker",
        b"style",
        b"track",
        b"video",
        b"worker",
        b"xslt",
    )
)
FRAGMENT_HEADERS = frozenset((b"x-requested-with", b"hx-request", b"turbo-frame", b"rsc", b"x-pjax", b"x-inertia"))
CONDITIONAL_HEADERS = frozenset(
    (
        b"range",
        b"if-range",
        b"if-match",
        b"if-none-match",
        b"if-modified-since",
        b"if-unmodified-since",
        b"a-im",
    )
)

_LOOPBACK = re.compile(r"^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$")
_HOST = re.compile(rb"^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$")
_DEFAULT_PORT = re.compile(r":(?:80|443)$")
_ASSET_ENDINGS = re.compile(
    r"\.(?:avif|bmp|gif|ico|jpe?g|png|svg|webp|tiff?|css|js|mjs|map|woff2?|ttf|otf|eot|mp4|webm|mov|mp3|m4a|ogg)$"
)
_FILE_ENDINGS = re.compile(
    r"\.(?:pdf|zip|epub|docx|xlsx|pptx|od[tspg]|iso|dmg|exe|apk|deb|rpm|7z|rar"
    r"|aac|flac|wav|aiff?|amr|wma|oga|opus|weba|m4b|m4v|ogv|mkv|avi|mpe?g|wmv|ts|m4s|mpd|m3u8|heic|jxl|cur)$"
)
_AHEAD = re.compile(rb"prefetch|prerender|preview", re.IGNORECASE)
_DECODABLE = frozenset((b"gzip", b"x-gzip", b"br", b"zstd", b"identity"))
_REFUSED = re.compile(rb"q\s*=\s*0(?:\.0*)?")
_MEDIA = frozenset((b"audio", b"video"))


class RequestError(TargetError):
    """A request that is answered 400 (or with ``status``) before anything else looks at it."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class PageRequest(NamedTuple):
    """The facts of one request, read once. ``names`` are those of its headers."""

    method: str
    target: Target
    host: str
    scheme: str
    headers: Headers
    names: frozenset[bytes]
    cookie_headers: tuple[bytes, ...]
    user_agent: str
    accept_language: str | None

    @property
    def prefetches(self) -> bool:
        """Whether a browser asks before anybody reads: prefetch, prerender, preview."""
        return not self.names.isdisjoint(PREFETCH_HEADERS) and any(
            name in PREFETCH_HEADERS and (name in _SCRIPTS_AHEAD or _AHEAD.search(value) is not None)
            for name, value in self.headers
        )

    @property
    def embeds(self) -> bool:
        """Whether a browser asks for what a page is made of, such as a picture: it shows nobody a page."""
        return any(value.lower() in PARTS_OF_PAGES for value in self.values(b"sec-fetch-dest"))

    @property
    def robot(self) -> bool:
        """Whether a link-preview robot asks."""
        return is_link_preview(self.user_agent)

    @property
    def by_a_reader(self) -> bool:
        """Whether somebody may be about to read what is asked for."""
        return self.method == "GET" and not (self.prefetches or self.embeds or self.robot)

    @property
    def asks_for_asset(self) -> bool:
        """Whether the path ends as images, styles, scripts, fonts and media do."""
        return _is_asset(self.target.folded)

    @property
    def asks_for_file(self) -> bool:
        """Whether the path ends as something does of which parts are honestly asked for: media and downloads."""
        return _is_asset(self.target.folded) or _is_file(self.target.folded)

    @property
    def plays(self) -> bool:
        """Whether a browser says that it plays what it asks for."""
        return any(value.lower() in _MEDIA for value in self.values(b"sec-fetch-dest"))

    @property
    def asks_for_fragment(self) -> bool:
        """Whether a script asks for a part of a page."""
        return not self.names.isdisjoint(FRAGMENT_HEADERS)

    def values(self, name: bytes) -> list[bytes]:
        """All values of a header, in order."""
        return values(self.headers, name) if name in self.names else []


def read_request(scope: MutableMapping[str, Any], allowed_host: str | None) -> PageRequest:
    """Read the facts of a request from an ASGI scope.

    ``allowed_host`` is the paper's own host (with its port, if it has one); None allows any. Loopback is always
    allowed, so that a paper can be tried out. Raises RequestError.
    """
    refused = refused_method(scope["method"])
    if refused is not None:
        raise RequestError("the request's method is not for readers", refused)
    headers: Headers = tuple([(name.lower(), value) for name, value in scope["headers"]])
    hosts: list[bytes] = []
    cookies: list[bytes] = []
    user_agent, accept_language = "", None
    for name, value in headers:
        if name == b"host":
            hosts.append(value)
        elif name == b"cookie":
            cookies.append(value)
        elif name == b"user-agent":
            user_agent = value.decode("latin-1")
        elif name == b"accept-language":
            accept_language = value.decode("latin-1")
    if len(hosts) != 1:
        raise RequestError("the request names no host, or several")
    host = _read_host(hosts[0], allowed_host)
    try:
        target = read_target(_raw_target(scope))
    except TargetError as error:
        raise RequestError(str(error)) from error
    return PageRequest(
        method=scope["method"],
        target=target,
        host=host,
        scheme=scope.get("scheme", "http"),
        headers=headers,
        names=frozenset([name for name, _ in headers]),
        cookie_headers=tuple(cookies),
        user_agent=user_agent,
        accept_language=accept_language,
    )


def onward_headers(
    request: PageRequest, cookies: Sequence[bytes], *, whole: bool, parts: bool = True
) -> list[tuple[bytes, bytes]]:
    """The headers that go on to the origin.

    Never ours, whatever way they are spelt; ``cookies`` replace those that came. With ``whole`` the origin is asked
    for the whole page: no ranges, no conditions; without ``parts`` for no ranges. It is never asked for several parts
    at once: in such an answer a page could not be told from a file. Only content codings that can be undone are asked
    for.
    """
    onward = []
    for name, value in request.headers:
        if name == b"cookie" or is_ours(name):
            continue
        if name in CONDITIONAL_HEADERS and (
            whole or (name in (b"range", b"if-range") and (b"," in value or not parts))
        ):
            continue
        if name == b"accept-encoding":
            value = _decodable(value)
        onward.append((name, value))
    onward.extend((b"cookie", value) for value in cookies)
    return onward


@lru_cache(maxsize=256)
def _decodable(wanted: bytes) -> bytes:
    """What is left of an Accept-Encoding: the codings that can be undone and that are not refused, as they are
    weighed."""
    kept = {}
    for coding in wanted.lower().split(b","):
        name, _, weight = coding.partition(b";")
        if name.strip() in _DECODABLE and not _REFUSED.fullmatch(weight.strip()):
            kept[name.strip()] = b";".join(filter(None, (name.strip(), weight.strip())))
    return b", ".join(kept.values()) or b"identity"


@lru_cache(maxsize=4096)
def _is_asset(folded: str) -> bool:
    return _ASSET_ENDINGS.search(folded) is not None


@lru_cache(maxsize=4096)
def _is_file(folded: str) -> bool:
    return _FILE_ENDINGS.search(folded) is not None


@lru_cache(maxsize=256)
def _read_host(named: bytes, allowed_host: str | None) -> str:
    if not _HOST.match(named):
        raise RequestError("the request names a host that is none")
    host = named.decode("ascii").lower()
    if allowed_host is not None and _DEFAULT_PORT.sub("", host) != allowed_host and not _LOOPBACK.match(host):
        raise RequestError("the request is for another host", 421)
    return host


def _raw_target(scope: MutableMapping[str, Any]) -> str:
    raw: bytes | None = scope.get("raw_path")
    query: bytes = scope.get("query_string", b"")
    if raw is None:
        raise RequestError("the server below gives no raw path")
    path = raw.partition(b"?")[0].decode("latin-1")
    return f"{path}?{query.decode('latin-1')}" if query else path
