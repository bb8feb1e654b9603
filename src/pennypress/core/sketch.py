"""Sketches: a few bytes by which to tell whether two texts have anything in common."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

_RUN = 5
_KEPT = 16
_BYTES = 4


def sketch(words: Sequence[str]) -> bytes:
    """The sketch of a text: the smallest 16 hashes of its runs of five words (a bottom-k sketch; Cohen and Kaplan,
    2007). Empty for a text of fewer than five words, which shows nothing."""
    hashes = {crc32(" ".join(words[at : at + _RUN]).encode()) for at in range(len(words) - _RUN + 1)}
    return b"".join(value.to_bytes(_BYTES, "big") for value in sorted(hashes)[:_KEPT])


def sketch_line(line: str) -> bytes:
    """The sketch of a line, which has in common with another line all or nothing. Empty for an empty one."""
    return crc32(line.encode()).to_bytes(_BYTES, "big") if line else b""


def share_text(one: bytes, other: bytes) -> bool:
    """Whether one of two texts stands for the most part in the other, as far as can be told: at least half of the
    hashes that both sketches would hold if they had them. An empty sketch shares with none."""
    held = [_hashes(one), _hashes(other)]
    common = held[0] & held[1]
    # A full sketch says nothing of the hashes beyond its largest.
    known = min((max(hashes) for hashes in held if len(hashes) == _KEPT), default=b"\xff" * _BYTES)
    comparable = min(sum(value <= known for value in hashes) for hashes in held)
    return bool(common) and len(common) * 2 >= comparable


def _hashes(held: bytes) -> set[bytes]:
    return {held[at : at + _BYTES] for at in range(0, len(held), _BYTES)}
