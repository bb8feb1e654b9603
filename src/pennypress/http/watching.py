"""Text that never ends, or is too long to be kept back: looked at as it streams, in windows that overlap."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Awaitable, Callable
from typing import Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

_OVERLAP = 8_192
_LARGEST_PIECE = 4_000_000

Clean = Callable[[str], Awaitable[bool]]
"""Whether a text holds nothing that must not go out."""


class _Decoder(Protocol):
    def __call__(self, piece: bytes, /) -> bytes: ...


class Watch:
    """Looks at one answer piece by piece; each piece with the end of what went before."""

    def __init__(self, clean: Clean, coding: str, charset: str) -> None:
        """``coding`` is the Content-Encoding, ``charset`` a name that Python knows."""
        self._clean = clean
        self._undo = _decoder(coding)
        self._text = codecs.getincrementaldecoder(charset)("replace")
        self._tail = ""

    async def passes(self, piece: bytes) -> bool:
        """Whether the next piece may go out; False too where it cannot be read."""
        if self._undo is None:
            return False
        try:
            plain = self._undo(piece)
        except (zlib.error, brotli.error, zstandard.ZstdError):
            return False
        if len(plain) > _LARGEST_PIECE:
            return False
        window = self._tail + self._text.decode(plain)
        self._tail = window[-_OVERLAP:]
        return await self._clean(window)


def _decoder(coding: str) -> _Decoder | None:
    """What undoes a content coding as it comes; None for one that is not known."""
    match coding.strip().lower():
        case "" | "identity":
            return bytes
        case "gzip" | "x-gzip":
            inflater = zlib.decompressobj(31)
            return lambda piece: inflater.decompress(piece, _LARGEST_PIECE + 1)
        case "br":
            return brotli.Decompressor().process  # type: ignore[no-any-return]
        case "zstd":
            return zstandard.ZstdDecompressor().decompressobj().decompress
        case _:
            return None
