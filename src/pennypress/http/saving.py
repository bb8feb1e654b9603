"""What may be saved back: requests that change something, and those that carry the site's own sign-in."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from html import unescape

from pennypress.http.answer import first, layout_of
from pennypress.http.fetch import Message, Receive
from pennypress.http.passing import OVERRIDES
from pennypress.http.proxy import WITHDRAWAL, UploadStalled
from pennypress.http.request import PageRequest
from pennypress.pages.layout import Layout, is_text

_SIGNED_IN = re.compile(rb"(?:^|;\s*)(?:wordpress_logged_in_[^=;]*|S?SESS[A-Za-z0-9_-]{32,})=")
_READS = frozenset(("GET", "HEAD", "OPTIONS"))
_BOUNDARY = re.compile(rb"boundary\s*=\s*(?:\"([^\"]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
_PARTS_AT_MOST = 1_000
_CONTROLS = re.compile(
    r"<textarea\b[^>]*+>([^<]*+(?:<(?!/textarea)[^<]*+)*+)|<input\b[^>]*?\bvalue\s*=\s*(?:\"([^\"]*+)\"|'([^']*+)')",
    re.IGNORECASE,
)


def changes(request: PageRequest) -> bool:
    """Whether a request changes something, by its own method or by one that it names besides."""
    return request.method not in _READS or not request.names.isdisjoint(OVERRIDES)


class SignIns:
    """Knows by which cookies the site behind knows its signed-in users."""

    def __init__(self, cookies: tuple[str, ...]) -> None:
        """``cookies`` are names besides those of WordPress and Drupal."""
        names = "|".join(re.escape(name) for name in cookies)
        self._own = re.compile(rf"(?:^|;\s*)(?:{names})=".encode()) if names else None

    def marks(self, request: PageRequest) -> bool:
        """Whether a request carries the site's own sign-in."""
        if b"authorization" in request.names:
            return True
        own = self._own
        return any(_SIGNED_IN.search(cookie) or (own and own.search(cookie)) for cookie in request.cookie_headers)


def texts_to_edit(markup: str) -> Iterator[str]:
    """What the controls of a page's forms hold, to be changed and sent back."""
    for found in _CONTROLS.finditer(markup):
        yield unescape(found[1] or found[2] or found[3] or "")


@dataclass(frozen=True, slots=True)
class Sent:
    """The beginning of what a request sends, all of it where it is not too long, and from where the rest of it, this
    beginning included, is to be received."""

    body: bytes
    receive: Receive


def sends_text(request: PageRequest) -> bool:
    """Whether a request sends what may hold text, as its type says: what is uploaded as an image or a film does not."""
    said = first(request.headers, b"content-type")
    if said is None or said.lower().startswith(b"multipart/form-data"):
        return True
    return layout_of([(b"content-type", said)]) is not None


async def sent(receive: Receive, *, limit: int, seconds: float) -> Sent:
    """Receive what a request sends, ``limit`` bytes of it. Raises UploadStalled when it stands still for so long."""
    messages: list[Message] = []
    length = 0
    while True:
        try:
            async with asyncio.timeout(seconds):
                message = await receive()
        except TimeoutError:
            await asyncio.sleep(WITHDRAWAL)
            raise UploadStalled("the reader's upload stands still") from None
        messages.append(message)
        length += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body") or length > limit:
            break
    kept = iter(messages)

    async def again() -> Message:
        message = next(kept, None)
        return await receive() if message is None else message

    return Sent(b"".join(message.get("body", b"") for message in messages), again)


def texts_sent(body: bytes, content_type: bytes | None) -> Iterator[tuple[bytes, str | None]]:
    """The texts in what a request sends, each with its type: of a form with files the fields and the text files."""
    said = content_type.decode("latin-1") if content_type else None
    found = _BOUNDARY.search(content_type or b"")
    if found is None or not (content_type or b"").lower().startswith(b"multipart/"):
        yield body, said
        return
    for part in body.split(b"--" + (found[1] or found[2]), _PARTS_AT_MOST):
        head, _, content = part.partition(b"\r\n\r\n")
        fields = BytesHeaderParser().parsebytes(head.lstrip(b"\r\n"))
        kind = fields.get("content-type")
        layout = Layout.PLAIN if kind is None else layout_of([(b"content-type", kind.encode("latin-1", "replace"))])
        if layout is not None and (not layout.unsure or is_text(content)):
            yield content, kind
