"""Fingerprints of a text: hashes of a few stretches of its letters, chosen so that each run of words holds one whole.

A text that is looked at is hashed at every place, and what it shares with the fingerprints is looked up. Both are
vectorised (Karp and Rabin's rolling hash, 1987, by doubling). An anchor that is found is a hint: it is for the caller
to compare the words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from pennypress.pages.withheld import RUN

Hashes = npt.NDArray[np.uint64]
Owners = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]

SIZES = (24, 14, 7)
"""An anchor is as long as the longest of these that its run has room for: long ones are seldom found by chance."""

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_SHIFT = np.uint64(32)
_SALTS = {24: np.uint64(0x51), 14: np.uint64(0xA3), 8: np.uint64(0x2D), 7: np.uint64(0xF7)}
_BYTE, _IN_BYTE = np.uint64(3), np.uint64(7)
_SPARSE = 16
_ONE_IN = 8
_SMALL = 20_000
_GROWTH = 4
_DROPPED_AT_LEAST, _DROPPED_SHARE = 100, 8
_WINDOW = 262_144
_SOME = 8
"""So many of the oldest and of the newest owners of an anchor are told. What more articles than that have in common,
such as the line at the foot of each, is nobody's, and no page is to be compared with all of them for it."""


def anchors_of(plain: Sequence[str], *ways: Sequence[str]) -> bytes:
    """The anchors of every run of eight words in a text, given by its words, as bytes; empty for a text of fewer words.

    ``ways`` are its words in other ways of writing it: of those some fifty in a row hold an anchor, which costs an
    eighth. Nobody writes a quotation so, but whole texts.
    """
    found = _anchors_of(plain, 1) + [hashes for way in ways for hashes in _anchors_of(way, _ONE_IN)]
    return np.unique(np.concatenate(found)).astype("<u8").tobytes() if found else b""


def _anchors_of(plain: Sequence[str], one_in: int) -> list[Hashes]:
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
    return [hashed[size][places[size][::one_in]] for size in SIZES if places[size]]


def hashes_of(letters: str) -> dict[int, Hashes]:
    """The hash at every place of squeezed letters, by the size of the anchor; none where the text is shorter."""
    with np.errstate(over="ignore"):
        powers = _powers(letters, 16)
        return {
            24: _mixed(_joined(powers[16], powers[8], 16, 8), 24),
            14: _mixed(_joined(_joined(powers[8], powers[4], 8, 4), powers[2], 12, 2), 14),
            7: _mixed(_joined(_joined(powers[4], powers[2], 4, 2), powers[1], 6, 1), 7),
        }


def hashes_of_eight(letters: str) -> Hashes:
    """The hash of the eight letters at every place of squeezed letters; none where the text is shorter."""
    with np.errstate(over="ignore"):
        return _mixed(_powers(letters, 8)[8], 8)


@dataclass(frozen=True, slots=True)
class _Layer:
    """Sorted hashes with their owners, and a table of bits by which most others are told apart at once."""

    hashes: Hashes
    owners: Owners
    table: npt.NDArray[np.uint8]
    shift: np.uint64

    @classmethod
    def of(cls, hashes: Hashes, owners: Owners) -> _Layer:
        order = np.argsort(hashes, kind="stable")
        hashes, owners = hashes[order], owners[order]
        bits = max(10, (len(hashes) * _SPARSE).bit_length())
        shift = np.uint64(64 - bits)
        bytes_, marks = _place(hashes >> shift)
        first = np.flatnonzero(np.diff(bytes_, prepend=bytes_[:1] + np.uint64(1)))
        table = np.zeros(1 << (bits - 3), dtype=np.uint8)
        table[bytes_[first]] = np.bitwise_or.reduceat(marks, first)
        return cls(hashes, owners, table, shift)

    def owners_in(self, looked_at: Hashes) -> list[int]:
        """The owners of those of the hashes that are held here, each once; of one that very many own, some."""
        if not len(self.hashes) or not len(looked_at):
            return []
        bytes_, marks = _place(looked_at >> self.shift)
        likely = looked_at[(self.table[bytes_] & marks) != 0]
        first = np.minimum(np.searchsorted(self.hashes, likely, side="left"), len(self.hashes) - 1)
        held = np.unique(first[self.hashes[first] == likely])
        if not len(held):
            return []
        after = np.searchsorted(self.hashes, self.hashes[held], side="right")
        oldest = _places_in(held, np.minimum(after, held + _SOME))
        newest = _places_in(np.maximum(held, after - _SOME), after)
        owners: list[int] = np.unique(self.owners[np.concatenate([oldest, newest])]).tolist()
        return owners


class Anchors:
    """The anchors of many texts, each owned by a number that is used once. Of an anchor that very many own, the owners
    that came first and last are told.

    They lie in layers, each several times as large as the next, so that an anchor is sorted anew a few times only.
    What is added is found from then on. Owners that were dropped are found until enough of them lie there to be
    cleared away: they are for the caller to pass over.
    """

    def __init__(self) -> None:
        self._layers: tuple[_Layer, ...] = ()
        self._owners = 0
        self._dropped: set[int] = set()

    def __len__(self) -> int:
        return sum(len(layer.hashes) for layer in self._layers)

    def add(self, owned: Iterable[tuple[int, bytes]]) -> None:
        """Add the anchors of some texts."""
        parts = [
            (owner, np.frombuffer(prints, dtype="<u8").astype(np.uint64, copy=False))
            for owner, prints in owned
            if prints
        ]
        if not parts:
            return
        self._owners += len(parts)
        hashes = np.concatenate([prints for _, prints in parts])
        owners = np.concatenate([np.full(len(prints), owner, np.uint32) for owner, prints in parts])
        layers = list(self._layers)
        if len(self._dropped) > _DROPPED_AT_LEAST + self._owners // _DROPPED_SHARE:
            hashes, owners = _joined_layers(layers, hashes, owners)
            kept = ~np.isin(owners, np.fromiter(self._dropped, dtype=np.uint32))
            hashes, owners, layers = hashes[kept], owners[kept], []
            self._owners = max(0, self._owners - len(self._dropped))
            self._dropped.clear()
        while layers and len(layers[-1].hashes) < max(_SMALL, _GROWTH * len(hashes)):
            hashes, owners = _joined_layers([layers.pop()], hashes, owners)
        if len(hashes):
            layers.append(_Layer.of(hashes, owners))
        self._layers = tuple(layers)

    def drop(self, owner: int) -> None:
        """Let go of an owner's anchors, now or later."""
        self._dropped.add(owner)

    def owners_in(self, letters: str) -> set[int]:
        """Whose anchors stand in squeezed letters."""
        layers = self._layers
        if not layers:
            return set()
        found: set[int] = set()
        for start in range(0, max(1, len(letters) - SIZES[0] + 1), _WINDOW):
            for hashes in hashes_of(letters[start : start + _WINDOW + SIZES[0] - 1]).values():
                for layer in layers:
                    found.update(layer.owners_in(hashes))
        return found


def _place(numbers: Hashes) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]]:
    """In which byte of a table each number's bit stands, and the byte with that bit alone."""
    return numbers >> _BYTE, np.left_shift(np.uint8(1), (numbers & _IN_BYTE).astype(np.uint8))


def _places_in(starts: Places, ends: Places) -> Places:
    """Every place from each start up to its end."""
    counts = ends - starts
    before = np.repeat(starts - (np.cumsum(counts) - counts), counts)
    return before + np.arange(len(before))


def _joined_layers(layers: Iterable[_Layer], hashes: Hashes, owners: Owners) -> tuple[Hashes, Owners]:
    return (
        np.concatenate([*(layer.hashes for layer in layers), hashes]),
        np.concatenate([*(layer.owners for layer in layers), owners]),
    )


def _joined(one: Hashes, other: Hashes, size: int, other_size: int) -> Hashes:
    """The hashes of stretches of both sizes together."""
    length = max(0, min(len(one), len(other) - size))
    power = np.uint64(pow(int(_BASE), other_size, 1 << 64))
    return one[:length] * power + other[size : size + length]


def _powers(letters: str, largest: int) -> dict[int, Hashes]:
    """The plain hashes of stretches of one letter, two, four and so on up to the largest."""
    codes: npt.NDArray[np.uint8] | npt.NDArray[np.uint32]
    if letters.isascii():
        codes = np.frombuffer(letters.encode("ascii"), dtype=np.uint8)
    else:
        codes = np.frombuffer(letters.encode("utf-32-le", "replace"), dtype="<u4")
    powers, size = {1: codes.astype(np.uint64) + np.uint64(1)}, 1
    while size < largest:
        powers[2 * size] = _joined(powers[size], powers[size], size, size)
        size *= 2
    return powers


def _mixed(hashes: Hashes, size: int) -> Hashes:
    mixed = (hashes ^ (hashes >> _SHIFT)) * _MIX + _SALTS[size]
    return mixed ^ (mixed >> _SHIFT)
