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
_STEP = 256
_ZSTD_WINDOW = 8 * 1024 * 1024

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
            unpacker = brotli.Decompressor()
            return lambda piece: unpacker.process(piece, output_buffer_limit=_LARGEST_PIECE + 1)
        case "zstd":
            return _unzstd(zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj())
        case _:
            return None


def _unzstd(unpacker: zstandard.ZstdDecompressionObj) -> _Decoder:
    """In steps so small that none unpacks to much: the library knows no limit."""

    def undo(piece: bytes) -> bytes:
        plain = bytearray()
        for at in range(0, len(piece), _STEP):
            plain += unpacker.decompress(piece[at : at + _STEP])
            if len(plain) > _LARGEST_PIECE:
                break
        return bytes(plain)

    return undo
