"""The withheld text: whether a run of its words stands in another text, in any form."""

from __future__ import annotations

import codecs
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, compress, repeat
from operator import itemgetter

from pennypress.pages.decoding import forms
from pennypress.pages.packed import TooMuch, Work
from pennypress.pages.telling import tell
from pennypress.pages.words import squeeze, words

RUN = 8
"""So many words in a row are a run."""

UNSPACED_RUN = 2 * RUN
"""In scripts without spaces each letter counts as a word, but a word has about two: eight letters are a name."""

_LONG_RUN = 19
_SHORT_WORDS = 1.5
_STEPS = (256, 16, 1)
_COMPARISONS = 60_000
_GLANCES = 400_000
_BRIEF = 4096
_BETWEEN_WAYS = "\x00"
_BARRIER = "\x01"
_WIDEST = 4


def ways_of(text: str) -> list[list[str]]:
    """The words of a text in each way of writing them that no look at another text undoes: as they are, backwards, and
    by rot13."""
    plain, rotated = words(text), words(codecs.encode(text, "rot13"))
    backwards = [word[::-1] for word in reversed(plain)]
    return [plain, backwards, rotated] if len(rotated) == len(plain) else [plain, backwards]


def is_unspaced(plain: Sequence[str]) -> bool:
    """Whether most of a text, given by its words, is written in a script without spaces."""
    return sum(map(len, plain)) < _SHORT_WORDS * len(plain)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pieces ``first`` to ``last`` (both within) that hold ``words`` words of the withheld text in a row."""

    first: int
    last: int
    words: int


@dataclass(frozen=True, slots=True)
class _Tier:
    """Runs of at least ``shortest`` letters, any of which holds a whole block of ``size`` at every multiple of it.

    ``spans`` are the places of the laid-out text that they cover.
    """

    shortest: int
    size: int
    spans: tuple[tuple[int, int], ...]

    def covers(self, place: int) -> bool:
        """Whether a block at a place of the laid-out text stands whole in a span."""
        at = bisect_right(self.spans, place, key=itemgetter(0)) - 1
        return at >= 0 and place + self.size <= self.spans[at][1]


class Withheld:
    """The text that must not leave, less the runs of words that also stand in what is kept.

    A run is eight words in a row that tell something; the whole text where it is shorter. In scripts without spaces
    each letter is a word; ``unspaced`` says that most of the text is written so.
    """

    def __init__(self, withheld: str, kept: str) -> None:
        self._clean: set[bytes] = set()
        self._places: dict[str, list[int]] = {}
        self._blocks: dict[int, frozenset[str]] = {}
        self._resting = False
        plain = words(withheld)
        self.words = len(plain)
        self.unspaced = is_unspaced(plain)
        self._run = min(RUN, self.words)
        free = squeeze(kept)
        telling = tell(plain, RUN) if self._run == RUN else repeat(True)
        wanted = [tells and run not in free for run, tells in zip(self._runs_of(plain), telling, strict=False)]
        _, backwards, *rotated = ways_of(withheld)
        self._lay_out([(plain, wanted), (backwards, wanted[::-1]), *((way, wanted) for way in rotated)])

    def in_text(self, text: str) -> bool:
        """Whether a run stands in the text in any of its forms; also True when it unpacks to more than can be read."""
        return self.words_in(text) > 0

    def words_in(self, text: str) -> int:
        """How many words of it a run is long that stands in the text in any of its forms; 0 when none does.

        When the text unpacks to more than can be read, all of them.
        """
        if self.is_short(text):
            return 0
        work = Work(len(text), self._clean)
        try:
            for form in forms(text, work):
                for _, _, count in self._matches(form):
                    return count
        except TooMuch:
            return self.words
        self._clean = work.seen
        return 0

    def stands_within(self, squeezed: str) -> bool:
        """Whether a run stands in a squeezed text; True too where that repeats itself beyond what can be compared."""
        if not self._tiers or len(squeezed) < self._shortest:
            return False
        try:
            return next(self._matches(squeezed), None) is not None
        except TooMuch:
            return True

    def words_within(self, squeezed: str) -> int:
        """How many words of it stand in runs in a squeezed text, all together; 0 when none does."""
        return self.rows_within(squeezed, RUN)[0]

    def rows_within(self, squeezed: str, *rows: int) -> tuple[int, ...]:
        """How many words of it stand in a squeezed text in rows of at least so many words, for each of ``rows``."""
        if not self._tiers or len(squeezed) < self._shortest:
            return (0,) * len(rows)
        counts: list[int] = []
        done = 0
        try:
            for start, end, count in sorted(self._matches(squeezed)):
                if start >= done:
                    counts.append(count)
                done = max(done, end)
        except TooMuch:
            return (self.words,) * len(rows)
        return tuple(min(self.words, sum(count for count in counts if count >= min(row, self.words))) for row in rows)

    def rest(self) -> None:
        """Let go of what makes looking at whole pages fast, so as to be kept for long: brief texts do without it."""
        self._clean = set()
        self._places = {}
        self._blocks = {}
        self._resting = True

    def is_short(self, text: str) -> bool:
        """Whether a text is too short to hold a run in any form: the cheap test before the others."""
        return not self._tiers or len(text) * (1 if text.isascii() else _WIDEST) < self._shortest

    def stretches(self, pieces: Sequence[str | None]) -> tuple[Stretch, ...]:
        """Where runs stand in pieces of plain text that follow each other; None is a piece that no run reaches over."""
        if not self._tiers:
            return ()
        squeezed = [_BARRIER if piece is None else squeeze(piece) for piece in pieces]
        starts = list(accumulate((len(piece) for piece in squeezed), initial=0))
        found = []
        with suppress(TooMuch):
            for start, end, count in self._matches("".join(squeezed)):
                first = bisect_right(starts, start) - 1
                found.append(Stretch(first, bisect_left(starts, end) - 1, count))
        return tuple(found)

    def _runs_of(self, some: list[str]) -> Iterator[str]:
        """Every run of these words, squeezed, by the place of its first word."""
        for first in range(len(some) - self._run + 1 if self._run else 0):
            yield "".join(some[first : first + self._run])

    def _lay_out(self, ways: list[tuple[list[str], list[bool]]]) -> None:
        """Lay the ways of writing the text (as it is, rot13, reversed) side by side, and sample their runs into blocks.

        Any occurrence of a run of at least 2k - 1 letters holds a whole block of k letters at a multiple of k in
        the text looked at, so only every k-th block of that text is looked up.
        """
        self._text = _BETWEEN_WAYS.join("".join(way) for way, _ in ways)
        self._starts = array("I")
        self._ends = array("I")
        wanted_runs: list[bool] = []
        long: list[tuple[int, int]] = []
        short: list[tuple[int, int]] = []
        at = 0
        for way, wanted in ways:
            edges = list(accumulate((len(word) for word in way), initial=at))
            self._starts.extend(edges[:-1])
            self._ends.extend(edges[1:])
            wanted_runs += wanted + [False] * (len(way) - len(wanted))
            for first in (first for first, is_wanted in enumerate(wanted) if is_wanted):
                start, end = edges[first], edges[first + self._run]
                (long if end - start >= _LONG_RUN else short).append((start, end))
            at = edges[-1] + len(_BETWEEN_WAYS)
        self._run_starts = array("I", (start for start, _ in sorted(long + short)))
        self._run_ends = array("I", (end for _, end in sorted(long + short)))
        self._wanted_before = array("I", accumulate(wanted_runs, initial=0))
        self._tiers = tuple(_tier(spans) for spans in (long, short) if spans)
        self._shortest = min((tier.shortest for tier in self._tiers), default=0)

    def _stands_at(self, place: int, size: int, text: str, at: int) -> bool:
        """Whether a wanted run around a block of the laid-out text stands around the same block of a text."""
        for number in range(bisect_left(self._run_ends, place + size), len(self._run_starts)):
            start = self._run_starts[number]
            if start > place:
                break
            if start - place + at >= 0 and text.startswith(
                self._text[start : self._run_ends[number]], start - place + at
            ):
                return True
        return False

    def _blocks_of(self, tier: _Tier) -> frozenset[str]:
        """Every block of a tier's runs."""
        blocks = self._blocks.get(tier.size)
        if blocks is None:
            self._resting = False
            places = (at for start, end in tier.spans for at in range(start, end - tier.size + 1))
            blocks = frozenset(self._text[at : at + tier.size] for at in places)
            self._blocks[tier.size] = blocks
        return blocks

    def _matches(self, text: str) -> Iterator[tuple[int, int, int]]:
        """(start, end, words) of each longest row of words in a squeezed text that holds a run. Raises TooMuch."""
        comparisons = glances = 0
        for tier in self._tiers:
            done = 0
            compared: dict[int, int] = {}  # how far to the right, by the distance between the two texts
            for at in self._hits(tier, text):
                if at < done:
                    continue
                for place in self._places_of(text[at : at + tier.size], tier):
                    if at < compared.get(place - at, 0):
                        continue
                    glances += 1
                    if glances > _GLANCES:
                        raise TooMuch
                    if not self._stands_at(place, tier.size, text, at):
                        continue
                    left, right = _extent(self._text, place, text, at, tier.size)
                    compared[place - at] = at + right
                    comparisons += 1 + (left + right) // 64
                    if comparisons > _COMPARISONS:
                        raise TooMuch
                    first, after = self._whole_words(place - left, place + right)
                    if self._holds_run(first, after):
                        yield at + self._starts[first] - place, at + self._ends[after - 1] - place, after - first
                        done = at + right
                        break

    def _hits(self, tier: _Tier, text: str) -> Iterable[int]:
        """Places of a squeezed text that hold a block of a tier: at least one of them in every run."""
        size = tier.size
        if len(text) <= _BRIEF and self._resting:
            own = {text[at : at + size] for at in range(len(text) - size + 1)}
            found = [block for start, end in tier.spans for block in _cut(self._text[start:end], size) if block in own]
            return sorted({at for block in found for at in _all_places(block, text)})
        blocks = _cut(text, size)
        hits = self._blocks_of(tier).intersection(blocks)
        if not hits:
            return ()
        return compress(range(0, len(blocks) * size, size), map(hits.__contains__, blocks))

    def _places_of(self, block: str, tier: _Tier) -> list[int]:
        """Where a block stands in the runs of a tier in the laid-out text."""
        places = self._places.get(block)
        if places is None:
            places = self._places[block] = [place for place in _all_places(block, self._text) if tier.covers(place)]
        return places

    def _whole_words(self, start: int, end: int) -> tuple[int, int]:
        """The first of the words that stand whole between two places of the laid-out text, and the one behind them."""
        return bisect_left(self._starts, start), bisect_right(self._ends, end)

    def _holds_run(self, first: int, after: int) -> bool:
        last_run = after - self._run
        return last_run >= first and self._wanted_before[last_run + 1] > self._wanted_before[first]


def _tier(runs: list[tuple[int, int]]) -> _Tier:
    shortest = min(end - start for start, end in runs)
    spans: list[tuple[int, int]] = []
    for start, end in runs:
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return _Tier(shortest, (shortest + 1) // 2, tuple(spans))


def _cut(text: str, size: int) -> list[str]:
    """A text in blocks of a size, without what is left over."""
    return [text[at : at + size] for at in range(0, len(text) - size + 1, size)]


def _all_places(block: str, text: str) -> Iterator[int]:
    place = text.find(block)
    while place >= 0:
        yield place
        place = text.find(block, place + 1)


def _extent(known: str, place: int, text: str, at: int, size: int) -> tuple[int, int]:
    """How far two texts agree to the left of two places and to the right of them.

    Many letters at a time, then fewer: text that repeats itself agrees with itself nearly everywhere.
    """
    left, right = 0, size
    most_left, most_right = min(place, at), min(len(known) - place, len(text) - at)
    for step in _STEPS:
        while (more := left + step) <= most_left and known[place - more : place - left] == text[at - more : at - left]:
            left = more
        while (more := right + step) <= most_right and (
            known[place + right : place + more] == text[at + right : at + more]
        ):
            right = more
    return left, right
