"""Pennypress's own pages under ``/-/pennypress/``: the style sheet, and the reader's own page with its button."""

from __future__ import annotations

import hmac
from hashlib import blake2b
from urllib.parse import parse_qs

from pennypress.core.meter import ReaderId, Standing
from pennypress.core.reader import ReaderKind
from pennypress.errors import StoreUnavailable
from pennypress.gate import Gate
from pennypress.http.answer import Answer
from pennypress.http.fetch import Receive
from pennypress.http.pageview import html
from pennypress.http.request import PageRequest
from pennypress.http.visitor import Visitor
from pennypress.pages.notice import Board, ErrorPage
from pennypress.readers.keys import Keys

OWN_PREFIX = "/-/pennypress/"
READING = OWN_PREFIX + "reading"
STYLE = OWN_PREFIX + "style.css"
_LARGEST_FORM = 4096
_STYLE_SECONDS = 3600


class OwnPages:
    """Answers for the addresses that are ours; nothing below them ever reaches the origin."""

    def __init__(self, gate: Gate, board: Board, keys: Keys) -> None:
        self._gate = gate
        self._board = board
        self._form_keys = keys.derive("forget form")

    async def answer(self, request: PageRequest, visitor: Visitor, receive: Receive) -> Answer:
        """The answer for one of our addresses; 404 for one that is none."""
        method, path = request.method, request.target.folded
        if path == STYLE and method in ("GET", "HEAD"):
            return self._style()
        if path == READING and method in ("GET", "HEAD"):
            return await self._reading(visitor, forgotten=request.target.query == "forgotten")
        if path == READING and method == "POST":
            return await self._forget(request, visitor, receive)
        return html(404, self._board.error(ErrorPage.NOT_FOUND, visitor.language))

    def _style(self) -> Answer:
        sheet = self._board.stylesheet
        headers = (
            (b"content-type", b"text/css; charset=utf-8"),
            (b"content-length", b"%d" % len(sheet)),
            (b"cache-control", b"public, max-age=%d" % _STYLE_SECONDS),
            (b"x-content-type-options", b"nosniff"),
        )
        return Answer(200, headers, sheet)

    async def _reading(self, visitor: Visitor, *, forgotten: bool) -> Answer:
        try:
            names, registered = await self._names(visitor)
            reader, standing = await self._gate.standing(names)
        except StoreUnavailable:
            return html(503, self._board.error(ErrorPage.UNAVAILABLE, visitor.language))
        return html(200, self._reading_page(reader, standing, visitor, forgotten=forgotten, registered=registered))

    async def _names(self, visitor: Visitor) -> tuple[tuple[ReaderId, ...], bool]:
        """The names under which a visitor is metered, and whether the registered number is theirs."""
        asker = await self._gate.asker(visitor.passes, visitor.devices, visitor.fresh)
        if asker.device is None:
            return (*visitor.passes, *visitor.devices), False
        return (asker.reader.id,), asker.reader.kind is not ReaderKind.ANONYMOUS

    def _reading_page(
        self,
        reader: ReaderId | None,
        standing: Standing,
        visitor: Visitor,
        *,
        forgotten: bool,
        registered: bool,
    ) -> bytes:
        policy = self._gate.policy
        return self._board.reading(
            standing,
            policy.limit_for(registered=registered),
            policy.window.span(self._gate.now()),
            visitor.language,
            token="" if reader is None else self._token(reader, 0),
            forgotten=forgotten,
        )

    async def _forget(self, request: PageRequest, visitor: Visitor, receive: Receive) -> Answer:
        """Forget what this reader opened, if the form is one that we gave to them and the browser says nothing else."""
        token = parse_qs((await _read_form(receive)).decode("latin-1")).get("token", [""])[0]
        foreign = any(site not in (b"same-origin", b"none") for site in request.values(b"sec-fetch-site"))
        names, _ = await self._names(visitor)
        reader = next((name for name in names if self._is_token_of(token, name)), None)
        if reader is None or foreign:
            return html(403, self._board.error(ErrorPage.REFUSED, visitor.language))
        try:
            await self._gate.forget(reader)
        except StoreUnavailable:
            return html(503, self._board.error(ErrorPage.UNAVAILABLE, visitor.language))
        headers = (
            (b"location", f"{READING}?forgotten".encode()),
            (b"content-length", b"0"),
            (b"cache-control", b"no-store"),
        )
        return Answer(303, headers, b"")

    def _token(self, reader: ReaderId, key: int) -> str:
        return blake2b(reader, key=self._form_keys[key], digest_size=16).hexdigest()

    def _is_token_of(self, token: str, reader: ReaderId) -> bool:
        return any(
            hmac.compare_digest(token.encode(), self._token(reader, key).encode())
            for key in range(len(self._form_keys))
        )


async def _read_form(receive: Receive) -> bytes:
    """A small form's bytes; what goes past the bound is left out."""
    body = b""
    while len(body) <= _LARGEST_FORM:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return body[:_LARGEST_FORM]
