"""What the guard knows of the articles' texts: learned from the pages that are read, shared by all workers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from functools import partial

from pennypress.core.article import Access
from pennypress.core.known import KnownText
from pennypress.core.target import Target
from pennypress.pages.guard import Guard, known_text
from pennypress.pages.headlines import read_headlines
from pennypress.pages.recognise import Subject
from pennypress.pages.variants import variant_of, variants
from pennypress.pages.versions import Lesson, Version
from pennypress.store import Store

_READY_SECONDS = 3.0
_SAID_AT_ONCE = 50
_HEARD_AT_ONCE = 10_000
_BEAT_SECONDS = 0.4
_WAITING_AT_MOST = 64
_LANGUAGE_AT_MOST = 35
_AGAIN_SECONDS = 10.0
"""A page whose text another version has displaced teaches it anew, but no oftener: two may take turns."""

_log = logging.getLogger("pennypress")


class Learning:
    """Keeps one worker's guard up with the store, and brings to the store what this worker learns."""

    def __init__(self, store: Store) -> None:
        self.guard = Guard()
        self._store = store
        self._version = 0
        self._ready = asyncio.Event()
        self._failing = False
        self._unsaid: dict[tuple[str, str], KnownText] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._heavy = asyncio.Semaphore(1)

    async def keep_up(self) -> None:
        """Catch up again and again; what one worker learned, the others know within a second."""
        while True:
            try:
                await self.catch_up()
            except Exception as failure:  # whatever it is, this worker must not stop learning
                self._note_failure(failure)
            else:
                self._note_recovery()
            await asyncio.sleep(_BEAT_SECONDS)

    async def catch_up(self) -> None:
        """Take up what was learned, here and by other workers, and bring to the store what it has not heard yet.
        Raises StoreUnavailable."""
        if self._unsaid:
            await asyncio.to_thread(self.guard.learn, tuple(self._unsaid.values()))
        while await self._hear():
            pass
        self._ready.set()
        await self._say()

    async def _hear(self) -> bool:
        """Take up the next thousands of texts that were learned; whether there are more."""
        texts: list[KnownText] = []
        version, more = self._version, True
        while more and len(texts) < _HEARD_AT_ONCE:
            lessons = await self._store.learned_since(version)
            texts += (text for text in lessons.texts if text.name not in self._unsaid)
            version, more = lessons.version, lessons.more
        if texts:
            await asyncio.to_thread(self.guard.learn, texts)
        self._version = version
        return more

    async def settle(self) -> None:
        """Finish what is being learned, and bring all of it to the store. Raises StoreUnavailable."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self.catch_up()
        while self._unsaid:
            await self._say()

    @property
    def is_ready(self) -> bool:
        """Whether what was learned before is known."""
        return self._ready.is_set()

    async def ready(self) -> None:
        """Wait until what was learned before is known, however long that takes."""
        await self._ready.wait()

    async def ready_in_time(self) -> bool:
        """Whether what was learned before is known, now or in a few seconds: who knows nothing withholds nothing."""
        if not self.is_ready:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ready.wait(), _READY_SECONDS)
        return self.is_ready

    def learn_later(self, subject: Subject, version: Version, asked: Target, plain: Callable[[], bool]) -> None:
        """Learn a page's text in the background, once a version. Where pages come that are new each time faster than
        they are cut, some are left out: the same article comes again."""
        if self._is_learned(subject, version) or len(self._tasks) >= _WAITING_AT_MOST:
            return

        async def learn() -> None:
            async with self._heavy:
                await self.learn(subject, version, asked, plain)

        task = asyncio.get_running_loop().create_task(learn())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def learn(
        self, subject: Subject, version: Version, asked: Target, plain: Callable[[], bool], *, at_once: bool = True
    ) -> bool:
        """Know from now on what a page shows and withholds, and whether that is known now. Twins teach nothing; nor
        does a page in which no body is found. What is not needed ``at_once`` is known from the next beat on. What a
        ``plain`` request brought takes the place of what was known; of any other it may be a page for that one alone.

        A brief, and what the page itself calls free, withholds nothing. What a rule makes free may cease to be: it is
        known as if it were not, and is withheld from nobody as long as it is.
        """
        if subject.twin or version.page is None:
            return subject.twin
        if self._is_learned(subject, version):
            return True
        cut = await version.cut(continued=subject.continued)
        if cut.alone is not None and not cut.told:
            return False
        free = _is_free_for_good(subject)
        version.learned = lesson = Lesson(subject.article.key, subject.continued, free, time.monotonic())
        shown, withheld = (f"{cut.preview}\n{cut.told}", "") if free else (cut.preview, cut.told)
        if subject.article.access is not Access.FREE and not withheld and self.guard.withholds(subject.article.key):
            # A stub at the article's address: a gate, a notice of repairs. It does not make the text known to all.
            return True
        page = "" if asked.key == subject.article.key and not subject.continued else asked.key
        language = (version.page.facts.language or "").casefold()[:_LANGUAGE_AT_MOST]
        part = self.guard.part_of(lesson.key, page, language)
        own, withheld = await asyncio.to_thread(read_headlines, version.page, withheld)
        for name in self._names(lesson.key, part, withheld, free=free, plain=plain()):
            known = await asyncio.to_thread(
                known_text, subject.article, asked.forwarded, name, shown, withheld, language, own
            )
            if self.guard.holds(known) or self.guard.adds_nothing(known):
                continue
            self._unsaid[known.name] = known
            version.learned = lesson._replace(part=name, packed=known.packed)
            if at_once:
                await asyncio.to_thread(self.guard.learn, (known,))
        return True

    def _names(self, key: str, part: str, withheld: str, *, free: bool, plain: bool) -> list[str]:
        """The parts in whose place a text is known: all that are of one page, where it is free."""
        if plain and not free:
            return [part]
        if free:
            return [name for name in variants(part) if name == part or self._held(key, name) is not None]
        return [variant_of(part, withheld, partial(self._held, key), lambda name: self.guard.age((key, name)))]

    def _held(self, key: str, part: str) -> KnownText | None:
        """What is known under a part, or will be from the next beat on."""
        return self._unsaid.get((key, part)) or self.guard.known_as((key, part))

    def _is_learned(self, subject: Subject, version: Version) -> bool:
        """Whether a version has nothing more to teach: what it taught is known still, or was until a moment ago."""
        lesson = version.learned
        if subject.twin or version.page is None:
            return True
        if lesson is None or lesson[:3] != (subject.article.key, subject.continued, _is_free_for_good(subject)):
            return False
        if lesson.packed is None or time.monotonic() - lesson.at < _AGAIN_SECONDS:
            return True
        held = self._held(lesson.key, lesson.part)
        return held is not None and held.packed == lesson.packed

    async def _say(self) -> None:
        """Bring what was learned to the store, in one step."""
        texts = tuple(self._unsaid.values())[:_SAID_AT_ONCE]
        if texts:
            await self._store.learn(texts)
        for known in texts:
            if self._unsaid.get(known.name) is known:
                del self._unsaid[known.name]

    def _note_failure(self, failure: Exception) -> None:
        if not self._failing:
            self._failing = True
            known = "" if self._ready.is_set() else "; until it can, this worker shows no page"
            _log.error("what articles withhold cannot be brought up to date%s: %s", known, failure)

    def _note_recovery(self) -> None:
        if self._failing:
            self._failing = False
            _log.warning("what articles withhold is up to date again")


def _is_free_for_good(subject: Subject) -> bool:
    return subject.brief or subject.article.access is Access.FREE
