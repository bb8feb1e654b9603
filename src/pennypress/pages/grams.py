"""The stretches of eight letters that stand in a text: by these a run of words that does not is ruled out at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from pennypress.pages.anchors import hashes_of_eight
from pennypress.pages.withheld import RUN, UNSPACED_RUN, is_unspaced, ways_of

_SIZE = RUN
"""Each run of eight words holds a stretch of so many letters, however short its words are."""

_WINDOW = 262_144
_HIGH = np.uint64(32)

Hashes = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grams:
    """The hashes of all stretches of eight letters in a text in all its forms, sorted, each once: a run of words of
    which one of these is missing does not stand there."""

    hashes: Hashes

    def hold(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Which of these hashes are among them."""
        if not len(self.hashes):
            return np.zeros(len(hashes), np.bool_)
        places = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        held: npt.NDArray[np.bool_] = self.hashes[places] == hashes
        return held


class GramsOf:
    """Gathers those of a text from its forms."""

    def __init__(self) -> None:
        self._parts: list[Hashes] = []

    def add(self, letters: str) -> None:
        """Add those of a form, given by its squeezed letters."""
        for start in range(0, max(1, len(letters) - _SIZE + 1), _WINDOW):
            self._parts.append(_each_once(_short(letters[start : start + _WINDOW + _SIZE - 1])))

    def gathered(self) -> Grams:
        """What was gathered."""
        return Grams(_each_once(np.concatenate(self._parts)) if self._parts else np.empty(0, np.uint32))


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of words of a text that became known or is known no more. ``first`` and ``after`` bound, for each run,
    the places of its stretches of eight letters in ``hashes``."""

    hashes: Hashes
    first: Places
    after: Places

    @classmethod
    def of(cls, text: str) -> Iterator[Runs]:
        """All runs of eight words of a text, once for each way of writing it."""
        for way in ways_of(text):
            yield cls._of(way, RUN)

    @classmethod
    def withheld(cls, text: str) -> Iterator[Runs]:
        """The runs of a withheld text that the guard acts on, once for each way of writing it."""
        for way in ways_of(text):
            yield cls._of(way, min(len(way), UNSPACED_RUN) if is_unspaced(way) else RUN)

    @classmethod
    def _of(cls, plain: Sequence[str], run: int) -> Runs:
        edges = np.fromiter(accumulate((len(word) for word in plain), initial=0), np.int64)
        return cls(_short("".join(plain)), edges[:-run], edges[run:] - _SIZE + 1)

    @property
    def size(self) -> int:
        """How many stretches it has."""
        return len(self.hashes)

    def may_stand_in(self, grams: Grams) -> bool:
        """Whether any of the runs may stand in a text with these stretches."""
        if not len(self.first):
            return False
        missing = np.concatenate(([0], np.cumsum(~grams.hold(self.hashes))))
        return bool((missing[self.after] == missing[self.first]).any())


def _each_once(hashes: Hashes) -> Hashes:
    """Sorted, each once. numpy's own ``unique`` takes five times as long for so many different ones."""
    hashes = np.sort(hashes)
    return hashes[np.concatenate(([True], hashes[1:] != hashes[:-1]))] if len(hashes) else hashes


def _short(letters: str) -> Hashes:
    """The hash at every place, shortened: in twice the memory they would tell hardly more."""
    return (hashes_of_eight(letters) >> _HIGH).astype(np.uint32)
