"""The visitor: who asks for a page, as far as the request alone tells."""

from __future__ import annotations

from dataclasses import dataclass

from pennypress.core.meter import ReaderId


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: the verified names that the browser sent, a fresh one, the language to speak, and the names under
    which the browser signed in to an account, and the address that it asks from."""

    passes: tuple[ReaderId, ...]
    fresh: ReaderId
    language: str
    devices: tuple[ReaderId, ...] = ()
    address: str = ""
