"""Fingerprints of a text: hashes of a few stretches of its letters, chosen so that each run of words holds one whole.

A text that is looked at is hashed at every place, and what it shares with the fingerprints is looked up. Both are
vectorised (Karp and Rabin's rolling hash, 1987, by doubling). An anchor that is found is a hint: it is for the caller
to compare the words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from pennypress.pages.withheld import RUN
from pennypress.pages.words import words

Hashes = npt.NDArray[np.uint64]

SIZES = (24, 14, 7)
"""An anchor is as long as the longest of these that its run has room for: long ones are seldom found by chance."""

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_SHIFT = np.uint64(32)
_SALTS = {24: np.uint64(0x51), 14: np.uint64(0xA3), 7: np.uint64(0xF7)}
_SPARSE = 16
_SMALL = 50_000
_WINDOW = 262_144


def anchors_of(text: str) -> bytes:
    """The anchors of every run of eight words in a text, as bytes; empty for a text of fewer words."""
    plain = words(text)
    edges = list(accumulate((len(word) for word in plain), initial=0))
    letters = "".join(plain)
    places: dict[int, list[int]] = {size: [] for size in SIZES}
    for first in range(len(plain) - RUN + 1):
        start, end = edges[first], edges[first + RUN]
        size = next((size for size in SIZES if end - start >= size), None)
        if size is None:
            continue
        if any(chosen and chosen[-1] >= start and chosen[-1] + own <= end for own, chosen in places.items()):
            continue
        places[size].append(end - size)
    hashed = hashes_of(letters)
    found = [hashed[size][places[size]] for size in SIZES if places[size]]
    return np.unique(np.concatenate(found)).astype("<u8").tobytes() if found else b""


def hashes_of(letters: str) -> dict[int, Hashes]:
    """The hash at every place of squeezed letters, by the size of the anchor; none where the text is shorter."""
    codes: npt.NDArray[np.uint8] | npt.NDArray[np.uint32]
    if letters.isascii():
        codes = np.frombuffer(letters.encode("ascii"), dtype=np.uint8)
    else:
        codes = np.frombuffer(letters.encode("utf-32-le", "replace"), dtype="<u4")
    with np.errstate(over="ignore"):
        powers = {1: codes.astype(np.uint64) + np.uint64(1)}
        for size in (1, 2, 4, 8):
            powers[2 * size] = _joined(powers[size], powers[size], size, size)
        return {
            24: _mixed(_joined(powers[16], powers[8], 16, 8), 24),
            14: _mixed(_joined(_joined(powers[8], powers[4], 8, 4), powers[2], 12, 2), 14),
            7: _mixed(_joined(_joined(powers[4], powers[2], 4, 2), powers[1], 6, 1), 7),
        }


@dataclass(slots=True)
class _Layer:
    """Sorted hashes with their owners, and a table of bits by which most others are told apart at once."""

    hashes: Hashes = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    owners: npt.NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, dtype=np.uint32))
    table: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(1, dtype=np.bool_))
    shift: np.uint64 = field(default_factory=lambda: np.uint64(63))

    @classmethod
    def of(cls, hashes: Hashes, owners: npt.NDArray[np.uint32]) -> _Layer:
        order = np.argsort(hashes, kind="stable")
        bits = max(10, int(len(hashes) * _SPARSE).bit_length())
        shift = np.uint64(64 - bits)
        table = np.zeros(1 << bits, dtype=np.bool_)
        table[hashes >> shift] = True
        return cls(hashes[order], owners[order], table, shift)

    def owners_in(self, looked_at: Hashes) -> Iterator[int]:
        if not len(self.hashes) or not len(looked_at):
            return
        likely = looked_at[self.table[looked_at >> self.shift]]
        first = np.searchsorted(self.hashes, likely, side="left")
        after = np.searchsorted(self.hashes, likely, side="right")
        for start, end in set(zip(first.tolist(), after.tolist(), strict=True)):
            yield from self.owners[start:end].tolist()


class Anchors:
    """The anchors of many texts, each owned by a number. What is added is found from then on. What an owner had that is
    no longer meant is let go of now and then; until then it is for the caller to pass over."""

    def __init__(self) -> None:
        self._large = _Layer()
        self._small = _Layer()

    def __len__(self) -> int:
        return len(self._large.hashes) + len(self._small.hashes)

    def add(self, owned: Iterable[tuple[int, bytes]], meant: Collection[int]) -> None:
        """Add the anchors of some texts. ``meant`` are the owners that are still meant, these among them."""
        parts = [(owner, np.frombuffer(prints, dtype="<u8").astype(np.uint64)) for owner, prints in owned if prints]
        if not parts:
            return
        small = self._small
        hashes = np.concatenate([small.hashes, *(prints for _, prints in parts)])
        owners = np.concatenate([small.owners, *(np.full(len(prints), owner, np.uint32) for owner, prints in parts)])
        if len(hashes) > max(_SMALL, len(self._large.hashes) // 8):
            hashes = np.concatenate([self._large.hashes, hashes])
            owners = np.concatenate([self._large.owners, owners])
            still = np.isin(owners, np.fromiter(meant, np.uint32, len(meant)))
            self._large = _Layer.of(hashes[still], owners[still])
            self._small = _Layer()
        else:
            self._small = _Layer.of(hashes, owners)

    def owners_in(self, letters: str) -> set[int]:
        """Whose anchors stand in squeezed letters."""
        large, small = self._large, self._small
        if not len(large.hashes) and not len(small.hashes):
            return set()
        found: set[int] = set()
        for start in range(0, max(1, len(letters) - SIZES[0] + 1), _WINDOW):
            for hashes in hashes_of(letters[start : start + _WINDOW + SIZES[0] - 1]).values():
                found.update(large.owners_in(hashes))
                found.update(small.owners_in(hashes))
        return found


def _joined(one: Hashes, other: Hashes, size: int, other_size: int) -> Hashes:
    """The hashes of stretches of both sizes together."""
    length = max(0, min(len(one), len(other) - size))
    power = np.uint64(pow(int(_BASE), other_size, 1 << 64))
    return one[:length] * power + other[size : size + length]


def _mixed(hashes: Hashes, size: int) -> Hashes:
    mixed = (hashes ^ (hashes >> _SHIFT)) * _MIX + _SALTS[size]
    return mixed ^ (mixed >> _SHIFT)
