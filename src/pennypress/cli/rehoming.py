"""Moving a site into another address for one browser: links, redirects and cookies that would lead out lead back in.

An ASGI app around another: the app inside sees the site's own host and scheme, the browser sees where we listen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pennypress.cli.cookies import Cookies
from pennypress.errors import Undecodable
from pennypress.http.answer import Kind, first, kind_of
from pennypress.http.fetch import App, Message, Receive, Scope, Send
from pennypress.pages.source import undo_coding

Headers = list[tuple[bytes, bytes]]

_LARGEST_TEXT = 10_000_000
_TEXT = re.compile(
    rb"text/(?:css|javascript|xml)|application/(?:[\w.-]+\+)?(?:json|xml|(?:x-)?javascript)\b", re.IGNORECASE
)
# What would bind the browser to https or to the site's own host, or have it report there.
_LEFT_OUT = frozenset(
    (
        *(b"strict-transport-security", b"alt-svc", b"clear-site-data", b"report-to", b"nel", b"reporting-endpoints"),
        *(b"expect-ct", b"content-security-policy-report-only", b"service-worker-allowed", b"origin-agent-cluster"),
    )
)
_UPGRADES = re.compile(rb"\b(?:upgrade-insecure-requests|block-all-mixed-content)\s*;?", re.IGNORECASE)
_COOKIE_DOMAIN = re.compile(rb";\s*domain\s*=[^;]*", re.IGNORECASE)
_COOKIE_SECURE = re.compile(rb";\s*(?:secure|partitioned)\s*(?=;|$)", re.IGNORECASE)
_COOKIE_CROSS_SITE = re.compile(rb"(;\s*samesite\s*=\s*)none", re.IGNORECASE)
_BOUND_COOKIE = re.compile(rb"^\s*__(?:Host|Secure)-", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Move:
    """From where to where: ``home`` is the site (``https://www.paper.example``), ``here`` where the browser finds it
    (``http://127.0.0.1:8000``). The host with and without ``www.`` are one site, by either scheme."""

    home: str
    here: str

    @property
    def host(self) -> str:
        """The site's host, with its port if it names one."""
        return urlsplit(self.home).netloc

    def page(self, body: bytes) -> bytes:
        """A page (of an ASCII-compatible charset) in which every address of the site leads here, also in scripts and
        data, where slashes may be escaped, and which does not ask for https."""
        return self.addresses(_UPGRADES.sub(b"", body))

    def addresses(self, text: bytes) -> bytes:
        """A text in which every address of the site leads here; all others, and relative ones, are as they were."""
        return self._pattern().sub(self._ours, text)

    def _ours(self, found: re.Match[bytes]) -> bytes:
        ours = self.here.encode()
        return ours.replace(b"/", b"\\/") if b"\\" in found[0] else ours

    def _pattern(self) -> re.Pattern[bytes]:
        bare = self.host.removeprefix("www.")
        return re.compile(
            rb"(?:\bhttps?:|(?<![:\w/\\]))(?:\\?/){2}(?:www\.)?" + re.escape(bare.encode()) + rb"(?![\w.:-])",
            re.IGNORECASE,
        )

    def cookie(self, value: bytes) -> bytes:
        """A Set-Cookie value for the browser here: of no domain, and kept on plain http where its name allows it."""
        value = _COOKIE_DOMAIN.sub(b"", value)
        if _BOUND_COOKIE.match(value):
            return value
        return _COOKIE_CROSS_SITE.sub(rb"\1Lax", _COOKIE_SECURE.sub(b"", value))

    def outward(self, headers: Headers) -> Headers:
        """The request's headers as the site would have had them from a browser that had gone there."""
        here, home = self.here.encode(), self.home.encode()
        changed: Headers = []
        for name, value in headers:
            if name == b"host":
                value = self.host.encode()
            elif name in (b"referer", b"origin"):
                value = home + value.removeprefix(here) if value.startswith(here) else value
            changed.append((name, value))
        return changed

    def inward(self, headers: Headers) -> Headers:
        """The answer's headers for the browser here."""
        changed: Headers = []
        for name, value in headers:
            if name in _LEFT_OUT:
                continue
            if name in (b"location", b"content-location", b"link", b"refresh"):
                value = self.addresses(value)
            elif name == b"set-cookie":
                value = self.cookie(value)
            elif name == b"content-security-policy":
                value = self.page(value)
            changed.append((name, value))
        return changed


class Rehomed:
    """An app of the site at ``move.home``, for the browser at ``move.here`` and for no other; of that browser's cookies
    it sees those that it set itself."""

    def __init__(self, app: App, move: Move) -> None:
        self._app = app
        self._move = move
        self._cookies = Cookies()
        port = urlsplit(move.here).port
        self._hosts = frozenset(f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost", "[::1]"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's lifespan."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers: Headers = [(name.lower(), value) for name, value in scope["headers"]]
        if first(headers, b"host") not in self._hosts:
            await _say(send, 421, "This address is for the browser on this machine alone.\n")
        elif first(headers, b"service-worker") is not None:
            await _say(send, 404, "Service workers are left out: they would outlive this trial in the browser.\n")
        else:
            scheme = urlsplit(self._move.home).scheme
            onward = {**scope, "scheme": scheme, "headers": self._move.outward(self._with_own_cookies(headers))}
            await self._app(onward, receive, _Moving(send, self._move, self._cookies, scope["method"]))

    def _with_own_cookies(self, headers: Headers) -> Headers:
        held = [(name, self._cookies.passed(value) if name == b"cookie" else value) for name, value in headers]
        return [(name, value) for name, value in held if value or name != b"cookie"]


class _Moving:
    """Stands in for the server's ``send``: keeps a text (a page, a style, data) back until it is whole, and moves its
    links."""

    def __init__(self, send: Send, move: Move, cookies: Cookies, method: str) -> None:
        self._send = send
        self._move = move
        self._cookies = cookies
        self._method = method
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = self._move.inward([(name.lower(), value) for name, value in message["headers"]])
            started = {**message, "headers": headers}
            for name, value in headers:
                if name == b"set-cookie":
                    self._cookies.note(value)
            if self._method == "HEAD" or not _is_text(headers) or not _has_body(message["status"]):
                await self._send(started)
            else:
                self._start = started
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            await self._hold(message)

    async def _hold(self, message: Message) -> None:
        assert self._start is not None
        self._body += message.get("body", b"")
        more = message.get("more_body", False)
        if more and len(self._body) <= _LARGEST_TEXT:
            return
        start, self._start = self._start, None
        if more:  # too large to be moved: as it is
            await self._send(start)
            await self._send({**message, "body": bytes(self._body)})
            return
        headers, body = self._moved(start["headers"])
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    def _moved(self, headers: Headers) -> tuple[Headers, bytes]:
        """The page with its links moved; as it is where it cannot be read or is of a charset with wide letters."""
        coding, body = first(headers, b"content-encoding"), bytes(self._body)
        try:
            plain = undo_coding(body, coding.decode("latin-1") if coding else None, limit=_LARGEST_TEXT)
        except Undecodable:
            return headers, body
        moved = self._move.page(plain)
        kept = [(name, value) for name, value in headers if name not in (b"content-length", b"content-encoding")]
        return [*kept, (b"content-length", b"%d" % len(moved))], moved


def _is_text(headers: Headers) -> bool:
    """Whether an answer is a page, or a style, script, feed or data in which addresses may stand."""
    return kind_of(headers) is Kind.PAGE or _TEXT.match(first(headers, b"content-type") or b"") is not None


def _has_body(status: int) -> bool:
    return status >= 200 and status not in (204, 304)


async def _say(send: Send, status: int, sentence: str) -> None:
    body = sentence.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
