"""Text that never ends, or is too long to be kept back: looked at as it streams, in windows that overlap."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

import brotli  # type: ignore[import-untyped]
import zstandard

from pennypress.pages.layout import doubt, is_text, settled

_OVERLAP = 8_192
_STEP = 65_536
_SAMPLE = 4_096
_WINDOW = 500_000
_ZSTD_WINDOW = 8 * 1024 * 1024
_UNDONE_AT_MOST, _GROWN_AT_MOST = 4_000_000, 50
"""A piece may undo to so many bytes, and to so many times its own besides: text never does, and looking at what does
would take the worker's time from its readers."""

Clean = Callable[[str], Awaitable[bool]]
"""Whether a text holds nothing that must not go out."""


class Watch:
    """Looks at one answer piece by piece; each piece with the end of what went before, in the charset that its
    beginning settles, and in those that it may be written in if that is wrong."""

    def __init__(self, clean: Clean, coding: str, content_type: str | None, *, personal: bool) -> None:
        """``coding`` is the Content-Encoding. ``personal``: more may pass for this reader than for others, and what
        passes is for them alone."""
        self.personal = personal
        self._clean = clean
        self._undo = _DECODERS.get(coding.strip().lower())
        self._undone = self._undo() if self._undo is not None else None
        self._content_type = content_type
        self._beginning = b""
        self._charset = ""
        self._raw = b""
        self._window = ""

    async def passes(self, piece: bytes) -> bool:
        """Whether the next piece may go out; False too where it cannot be read, or undoes to beyond all proportion."""
        if self._undone is None:
            return False
        left = _UNDONE_AT_MOST + _GROWN_AT_MOST * len(piece)
        try:
            for plain in self._undone.steps(piece):
                left -= len(plain)
                if left < 0:
                    return False
                self._take(plain)
                if len(self._window) > _WINDOW and not await self._is_clean():
                    return False
        except (zlib.error, brotli.error, zstandard.ZstdError):
            return False
        return await self._is_clean()

    def _take(self, plain: bytes) -> None:
        self._raw += plain
        if len(self._beginning) < _SAMPLE:
            self._beginning += plain
            charset = settled(self._beginning, self._content_type)
            if charset != self._charset:
                self._charset, self._window, plain = charset, "", self._beginning
                self._text = codecs.getincrementaldecoder(charset)("replace")
        self._window += self._text.decode(plain)

    async def _is_clean(self) -> bool:
        """Whether the window may go out; only its end is kept."""
        also = doubt(self._raw, self._window, self._charset)
        window, self._window, self._raw = self._window, self._window[-_OVERLAP:], self._raw[-_OVERLAP:]
        return await self._clean(window) and (also is None or await self._clean(also))


def beginning_of(body: bytes, coding: str, size: int) -> bytes:
    """The beginning of a body, so many bytes of it at least where it has them, with its content coding undone; nothing
    where that cannot be."""
    undo = _DECODERS.get(coding.strip().lower())
    beginning = b""
    if undo is not None:
        with suppress(zlib.error, brotli.error, zstandard.ZstdError):
            for plain in undo().steps(body):
                beginning += plain
                if len(beginning) >= size:
                    break
    return beginning[:size]


def begins_as_text(body: bytes, coding: str) -> bool:
    """Whether an answer whose type does not say so begins as a text does; True where that cannot be told."""
    beginning = beginning_of(body, coding, _SAMPLE)
    return not beginning or is_text(beginning)


class _Identity:
    def steps(self, piece: bytes) -> Iterator[bytes]:
        """What a piece undoes to, little by little."""
        yield piece


class _Gzip:
    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(31)

    def steps(self, piece: bytes) -> Iterator[bytes]:
        """What a piece undoes to, little by little; member after member."""
        plain = b""
        while piece or len(plain) == _STEP:
            if self._inflater.eof:
                self._inflater = zlib.decompressobj(31)
            plain = self._inflater.decompress(piece, _STEP)
            yield plain
            piece = self._inflater.unconsumed_tail or self._inflater.unused_data


class _Brotli:
    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()

    def steps(self, piece: bytes) -> Iterator[bytes]:
        """What a piece undoes to, little by little."""
        yield self._decoder.process(piece, output_buffer_limit=_STEP)
        while not self._decoder.is_finished() and not self._decoder.can_accept_more_data():
            yield self._decoder.process(b"", output_buffer_limit=_STEP)


class _Zstd:
    _FEED = 256

    def __init__(self) -> None:
        self._decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()

    def steps(self, piece: bytes) -> Iterator[bytes]:
        """What a piece undoes to, little by little; frame after frame."""
        while piece:
            if self._decoder.eof:
                self._decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
            yield self._decoder.decompress(piece[: self._FEED])
            piece = self._decoder.unused_data + piece[self._FEED :]


_DECODERS: dict[str, type[_Identity] | type[_Gzip] | type[_Brotli] | type[_Zstd]] = {
    "": _Identity,
    "identity": _Identity,
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "br": _Brotli,
    "zstd": _Zstd,
}
