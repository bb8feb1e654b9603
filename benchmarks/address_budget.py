"""What the address budget costs honest readers and what it leaves to a farmer: ``python -m benchmarks.address_budget``.

Two months of readers behind one address, with the real budget and a book in memory. The shape of their views was
fitted to three page-view logs: Deskdrop (58,802 views in 9,050 readers' months of a site for sharing articles, 2016),
EB-NeRD (8,609 views of 2,376 articles of a Danish newspaper in a month of 2023) and the Apache log of the Elastic
examples (1,803 page views of a public site by 996 readers in four days of 2015, robots left out). From them:

- ``ONCE``: of the readers in a month of Deskdrop 42 % come on one day alone; of those of the Apache log 96 % did in its
  four days, which is the crowd ``passing`` here. The others come on 1 + a geometric number of days, 4.7 in the mean.
- ``RETURNS``: 67 % of the readers of a month of Deskdrop were there in the month before.
- A day's distinct articles are 1 + a geometric number, 1.60 in the mean (Apache 1.57).
- ``HOURS``: the hours of Deskdrop's views, from midnight UTC. Its weekends are empty; here every day is like another.
- The age of an article at its view is a Lomax of shape 0.6 and scale 0.30 days: it meets Deskdrop's quartiles and its
  90th and 95th percentiles (0.66, 2.8, 14 and 43 days; found: 0.65, 2.7, 14, 44). Of the 40 articles of a day the one
  of rank n is chosen as n to the power of -0.6: 1,000 views then fall on 680 distinct articles, as against 774 in
  EB-NeRD and 362 in Deskdrop (500 in the Apache log on 255). Many articles are the hard case for newcomers.

Not from a log: those who come back do so from elsewhere (home, a phone's own network) on half of their days.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from pennypress.core.budget import Address, Budget
from pennypress.core.meter import Claim, ReaderId
from pennypress.core.window import Window
from pennypress.store.budget import charge, note_visit, places_of
from pennypress.store.memory_budget import MemoryBook

SIZES = (10, 50, 200, 1_000, 10_000)
ONCE, ONCE_PASSING = 0.42, 0.96
RETURNS = 0.67
ELSEWHERE = 0.5
HOURS = (18, 16, 13, 7, 4, 2, 2, 1, 2, 6, 50, 118, 113, 98, 76, 57, 79, 77, 77, 68, 49, 30, 20, 18)
LIMIT = 5

_DAYS_MORE, _ARTICLES_MORE = 0.73, 0.37
_AGE_SHAPE, _AGE_SCALE = 0.6, 0.30
_OLDEST = 400
_HOURS = tuple(accumulate(HOURS))
_RANKS = tuple(accumulate(rank**-0.6 for rank in range(1, 41)))
_BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
_MONTHS = (_BEGIN, datetime(2026, 11, 1, tzinfo=UTC))
_DAYS = 30
_WINDOW = Window.parse("month", ZoneInfo("UTC"))
_READERS_TRIED = 2_000
"""Smaller crowds are tried several times, up to five, until so many readers were."""

_FARM = "/archive/"


@dataclass(frozen=True, slots=True)
class Numbers:
    """K and M."""

    articles: int = 50
    readers: int = 25


@dataclass(frozen=True, slots=True)
class Place:
    """Readers behind one address in a month. ``networks``: each has a /64 of their own, all in one /48; ``once`` is the
    share that comes on one day alone."""

    readers: int
    once: float = ONCE
    networks: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One view: when, by whom, of which article, at which address (another for every reader who is elsewhere)."""

    moment: datetime
    reader: ReaderId
    article: str
    address: str


@dataclass(frozen=True, slots=True)
class Errors:
    """Of the newcomers of a month: how many there were, were refused at all, and were refused their first article."""

    newcomers: int = 0
    refused: int = 0
    first_refused: int = 0

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            self.newcomers + other.newcomers, self.refused + other.refused, self.first_refused + other.first_refused
        )

    def row(self, runs: int) -> str:
        """Three cells of the table."""
        some = max(1, self.newcomers)
        mean = round(self.newcomers / runs)
        return f"{mean:,} | {self.refused / some:.1%} | {self.first_refused / some:.1%}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The errors of both months, and how many articles a farmer gained in the second."""

    before: Errors = Errors()
    after: Errors = Errors()
    gained: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.before + other.before, self.after + other.after, self.gained + other.gained)


def crowd(place: Place, chance: random.Random) -> Iterator[View]:
    """Two months of views behind one address."""
    loyal: list[tuple[int, ReaderId]] = []
    for month in _MONTHS:
        staying = round(RETURNS * place.readers * (1 - place.once))
        loyal = chance.sample(loyal, min(staying, len(loyal)))
        fresh = [(chance.getrandbits(48), _name(chance)) for _ in range(place.readers - len(loyal))]
        coming_back = place.readers - round(place.once * place.readers) - len(loyal)
        for number, (seat, reader) in enumerate([*loyal, *fresh]):
            comes_back = number < len(loyal) + coming_back
            yield from _month_of(month, reader, seat, place, chance, comes_back=comes_back)
        loyal += fresh[:coming_back]


def hasty_farmer(chance: random.Random, *, articles: int = 1_000) -> Iterator[View]:
    """A new name for each article, on the twentieth day of the second month."""
    for number in range(articles):
        yield View(_MONTHS[1] + timedelta(days=19, seconds=number), _name(chance), f"{_FARM}{number}", HERE)


def patient_farmer(numbers: Numbers, chance: random.Random) -> Iterator[View]:
    """Names that are shown on two days of each month, so that M of them become established, and read on all of them;
    and new names for what is left of K."""
    names: list[ReaderId] = []
    for month in _MONTHS:
        names += [_name(chance) for _ in range(2 * numbers.readers)]
        for day in (0, 1):
            for number, name in enumerate(names):
                yield View(month + timedelta(days=day, seconds=number), name, f"{_FARM}shown", HERE)
        for number, name in enumerate(names):
            for more in range(LIMIT - 1):
                article = f"{_FARM}{month:%m}/{number}/{more}"
                yield View(month + timedelta(days=2, seconds=number), name, article, HERE)
        for number in range(1_000):
            yield View(month + timedelta(days=3, seconds=number), _name(chance), f"{_FARM}{month:%m}/{number}", HERE)


HERE = "192.0.2.1"
"""The one address."""


def replay(views: Iterable[View], numbers: Numbers) -> Iterator[tuple[View, bool, bool]]:
    """Each view that asked for an article not opened before, with whether it was refused, and whether its reader was a
    newcomer."""
    book = MemoryBook()
    opened: dict[tuple[ReaderId, int], set[str]] = {}
    for view in sorted(views, key=lambda view: view.moment):
        budget = _budget(view, numbers)
        claim = Claim(view.reader, view.article, LIMIT, _WINDOW.span(view.moment), view.moment, budget=budget)
        places = places_of(book, budget)
        visitor = note_visit(book, claim, budget, places)
        mine = opened.setdefault((view.reader, view.moment.month), set())
        if view.article in mine or len(mine) >= LIMIT:
            continue
        over = not visitor.established and charge(book, claim, budget, places, visitor, spent=len(mine)).over
        if not over:
            mine.add(view.article)
        yield view, over, not visitor.established


def outcome(views: Iterable[View], numbers: Numbers) -> Outcome:
    """What became of the honest newcomers of both months at the one address or /48, and of a farmer in the second."""
    first: dict[tuple[int, ReaderId], bool] = {}
    ever: set[tuple[int, ReaderId]] = set()
    farmed: set[str] = set()
    for view, over, newcomer in replay(views, numbers):
        if view.article.startswith(_FARM):
            if not over and view.moment >= _MONTHS[1]:
                farmed.add(view.article)
        elif newcomer and not view.address.startswith("elsewhere"):
            key = (view.moment.month, view.reader)
            first.setdefault(key, over)
            if over:
                ever.add(key)
    before, after = (_errors(first, ever, month.month) for month in _MONTHS)
    return Outcome(before, after, len(farmed))


def _errors(first: dict[tuple[int, ReaderId], bool], ever: set[tuple[int, ReaderId]], month: int) -> Errors:
    of_month = [(key, refused) for key, refused in first.items() if key[0] == month]
    return Errors(len(of_month), sum(key in ever for key, _ in of_month), sum(refused for _, refused in of_month))


def table(largest: int, numbers: Numbers, chance: random.Random) -> Iterator[str]:
    """The lines of the table of both errors."""
    yield (
        "| readers a month | newcomers | refused at all | refused their first article | the same, beside a farmer"
        " | the farmer gains | in the first month: newcomers | refused at all | refused their first |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    sizes = [size for size in SIZES if size <= largest]
    for size in sizes:
        yield _row(f"{size:,} behind one address", Place(size), numbers, chance)
    for size in sizes:
        yield _row(f"{size:,} IPv6 phones in one /48", Place(size, networks=True), numbers, chance)
    for size in sizes:
        what = f"{size:,} passing, 96 % of them once"
        yield _row(what, Place(size, once=ONCE_PASSING), numbers, chance)
    for size in sizes:
        yield _row(f"{size:,} who come once behind a crowd of as many", Place(size), numbers, chance, beside=size)
    for size in sizes:
        yield _row(f"{size:,} who come once, and nobody else", Place(size, once=1.0), numbers, chance)


def main() -> None:
    """Print the table, and what farmers gain where nobody else is."""
    parser = argparse.ArgumentParser(description="The address budget over two simulated months.")
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="the largest crowd to try")
    parser.add_argument("--articles", type=int, default=Numbers().articles, help="K")
    parser.add_argument("--readers", type=int, default=Numbers().readers, help="M")
    given = parser.parse_args()
    numbers, chance = Numbers(given.articles, given.readers), random.Random(7)
    for line in table(given.largest, numbers, chance):
        print(line, flush=True)
    print()
    hasty = outcome(hasty_farmer(chance), numbers).gained
    patient = outcome(patient_farmer(numbers, chance), numbers).gained
    print(f"Alone at an address a hasty farmer gains {hasty} articles; a patient one, in the second month, {patient}.")


def _row(what: str, place: Place, numbers: Numbers, chance: random.Random, *, beside: int = 0) -> str:
    runs = max(1, min(5, _READERS_TRIED // place.readers))
    farm = min(6_000, 500 + 3 * place.readers)
    alone, farmed = Outcome(), Outcome()
    for _ in range(runs):
        views = [*crowd(place, chance), *crowd(Place(beside, once=1.0), chance)]
        alone += outcome(views, numbers)
        farmed += outcome([*views, *hasty_farmer(chance, articles=farm)], numbers)
    harmed = farmed.after.first_refused / max(1, farmed.after.newcomers)
    gained = round(farmed.gained / runs)
    return f"| {what} | {alone.after.row(runs)} | {harmed:.1%} | {gained:,} | {alone.before.row(runs)} |"


def _month_of(
    month: datetime, reader: ReaderId, seat: int, place: Place, chance: random.Random, *, comes_back: bool
) -> Iterator[View]:
    """One reader's views in a month; whoever comes once is here."""
    here = f"2001:db8:0:{seat & 0xFFFF:x}::/64" if place.networks else HERE
    days = 1 + (1 + _more(_DAYS_MORE, chance) if comes_back else 0)
    for day in chance.sample(range(_DAYS), min(days, _DAYS)):
        hour = chance.choices(range(24), cum_weights=_HOURS)[0]
        moment = month + timedelta(days=day, hours=hour, seconds=chance.randrange(3_600))
        where = f"elsewhere {seat}" if comes_back and chance.random() < ELSEWHERE else here
        for view in range(1 + _more(_ARTICLES_MORE, chance)):
            yield View(moment + timedelta(minutes=view), reader, _article(moment, chance), where)


def _budget(view: View, numbers: Numbers) -> Budget:
    addresses = [Address(view.address, numbers.articles, numbers.readers)]
    if ":" in view.address:
        addresses.append(Address("2001:db8::/48", 4 * numbers.articles, 4 * numbers.readers))
    return Budget(tuple(addresses), view.moment.date(), _WINDOW.last(_WINDOW.span(view.moment)))


def _name(chance: random.Random) -> ReaderId:
    return ReaderId(chance.randbytes(16))


def _more(chance_of_more: float, chance: random.Random) -> int:
    more = 0
    while chance.random() < chance_of_more:
        more += 1
    return more


def _article(moment: datetime, chance: random.Random) -> str:
    """An article by its age and its rank among those of its day."""
    age = min(_OLDEST, _AGE_SCALE * ((1 - chance.random()) ** (-1 / _AGE_SHAPE) - 1))
    day = (moment - timedelta(days=age)).toordinal()
    return f"/{day}/{chance.choices(range(len(_RANKS)), cum_weights=_RANKS)[0]}"


if __name__ == "__main__":
    main()
