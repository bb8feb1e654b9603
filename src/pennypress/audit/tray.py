"""The tray: each answer of the site, kept in a file of its own, so that the site is asked once for each address."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import gettempdir
from typing import IO

from pennypress.errors import OriginError, OriginFailure, PennypressError
from pennypress.http.answer import Answer
from pennypress.http.fetch import Receive, Scope, Send

_LATIN = "latin-1"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of an answer: where it was asked for and how that was come by, its status, what kind of text
    it is (None: no text), the canonical link that it names, whether it says that it is an article."""

    address: str
    why: str
    status: int
    kind: str | None
    canonical: str | None = None
    says_article: bool = False


class Tray:
    """An ASGI app that answers as the site did; what it was not asked for, it does not have."""

    def __init__(self, file: IO[bytes]) -> None:
        """``file`` is not buffered: what does not fit is known at once."""
        self._file = file
        self._places: dict[str, tuple[int, int]] = {}
        self._seen: dict[str, Seen] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def __iter__(self) -> Iterator[Seen]:
        return iter(tuple(self._seen.values()))

    def put(self, seen: Seen, answer: Answer) -> None:
        """Keep an answer. Raises PennypressError where the disk does not take it."""
        fields = [(name.decode(_LATIN), value.decode(_LATIN)) for name, value in answer.headers]
        kept = zlib.compress(json.dumps(fields).encode() + b"\n" + answer.body, 1)
        try:
            start = self._file.seek(0, 2)
            if self._file.write(kept) < len(kept):
                raise OSError("no room is left")
        except OSError as error:
            why = error.strerror or str(error)
            raise PennypressError(
                f"{gettempdir()}: the audit's temporary file cannot be written ({why}); make room there, name another "
                "folder in TMPDIR, or ask for fewer --pages."
            ) from None
        self._places[seen.address] = (start, len(kept))
        self._seen[seen.address] = seen

    def seen(self, address: str) -> Seen | None:
        """What is remembered of an address; None where it was not asked for."""
        return self._seen.get(address)

    def answer(self, address: str) -> Answer | None:
        """The site's answer for an address; None where it was not asked for."""
        place = self._places.get(address)
        if place is None:
            return None
        self._file.seek(place[0])
        fields, _, body = zlib.decompress(self._file.read(place[1])).partition(b"\n")
        headers = tuple((name.encode(_LATIN), value.encode(_LATIN)) for name, value in json.loads(fields))
        return Answer(self._seen[address].status, headers, body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the site did. Raises OriginError for an address that it was not asked for."""
        query = scope["query_string"].decode(_LATIN)
        answer = self.answer(scope["raw_path"].decode(_LATIN) + (f"?{query}" if query else ""))
        if answer is None:
            raise OriginError(OriginFailure.DOWN, "the audit has not asked the site for this")
        await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})
