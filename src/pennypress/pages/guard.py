"""The leak guard's knowledge: which articles withhold which text, and whose withheld text stands in an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock

from pennypress.core.article import Access, Article
from pennypress.core.known import KnownText, pack
from pennypress.pages.anchors import Anchors, anchors_of
from pennypress.pages.grams import Grams, GramsOf
from pennypress.pages.history import History
from pennypress.pages.kept import Kept
from pennypress.pages.latest import Latest
from pennypress.pages.looking import forms_of
from pennypress.pages.naming import extends
from pennypress.pages.packed import TooMuch
from pennypress.pages.withheld import RUN, UNSPACED_RUN, Withheld, ways_of
from pennypress.pages.words import words

_MADE_AT_MOST = 512
_AWAKE_AT_MOST = 64
_LONG_ROW = 24
_COLLECTED_AT_LEAST = 40
_MUCH = 5
"""Who shares less than a fifth of an article's runs holds no half of what it withholds: there is nothing to compare."""
_PARTS_AT_MOST = 64
_GRAMS_BYTES = 48_000_000
_LONGEST_WITH_GRAMS = 1_000_000
_DEARER = 4
"""News with more stretches than so many times a text's are not held against it: to look again costs little more."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Withheld text of an article in an answer: which article and part, how many of its words stand there in runs, and
    how many in rows so long that they are no turn of phrase."""

    known: KnownText
    withheld: Withheld
    words: int
    in_long_rows: int

    @property
    def article(self) -> Article:
        """Whose text it is."""
        return self.known.article

    @property
    def most(self) -> bool:
        """Whether at least half of what the article withholds stands there."""
        return self.in_long_rows * 2 >= self.withheld.words


@dataclass(frozen=True, slots=True)
class _Runs:
    """The hashes of the runs of eight words of a page, its headlines among them, and of what it withholds; of its long
    rows too, those withheld in their order. ``words`` is how many words it withholds."""

    all: frozenset[int]
    withheld: frozenset[int]
    long: frozenset[int]
    long_withheld: tuple[int, ...]
    words: int

    @classmethod
    def of(cls, known: KnownText) -> _Runs:
        shown, withheld = (words(text) for text in known.texts)
        own = frozenset(_hashed(withheld, RUN))
        headlines = (run for line in known.headlines for run in _hashed(words(line), RUN))
        return cls(
            own.union(_hashed(shown + withheld, RUN), headlines),
            own,
            frozenset(_hashed(shown + withheld, _LONG_ROW)),
            tuple(_hashed(withheld, _LONG_ROW)),
            len(withheld),
        )

    def hold_most_of(self, other: _Runs) -> bool:
        """Whether this page holds at least half of what another withholds, in rows so long that they are no turn of
        phrase: reports that are written after one pattern are articles each."""
        if not other.long_withheld:
            return bool(other.withheld) and other.withheld <= self.all
        covered = done = 0
        for first, row in enumerate(other.long_withheld):
            if row in self.long:
                covered += first + _LONG_ROW - max(done, first)
                done = first + _LONG_ROW
        return covered * 2 >= other.words


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in a text, and in which state of what is known. ``number`` is that of its grams, by which what is
    learned afterwards may be ruled out; None where it has none."""

    generation: int
    sightings: tuple[Sighting, ...]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class _Owned:
    """What an article withholds less the runs that are nobody's, as these were in a state of what is known."""

    withheld: Withheld
    nobodys: frozenset[int]
    generation: int


_Found = tuple[KnownText, int, int]
"""Whose text it is, how many of its words stand there in runs, and how many in long rows."""


class Guard:
    """What is known of all articles. One thread learns at a time; others may look at answers meanwhile."""

    def __init__(self) -> None:
        self.generation = 0
        self._known: dict[int, KnownText] = {}
        self._withholding: set[int] = set()
        self._slots: dict[tuple[str, str], int] = {}
        self._parts: dict[str, frozenset[int]] = {}
        self._withheld = Anchors()
        self._shown = Anchors()
        self._next = 0
        self._history = History()
        self._grams: Kept[int, Grams] = Kept(_GRAMS_BYTES)
        self._last_number = 0
        self._made: Latest[Withheld] = Latest(_MADE_AT_MOST)
        self._owned: Latest[_Owned] = Latest(_MADE_AT_MOST)
        self._runs: Latest[_Runs] = Latest(_MADE_AT_MOST)
        self._awake: Latest[Withheld] = Latest(_AWAKE_AT_MOST)
        self._lock = Lock()
        self._one_learns = Lock()

    @property
    def watches(self) -> bool:
        """Whether any article is known to withhold anything."""
        return len(self._withheld) > 0

    def knows(self, key: str) -> bool:
        """Whether the article of a key is known, be it free."""
        return key in self._parts

    def holds(self, known: KnownText) -> bool:
        """Whether just this is known."""
        return self.known_as(known.name) == _without_prints(known)

    def known_as(self, name: tuple[str, str]) -> KnownText | None:
        """What is known under a name, less its fingerprints; None for nothing. Where it is just being replaced, what
        takes its place."""
        while (slot := self._slots.get(name)) is not None:
            known = self._known.get(slot)
            if known is not None:
                return known
        return None

    def withholds(self, key: str) -> bool:
        """Whether the first page of an article is known to withhold something."""
        return self._slots.get((key, "")) in self._withholding

    def article(self, key: str) -> KnownText | None:
        """What is known of the first page of an article; None for one not known."""
        return self.known_as((key, ""))

    def part_of(self, key: str, page: str, language: str) -> str:
        """Under which part what a page of an article says in a language is kept: beside what the same page is known to
        say in another one, and in the place of what it said in this one."""
        held = self.known_as((key, page))
        known = "" if held is None else held.language
        return f"{page} {language}".strip() if known and language and known != language else page

    def age(self, name: tuple[str, str]) -> int:
        """A number that is the smaller the earlier what is known under a name was taken up; -1 for nothing."""
        return self._slots.get(name, -1)

    def learn(self, texts: Iterable[KnownText]) -> None:
        """Know these texts from now on, each in the place of what was known under its name. Who looks meanwhile finds
        what was known before or what is known now, never neither."""
        with self._one_learns:
            fresh: dict[tuple[str, str], KnownText] = {}
            for known in texts:
                fresh.pop(known.name, None)
                if not self.holds(known):
                    fresh[known.name] = known
            if fresh:
                self._take_up(list(fresh.values()))

    def _take_up(self, texts: Sequence[KnownText]) -> None:
        first, self._next = self._next, self._next + len(texts)
        new = dict(enumerate(texts, first))
        self._withheld.add((slot, known.withheld_prints) for slot, known in new.items())
        self._shown.add((slot, known.shown_prints) for slot, known in new.items())
        self._withholding.update(slot for slot, known in new.items() if known.withholds)
        self._known = {**self._known, **{slot: _without_prints(known) for slot, known in new.items()}}
        gone: dict[int, KnownText] = {}
        for slot, known in new.items():
            old, self._slots[known.name] = self._slots.get(known.name), slot
            parts = self._parts.get(known.article.key, frozenset())
            self._parts[known.article.key] = (parts - {old}) | {slot}
            if old is not None:
                gone[old] = self._known[old]
        self._known = {slot: known for slot, known in self._known.items() if slot not in gone}
        for slot in gone:
            self._withholding.discard(slot)
            self._withheld.drop(slot)
            self._shown.drop(slot)
        self._history = self._history.with_news(self.generation + 1, texts, list(gone.values()))
        self.generation += 1

    def adds_nothing(self, known: KnownText) -> bool:
        """Whether a later part of an article withholds nothing that is not known of its other parts; or there are more
        of them than an article has pages, so that whoever makes up addresses cannot make up parts without end."""
        held_now = self._known
        others = {slot: held_now[slot] for slot in self._parts.get(known.article.key, ()) if slot in held_now}
        others = {slot: other for slot, other in others.items() if other.part != known.part}
        if not known.part or not others:
            return False
        if len(others) >= _PARTS_AT_MOST:
            return True
        held = {run for slot, other in others.items() for run in self._runs_of(slot, other).all}
        return held.issuperset(_hashed(words(known.texts[1]), RUN))

    def alike(self, one: KnownText, other: KnownText) -> bool:
        """Whether two articles withhold mostly the same: one article under two keys, learned at the same moment."""
        slots = [self._slots.get(known.name) for known in (one, other)]
        if slots[0] is None or slots[1] is None:
            return False
        return self._are_twins(slots[0], one, slots[1], other)

    def look(self, text: str) -> tuple[Sighting, ...]:
        """Whose withheld text stands in a text, in any form that it may be read in; runs of eight words at least.

        Text that stands in a free article, in what another article shows or its page calls itself, or in the bodies of
        two articles, is nobody's. What a text unpacks to beyond all proportion is not looked at; all else in it is.
        """
        found: dict[int, _Found] = {}
        if self.watches:
            with suppress(TooMuch):
                for form in forms_of(text):
                    self._look_at(form, found)
        return self._sightings(found)

    def look_again(self, text: Callable[[], str], before: Looked | None) -> Looked:
        """What is found in a text that is looked at again and again as more is learned; the second time it is noted by
        what later lessons may be ruled out."""
        generation = self.generation
        if before is None or not self.watches:
            return Looked(generation, self.look(text()))
        told, grams = text(), GramsOf()
        if len(told) > _LONGEST_WITH_GRAMS:
            return Looked(generation, self.look(told))
        found: dict[int, _Found] = {}
        try:
            for form in forms_of(told):
                self._look_at(form, found)
                grams.add(form)
        except TooMuch:
            return Looked(generation, self._sightings(found))
        sightings = self._sightings(found)
        return Looked(generation, sightings, None if sightings else self._numbered(grams.gathered()))

    def _numbered(self, grams: Grams) -> int:
        with self._lock:
            self._last_number += 1
            self._grams.put(self._last_number, grams, grams.hashes.nbytes)
            return self._last_number

    def ruled_out(self, before: Looked) -> Looked | None:
        """What is found in a text in which nothing was found before, and nothing new can stand: nothing. None where the
        text is to be looked at again, or where that would cost hardly more."""
        generation = self.generation
        if before.number is None:
            return None
        with self._lock:
            grams = self._grams.get(before.number)
        news = self._history.after(before.generation)
        if grams is None or news is None or sum(runs.size for runs in news) > _DEARER * len(grams.hashes):
            return None
        if any(runs.may_stand_in(grams) for runs in news):
            return None
        return replace(before, generation=generation)

    def _sightings(self, found: Mapping[int, _Found]) -> tuple[Sighting, ...]:
        sightings = {
            known.name: Sighting(known, self._owned_of(slot, known), count, long)
            for slot, (known, count, long) in sorted(found.items())
        }
        return tuple(sightings[name] for name in sorted(sightings))

    def _look_at(self, form: str, found: dict[int, _Found]) -> None:
        all_known = self._known
        for slot in self._withheld.owners_in(form):
            known = all_known.get(slot)
            if known is None:
                continue
            held = found.get(slot, (known, 0, 0))
            made = self._made_of(slot, known)
            if held[2] * 2 >= made.words:
                continue  # more of it than this need not be found
            if slot not in self._owned and not self._rows_of(made, form)[0]:
                continue
            count, long = self._rows_of(self._owned_of(slot, known), form)
            if count:
                found[slot] = (known, max(held[1], count), max(held[2], long))

    def _rows_of(self, made: Withheld, form: str) -> tuple[int, int]:
        """How many words of what is withheld stand in a form in runs, and how many in long rows."""
        self._note_used(made)
        count, long = made.rows_within(form, UNSPACED_RUN if made.unspaced else RUN, _LONG_ROW)
        return count, long

    def _note_used(self, made: Withheld) -> None:
        """Let all but the texts that were looked for last go of what makes that fast: half a megabyte an article."""
        with self._lock:
            tired = self._awake.put(id(made), made)
            if tired is not None:
                tired.rest()

    def _made_of(self, slot: int, known: KnownText) -> Withheld:
        """What an article withholds, compared with nothing but itself."""
        with self._lock:
            made = self._made.get(slot)
            if made is None:
                shown, withheld = known.texts
                made = Withheld(withheld, "\n".join((*known.headlines, shown)))
                made.rest()
                self._made.put(slot, made)
            return made

    def _owned_of(self, slot: int, known: KnownText) -> Withheld:
        """What an article withholds less what is nobody's; made anew only where other runs are nobody's than before."""
        generation = self.generation
        with self._lock:
            owned = self._owned.get(slot)
        if owned is not None and owned.generation == generation:
            return owned.withheld
        plain = words(known.texts[1])
        nobodys = self._nobodys(slot, known, "".join(plain))
        if owned is not None and owned.nobodys == nobodys:
            withheld = owned.withheld
        elif nobodys:
            shown, text = known.texts
            shared = (run for run in _rows(plain, RUN) if hash(run) in nobodys)
            withheld = Withheld(text, "\n".join((*known.headlines, shown, *shared)))
            withheld.rest()
        else:
            withheld = self._made_of(slot, known)
        with self._lock:
            self._owned.put(slot, _Owned(withheld, nobodys, generation))
        return withheld

    def _nobodys(self, slot: int, known: KnownText, letters: str) -> frozenset[int]:
        """The runs of what an article withholds, in squeezed ``letters``, that stand in another article too; and, of
        a later part, those that the first page shows: a site that knows no page 2 answers with the first once more."""
        own = self._runs_of(slot, known)
        first = self.article(known.article.key) if known.part else None
        shared = set() if first is None else set(own.withheld.intersection(_hashed(words(first.texts[0]), RUN)))
        for other in self._withheld.owners_in(letters) | self._shown.owners_in(letters):
            text = self._known.get(other)
            if text is None or text.article.key == known.article.key or self._belongs(other, text, known):
                continue
            runs = self._runs_of(other, text)
            both = runs.all & own.withheld
            if len(both) * _MUCH < len(own.withheld) or not self._is_no_second(own, other, runs):
                shared |= both
        return frozenset(shared)

    def _belongs(self, other: int, text: KnownText, known: KnownText) -> bool:
        """Whether a brief stands at an address that extends an article's, as a page of comments does: what it quotes
        makes no second article, whichever of the two was read first."""
        if other in self._withholding or text.article.access is Access.FREE:
            return False
        return extends(text.article.key, known.article.key)

    def _is_no_second(self, own: _Runs, other: int, runs: _Runs) -> bool:
        """Whether an article that holds most of what another withholds is its twin, or a page that is an article by its
        address and collects whole ones, as an archive does: it makes no second article. What a few sentences of an
        agency have in common with a longer article, it does."""
        if other not in self._withholding or not runs.hold_most_of(own):
            return False
        return own.words >= _COLLECTED_AT_LEAST + RUN - 1 or own.hold_most_of(runs)

    def _are_twins(self, slot: int, known: KnownText, other: int, text: KnownText) -> bool:
        """Whether each of two articles holds at least half of what the other withholds."""
        if not self._withholding.issuperset((slot, other)):
            return False
        own, runs = self._runs_of(slot, known), self._runs_of(other, text)
        return own.hold_most_of(runs) and runs.hold_most_of(own)

    def _runs_of(self, slot: int, known: KnownText) -> _Runs:
        """The runs of eight words of a page."""
        with self._lock:
            runs = self._runs.get(slot)
            if runs is None:
                runs = _Runs.of(known)
                self._runs.put(slot, runs)
            return runs


def known_text(
    article: Article, address: str, part: str, shown: str, withheld: str, language: str = "", headlines: str = ""
) -> KnownText:
    """What is known of a page's text once it was read. Fewer than eight words are no run, so they are not withheld."""
    known = KnownText(
        article=article,
        address=address,
        part=part,
        packed=pack(shown, withheld, language, headlines),
        withheld_prints=anchors_of(*ways_of(withheld)),
        shown_prints=b"",
    )
    return replace(known, shown_prints=anchors_of(words("\n".join((*known.headlines, shown)))))


def _without_prints(known: KnownText) -> KnownText:
    """The same less its fingerprints, which follow from its texts: they are kept once, among the anchors."""
    return replace(known, withheld_prints=b"", shown_prints=b"")


def _rows(plain: list[str], length: int) -> Iterator[str]:
    """Every row of so many words."""
    for first in range(len(plain) - length + 1):
        yield " ".join(plain[first : first + length])


def _hashed(plain: list[str], length: int) -> Iterator[int]:
    """The hash of every row of so many words."""
    return map(hash, _rows(plain, length))
