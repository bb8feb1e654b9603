"""What became known of late, so that what was looked at before need not be looked at again for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pennypress.core.known import KnownText
from pennypress.pages.grams import Runs

_NEWS_AT_MOST = 768
_STRETCHES_AT_MOST = 2_000_000
_READINGS = 3
"""Each text is kept as it is read forwards, backwards and in rot13."""


@dataclass(frozen=True, slots=True)
class History:
    """The runs of texts that became known, or are known no more, each with the generation at which it did so; all of
    them after ``since``."""

    since: int = 0
    news: tuple[tuple[int, Runs], ...] = ()

    def after(self, generation: int) -> tuple[Runs, ...] | None:
        """What came after a generation; None where some of it is forgotten."""
        if generation < self.since:
            return None
        return tuple(runs for came, runs in self.news if came > generation)

    def with_news(self, generation: int, added: Sequence[KnownText], gone: Sequence[KnownText]) -> History:
        """The same and this, less what is too much to remember. Of what is added that counts which it withholds; of
        what is gone all: it may have made a text nobody's."""
        if _READINGS * (len(added) + len(gone)) > _NEWS_AT_MOST:
            return History(generation)
        runs = [each for known in added for each in Runs.withheld(known.texts[1])]
        runs += [each for known in gone for each in Runs.of("\n".join((*known.headlines, *known.texts)))]
        news = (*self.news, *((generation, each) for each in runs))
        kept, left = len(news), _STRETCHES_AT_MOST
        while kept and len(news) - kept < _NEWS_AT_MOST and (left := left - news[kept - 1][1].size) >= 0:
            kept -= 1
        return History(news[kept - 1][0] if kept else self.since, news[kept:])
