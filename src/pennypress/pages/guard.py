"""The leak guard's knowledge: which articles withhold which text, and whose withheld text stands in an answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from threading import Lock
from typing import TypeVar

from pennypress.core.article import Article
from pennypress.core.known import KnownText, pack
from pennypress.pages.anchors import Anchors, anchors_of
from pennypress.pages.looking import forms_of
from pennypress.pages.packed import TooMuch
from pennypress.pages.withheld import RUN, Withheld
from pennypress.pages.words import squeeze, words

Value = TypeVar("Value")

_MADE_AT_MOST = 512
_AWAKE_AT_MOST = 64
_LONG_ROW = 24
_COLLECTED_AT_LEAST = 40
_MUCH = 5
"""Who shares less than a fifth of an article's runs holds no half of what it withholds: there is nothing to compare."""
_UNSPACED_ROW = 2 * RUN
"""In scripts without spaces each letter counts as a word, but a word has about two: eight letters are a name."""
_PARTS_AT_MOST = 64


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


class Guard:
    """What is known of all articles. One thread learns at a time; others may look at answers meanwhile."""

    def __init__(self) -> None:
        self.generation = 0
        self._known: dict[int, KnownText] = {}
        self._withholding: set[int] = set()
        self._slots: dict[tuple[str, str], int] = {}
        self._parts: dict[str, set[int]] = {}
        self._withheld = Anchors()
        self._shown = Anchors()
        self._next = 0
        self._made: OrderedDict[int, Withheld] = OrderedDict()
        self._owned: OrderedDict[tuple[int, int], Withheld] = OrderedDict()
        self._runs: OrderedDict[int, frozenset[str]] = OrderedDict()
        self._long_rows: OrderedDict[int, frozenset[int]] = OrderedDict()
        self._awake: OrderedDict[int, Withheld] = OrderedDict()
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
        slot = self._slots.get(known.name)
        return slot is not None and self._known[slot] == _without_prints(known)

    def withholds(self, key: str) -> bool:
        """Whether the first page of an article is known to withhold something."""
        return self._slots.get((key, "")) in self._withholding

    def article(self, key: str) -> KnownText | None:
        """What is known of the first page of an article; None for one not known."""
        slot = self._slots.get((key, ""))
        return None if slot is None else self._known[slot]

    def learn(self, texts: Iterable[KnownText]) -> None:
        """Know these texts from now on, each in the place of what was known under its name.

        Others look on meanwhile: what takes the place of something is found before that is let go, and an article is
        said to be known once its text is found.
        """
        with self._one_learns:
            added: list[tuple[int, KnownText]] = []
            for known in texts:
                if self.holds(known):
                    continue
                slot, self._next = self._next, self._next + 1
                self._known[slot] = _without_prints(known)
                if known.withholds:
                    self._withholding.add(slot)
                added.append((slot, known))
            if not added:
                return
            self._withheld.add((slot, known.withheld_prints) for slot, known in added)
            self._shown.add((slot, known.shown_prints) for slot, known in added)
            for slot, known in added:
                self._put_in_place(slot, known)
            self.generation += 1

    def _put_in_place(self, slot: int, known: KnownText) -> None:
        old, self._slots[known.name] = self._slots.get(known.name), slot
        parts = self._parts.setdefault(known.article.key, set())
        parts.add(slot)
        if old is not None:
            parts.discard(old)
            del self._known[old]
            self._withholding.discard(old)
            self._withheld.drop(old)
            self._shown.drop(old)

    def adds_nothing(self, known: KnownText) -> bool:
        """Whether a later part of an article withholds nothing that is not known of its other parts; or there are more
        of them than an article has pages, so that whoever makes up addresses cannot make up parts without end."""
        slots = [slot for slot in self._parts.get(known.article.key, ()) if self._known[slot].part != known.part]
        if not known.part or not slots:
            return False
        if len(slots) >= _PARTS_AT_MOST:
            return True
        held = {run for slot in slots for run in self._runs_of(slot, self._known[slot])}
        return held.issuperset(_rows(words(known.texts[1]), RUN))

    def alike(self, one: KnownText, other: KnownText) -> bool:
        """Whether two articles withhold mostly the same: one article under two keys, learned at the same moment."""
        slots = [self._slots.get(known.name) for known in (one, other)]
        if slots[0] is None or slots[1] is None:
            return False
        return self._are_twins(slots[0], one, slots[1], other)

    def look(self, text: str) -> tuple[Sighting, ...]:
        """Whose withheld text stands in a text, in any form that it may be read in; runs of eight words at least.

        Text that stands in a free article, in what another article shows, or in the bodies of two articles, is
        nobody's. What a text unpacks to beyond all proportion is not looked at.
        """
        found: dict[int, tuple[int, int]] = {}
        if self.watches:
            try:
                for form in forms_of(text):
                    self._look_at(form, found)
            except TooMuch:
                pass
        sightings = []
        for slot, (count, long) in found.items():
            known = self._known.get(slot)
            if known is not None and count:
                sightings.append(Sighting(known, self._owned_of(slot, known), count, long))
        return tuple(sorted(sightings, key=lambda sighting: sighting.known.name))

    def _look_at(self, form: str, found: dict[int, tuple[int, int]]) -> None:
        for slot in self._withheld.owners_in(form):
            known, held = self._known.get(slot), found.get(slot, (0, 0))
            if known is None:
                continue
            made = self._made_of(slot, known)
            self._note_used(made)
            if held[1] * 2 >= made.words:
                continue  # more of it than this need not be found
            rows = (_UNSPACED_ROW if made.unspaced else RUN, _LONG_ROW)
            count, long = made.rows_within(form, *rows)
            if not count:
                continue
            owned = self._owned_of(slot, known)
            if owned is not made:
                self._note_used(owned)
                count, long = owned.rows_within(form, *rows)
            found[slot] = (max(held[0], count), max(held[1], long))

    def _note_used(self, made: Withheld) -> None:
        """Let all but the texts that were looked for last go of what makes that fast: half a megabyte an article."""
        with self._lock:
            self._awake[id(made)] = made
            self._awake.move_to_end(id(made))
            if len(self._awake) > _AWAKE_AT_MOST:
                self._awake.popitem(last=False)[1].rest()

    def _made_of(self, slot: int, known: KnownText) -> Withheld:
        """What an article withholds, compared with nothing but itself."""

        def make() -> Withheld:
            shown, withheld = known.texts
            made = Withheld(withheld, f"{known.article.title}\n{known.address}\n{shown}")
            made.rest()
            return made

        return _kept(self._lock, self._made, slot, make)

    def _owned_of(self, slot: int, known: KnownText) -> Withheld:
        """What an article withholds less what is nobody's."""
        name = (slot, self.generation)
        with self._lock:
            owned = self._owned.get(name)
        if owned is None:
            nobodys = self._nobodys(slot, known)
            if nobodys:
                shown, withheld = known.texts
                owned = Withheld(withheld, "\n".join((known.article.title, known.address, shown, *nobodys)))
                owned.rest()
            else:
                owned = self._made_of(slot, known)
            with self._lock:
                self._owned[name] = owned
                if len(self._owned) > _MADE_AT_MOST:
                    self._owned.popitem(last=False)
        return owned

    def _nobodys(self, slot: int, known: KnownText) -> set[str]:
        """The runs of what an article withholds that stand in another article too."""
        letters = squeeze(known.texts[1])
        own = self._runs_of(slot, known)
        shared: set[str] = set()
        for other in self._withheld.owners_in(letters) | self._shown.owners_in(letters):
            text = self._known.get(other)
            if text is None or text.article.key == known.article.key:
                continue
            both = own & self._runs_of(other, text)
            much = len(both) * _MUCH >= len(own)
            if much and (self._are_twins(slot, known, other, text) or self._collects(other, text, known)):
                continue
            shared |= both
        return shared

    def _are_twins(self, slot: int, known: KnownText, other: int, text: KnownText) -> bool:
        """Whether each of two articles holds at least half of what the other withholds."""
        if not self._withholding.issuperset((slot, other)):
            return False
        return self._holds_most_of(known, other, text) and self._holds_most_of(text, slot, known)

    def _collects(self, slot: int, text: KnownText, known: KnownText) -> bool:
        """Whether a page that is an article by its address holds most of what another withholds, as an archive of
        whole articles does: it makes no second article. What a few sentences of an agency have in common with a longer
        article, it does."""
        if slot not in self._withholding or len(words(known.texts[1])) < _COLLECTED_AT_LEAST + RUN - 1:
            return False
        return self._holds_most_of(known, slot, text)

    def _holds_most_of(self, known: KnownText, other: int, text: KnownText) -> bool:
        """Whether another page holds at least half of what an article withholds, in rows so long that they are no turn
        of phrase: reports that are written after one pattern are articles each."""
        plain = words(known.texts[1])
        if len(plain) < _LONG_ROW:
            return " ".join(plain) in " ".join(words("\n".join(text.texts)))
        held, covered, done = self._long_rows_of(other, text), 0, 0
        for first, row in enumerate(_rows(plain, _LONG_ROW)):
            if hash(row) in held:
                covered += first + _LONG_ROW - max(done, first)
                done = first + _LONG_ROW
        return covered * 2 >= len(plain)

    def _long_rows_of(self, slot: int, known: KnownText) -> frozenset[int]:
        """The hashes of the long rows of both texts of a page."""
        return _kept(
            self._lock,
            self._long_rows,
            slot,
            lambda: frozenset(hash(row) for row in _rows(words("\n".join(known.texts)), _LONG_ROW)),
        )

    def _runs_of(self, slot: int, known: KnownText) -> frozenset[str]:
        """The runs of eight words of both texts of a page."""
        return _kept(
            self._lock,
            self._runs,
            slot,
            lambda: frozenset(run for text in known.texts for run in _rows(words(text), RUN)),
        )


def known_text(article: Article, address: str, part: str, shown: str, withheld: str) -> KnownText:
    """What is known of a page's text once it was read. Fewer than eight words are no run, so they are not withheld."""
    return KnownText(
        article=article,
        address=address,
        part=part,
        packed=pack(shown, withheld),
        withheld_prints=anchors_of(withheld) if len(words(withheld)) >= RUN else b"",
        shown_prints=anchors_of(shown),
    )


def _without_prints(known: KnownText) -> KnownText:
    """The same less its fingerprints, which follow from its texts: they are kept once, among the anchors."""
    return replace(known, withheld_prints=b"", shown_prints=b"")


def _rows(plain: list[str], length: int) -> Iterator[str]:
    """Every row of so many words."""
    for first in range(len(plain) - length + 1):
        yield " ".join(plain[first : first + length])


def _kept(lock: Lock, held: OrderedDict[int, Value], slot: int, make: Callable[[], Value]) -> Value:
    """What is held of a slot, made where it is not; what was not asked for the longest goes first."""
    with lock:
        value = held.get(slot)
        if value is None:
            value = held[slot] = make()
            if len(held) > _MADE_AT_MOST:
                held.popitem(last=False)
        else:
            held.move_to_end(slot)
        return value
