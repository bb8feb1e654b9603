"""WebSockets: which may be opened at all, and what goes over them to the reader."""

from __future__ import annotations

import logging

from pennypress.core.target import PathPattern, Target, any_matches
from pennypress.http.fetch import App, Enough, Message, Receive, Scope, Send
from pennypress.http.guarding import Guarding
from pennypress.http.request import PageRequest
from pennypress.http.visitor import Visitor
from pennypress.http.watching import Watch
from pennypress.pages.recognise import Grounds

_VIOLATES_POLICY = 1008
_TOLD_AT_MOST = 16
_TEXT = [(b"content-type", b"text/plain; charset=utf-8")]

_log = logging.getLogger("pennypress")


class WebSockets:
    """Opens WebSockets to the app behind where the paper says so, never under the article paths, and holds what they
    bring against what articles withhold."""

    def __init__(self, app: App, patterns: tuple[PathPattern, ...], grounds: Grounds, guarding: Guarding) -> None:
        self._app = app
        self._patterns = patterns
        self._grounds = grounds
        self._guarding = guarding
        self._told: set[str] = set()

    def may_be_opened(self, target: Target) -> bool:
        """Whether a WebSocket may be opened at an address; tells the log where the paper may not know that."""
        if self._grounds.under(target):
            return False
        if any_matches(self._patterns, target.paths):
            return True
        if target.folded not in self._told and len(self._told) < _TOLD_AT_MOST:
            self._told.add(target.folded)
            line = f'upgrade = ["{target.folded}"]'
            _log.warning("a WebSocket at %s was refused; to pass it, add under [gateway]: %s", target.folded, line)
        return False

    async def open(self, onward: Scope, request: PageRequest, visitor: Visitor, receive: Receive, send: Send) -> None:
        """Pass one on to the app; it ends where it would bring what this visitor may not read."""
        scope = {**onward, "scheme": "wss" if onward["scheme"] in ("https", "wss") else "ws"}
        watch: Watch | None = None

        async def sending(message: Message) -> None:
            nonlocal watch
            if message["type"] == "websocket.send":
                watch = watch or self._guarding.watch(request, visitor, _TEXT)  # None as long as nothing is known
                if watch is not None and not await watch.passes(_said(message)):
                    raise Enough
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Enough:
            await refuse(send)


async def refuse(send: Send) -> None:
    """Close a WebSocket; one that is not open yet is answered 403."""
    await send({"type": "websocket.close", "code": _VIOLATES_POLICY})


def _said(message: Message) -> bytes:
    text = message.get("text")
    return bytes(message.get("bytes") or b"") if text is None else text.encode("utf-8", "replace")
