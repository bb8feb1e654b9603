"""The demo's strip at the foot of every page: it shows where the reader stands and lets them start again.

It stands around the meter, reads the ``Pennypress-*`` headers that any program may read, and is no part of the meter.
Everything in it works without script.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from pennypress.http.fetch import App, Message, Receive, Scope, Send

PREFIX = "/-/demo/"

_LANGUAGE_COOKIE = "pennypress-demo-language"
_OTHER_LANGUAGE = {"ar": ("en-GB", "English"), "": ("ar", "العربية")}
_COOKIE = re.compile(rf"(?:^|;)\s*{_LANGUAGE_COOKIE}=([A-Za-z-]*)")
_BODY_END = re.compile(rb"</body\s*>", re.IGNORECASE)
_LOCAL = re.compile(r"/(?![/\\])[!-~]*")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LARGEST_FORM = 4096
_NOT_PASSED = frozenset((b"accept-encoding", b"range", b"if-range", b"if-none-match", b"if-modified-since"))
_STYLE = b""".pennypress-strip { display: flex; flex-wrap: wrap; gap: 2px 12px;
  align-items: center; justify-content: center; margin: 0; padding: 4px 12px; border-top: 2px solid #e9a13b;
  background: #16202b; color: #fff; font: 14px/1.4 system-ui, "Liberation Sans", sans-serif; text-align: start; }
.pennypress-strip p, .pennypress-strip form { margin: 0; padding: 0; max-width: none; color: inherit; font: inherit; }
.pennypress-strip button { min-height: 26px; padding: 2px 10px; border: 1px solid #e9a13b; border-radius: 3px;
  background: none; color: inherit; font: inherit; cursor: pointer; }
.pennypress-strip a { display: inline-block; min-height: 26px; color: inherit; }
.pennypress-strip a:focus-visible, .pennypress-strip button:focus-visible {
  outline: 3px solid #e9a13b; outline-offset: 2px; }
@media (min-width: 48em) and (min-height: 40em) { .pennypress-strip { position: sticky; bottom: 0; z-index: 9; } }
@media print { .pennypress-strip { display: none; } }
"""


class Strip:
    """Puts the strip on every HTML page of an app, and answers the strip's own two buttons.

    ``behind`` is the address of the page behind the demo, where there is one.
    """

    def __init__(self, app: App, behind: str = "") -> None:
        self._app = app
        self._behind = behind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith(PREFIX):
            await _own(scope, receive, send)
        else:
            language = _language(scope)
            await self._app(_onward(scope, language), receive, _Adding(scope, send, language, self._behind))


class _Adding:
    """Stands in for the server's ``send``: keeps an HTML page back until it is whole, and adds the strip."""

    def __init__(self, scope: Scope, send: Send, language: str, behind: str) -> None:
        query = scope["query_string"].decode("latin-1")
        self._address = scope.get("raw_path", scope["path"].encode()).decode("latin-1") + (f"?{query}" if query else "")
        self._adds = scope["method"] != "HEAD"
        self._send = send
        self._language = language
        self._behind = behind
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._adds and _is_plain_html(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
        body = self._body
        if body and not body.startswith(_WIDE_MARKS):
            body = _with_strip(body, strip(headers, self._address, self._language, self._behind))
        kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await self._send({**start, "headers": [*kept, (b"content-length", b"%d" % len(body))]})
        await self._send({"type": "http.response.body", "body": body})


def strip(headers: Mapping[str, str], address: str, language: str, behind: str = "") -> bytes:
    """The strip's HTML for an answer with these headers, in ASCII."""
    other, name = _OTHER_LANGUAGE.get(language, _OTHER_LANGUAGE[""])
    at = html.escape(address)
    link = f'<p><a href="{behind}">Letters, people, time</a></p>' if behind else ""
    here = f'<input type="hidden" name="from" value="{at}">'
    text = (
        '<section class="pennypress-strip" aria-label="Demo" lang="en" dir="ltr">'
        f'<link rel="stylesheet" href="{PREFIX}strip.css"><p>Demo: {html.escape(_standing(headers))}</p>'
        f'<form method="post" action="{PREFIX}new-reader">{here}<button>Start again as a new reader</button></form>'
        f'<form method="post" action="{PREFIX}language">{here}<input type="hidden" name="language" value="{other}">'
        f'<button lang="{other}">{name}</button></form>{link}</section>\n'
    )
    return text.encode("ascii", "xmlcharrefreplace")


def _standing(headers: Mapping[str, str]) -> str:
    """Where the reader stands, in the words of the headers."""
    access = headers.get("pennypress-access")
    if access is None:
        return "this page is not metered"
    said = f"{access}, {headers.get('pennypress-reason', '')}"
    if "pennypress-remaining" in headers:
        said += f", {headers['pennypress-remaining']} left"
    return said


def _with_strip(body: bytes, added: bytes) -> bytes:
    """The page with the strip before its last ``</body>``; at its end where it has none."""
    ends = [found.start() for found in _BODY_END.finditer(body)]
    place = ends[-1] if ends else len(body)
    return body[:place] + added + body[place:]


def _is_plain_html(start: Message) -> bool:
    headers = {name.lower(): value.lower() for name, value in start["headers"]}
    kind = headers.get(b"content-type", b"")
    coding = headers.get(b"content-encoding", b"identity")
    return kind.startswith(b"text/html") and b"utf-16" not in kind and coding == b"identity"


def _language(scope: Scope) -> str:
    """The language that this reader chose on the strip; empty where they chose none."""
    for name, value in scope["headers"]:
        found = _COOKIE.search(value.decode("latin-1")) if name == b"cookie" else None
        if found is not None:
            return found[1]
    return ""


def _onward(scope: Scope, language: str) -> Scope:
    """The request without the strip's own cookie, in the chosen language, and for a whole page that can be read."""
    headers = []
    for name, value in scope["headers"]:
        if name == b"cookie":
            value = _COOKIE.sub("", value.decode("latin-1")).strip("; ").encode("latin-1")
        if name in _NOT_PASSED or (name == b"accept-language" and language) or (name == b"cookie" and not value):
            continue
        headers.append((name, value))
    if language:
        headers.append((b"accept-language", language.encode("ascii")))
    return {**scope, "headers": headers}


async def _own(scope: Scope, receive: Receive, send: Send) -> None:
    """The style sheet, and the two buttons: each sets a cookie and leads back."""
    wanted, method = scope["path"].removeprefix(PREFIX), scope["method"]
    if wanted == "strip.css" and method in ("GET", "HEAD"):
        headers = [(b"content-type", b"text/css"), (b"cache-control", b"public, max-age=3600")]
        await answer(send, 200, headers, b"" if method == "HEAD" else _STYLE)
        return
    cookies = {"new-reader": _forget_reader, "language": _choose_language}
    if wanted not in cookies or method != "POST":
        await answer(send, 404, [(b"content-type", b"text/plain")], b"No such page.\n")
        return
    form = parse_qs((await read_form(receive)).decode("latin-1"))
    back = form.get("from", ["/"])[0]
    headers = [
        (b"location", (back if _LOCAL.fullmatch(back) else "/").encode("ascii")),
        (b"cache-control", b"no-store"),
    ]
    await answer(send, 303, [*headers, *((b"set-cookie", value) for value in cookies[wanted](form))], b"")


def _forget_reader(form: Mapping[str, list[str]]) -> list[bytes]:
    return [
        f"{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax".encode("ascii")
        for name in ("pennypress", "pennypress-account")
    ]


def _choose_language(form: Mapping[str, list[str]]) -> list[bytes]:
    chosen = form.get("language", [""])[0]
    known = chosen if chosen in ("ar", "en-GB") else "en-GB"
    return [f"{_LANGUAGE_COOKIE}={known}; Path=/; HttpOnly; SameSite=Lax".encode("ascii")]


async def read_form(receive: Receive) -> bytes:
    """A small form's bytes."""
    body = b""
    while len(body) <= _LARGEST_FORM:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body", False):
            break
    return body


async def answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Answer with these bytes."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
