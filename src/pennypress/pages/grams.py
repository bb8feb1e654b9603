"""The stretches of twelve letters that stand in a text: by these a run of words that does not is ruled out at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from pennypress.pages.anchors import hashes_of_twelve
from pennypress.pages.withheld import RUN
from pennypress.pages.words import words

_SIZE = 12
_WINDOW = 262_144
_PICKED = np.uint64(1)
_HIGH = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Grams:
    """The hashes of half of all stretches of twelve letters in a text in all its forms, sorted, each once: a run of
    words of which one of these is missing does not stand there."""

    hashes: npt.NDArray[np.uint32]

    def hold(self, hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
        """Which of these hashes are among them."""
        if not len(self.hashes):
            return np.zeros(len(hashes), np.bool_)
        places = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        held: npt.NDArray[np.bool_] = self.hashes[places] == hashes
        return held


class GramsOf:
    """Gathers those of a text from its forms."""

    def __init__(self) -> None:
        self._parts: list[npt.NDArray[np.uint32]] = []

    def add(self, letters: str) -> None:
        """Add those of a form, given by its squeezed letters."""
        for start in range(0, max(1, len(letters) - _SIZE + 1), _WINDOW):
            hashed = hashes_of_twelve(letters[start : start + _WINDOW + _SIZE - 1])
            self._parts.append(np.unique((hashed[(hashed & _PICKED) == 0] >> _HIGH).astype(np.uint32)))

    def within(self, size: int) -> Grams | None:
        """What was gathered; None where it would take more bytes than this."""
        gathered = Grams(np.unique(np.concatenate(self._parts)) if self._parts else np.empty(0, np.uint32))
        return gathered if gathered.hashes.nbytes <= size else None


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of eight words of a text that became known or is known no more. ``first`` and ``after`` bound, for each
    run, the places of its stretches of twelve letters in ``hashes``; ``picked`` says which of those count."""

    hashes: npt.NDArray[np.uint32]
    picked: npt.NDArray[np.bool_]
    first: npt.NDArray[np.int64]
    after: npt.NDArray[np.int64]

    @classmethod
    def of(cls, text: str) -> Runs:
        """Those of a text."""
        plain = words(text)
        edges = np.fromiter(accumulate((len(word) for word in plain), initial=0), np.int64)
        hashed = hashes_of_twelve("".join(plain))
        first, ends = edges[:-RUN], edges[RUN:]
        after = np.maximum(first, ends - _SIZE + 1)
        bounds = (np.minimum(places, len(hashed)) for places in (first, after))
        return cls((hashed >> _HIGH).astype(np.uint32), (hashed & _PICKED) == 0, *bounds)

    def may_stand_in(self, grams: Grams) -> bool:
        """Whether any of the runs may stand in a text with these stretches. One too short to hold a stretch may
        always."""
        if not len(self.first):
            return False
        missing = np.concatenate(([0], np.cumsum(self.picked & ~grams.hold(self.hashes))))
        return bool((missing[self.after] == missing[self.first]).any())
