"""Looking at what the tray holds as a reader whose meter is used up: before the gateway, and before one without the
guard."""

from __future__ import annotations

from dataclasses import dataclass, field

from pennypress.audit import findings as kinds
from pennypress.audit.crawl import GUESSED, SEARCHED
from pennypress.audit.examining import Examiner, proposed_pattern
from pennypress.audit.findings import Findings
from pennypress.audit.judging import Judge
from pennypress.audit.reading import read, read_page_of
from pennypress.audit.routes import ARTICLES, route_of
from pennypress.audit.site import Site
from pennypress.audit.stages import LEARNING, LOOKING, Ends, Told
from pennypress.audit.tray import Seen, Tray
from pennypress.audit.viewing import Reader, Readers, View
from pennypress.config import Config
from pennypress.core.target import any_matches, read_target
from pennypress.errors import PennypressError
from pennypress.http.pageview import Outcome
from pennypress.pages.preview import BRIEF_WORDS
from pennypress.pages.recognise import Grounds

_NEWBORN_AT_MOST = 5
_SETTLED_EVERY = 20


@dataclass(slots=True)
class Articles:
    """The articles that were seen: the address at which each was seen first by its key, those that are metered, and
    the paths of all."""

    addresses: dict[str, str] = field(default_factory=dict)
    metered: dict[str, str] = field(default_factory=dict)
    paths: set[tuple[str, ...]] = field(default_factory=set)


class Look:
    """One look at the tray."""

    def __init__(self, config: Config, site: Site, tray: Tray, readers: Readers, findings: Findings) -> None:
        self._config = config
        self._site = site
        self._tray = tray
        self._readers = readers
        self._findings = findings
        self._grounds = Grounds(config.articles.paths)
        self._examiner = Examiner(config, site, tray, findings)
        self._asked_newborn: dict[str, int] = {}
        self.articles = Articles()

    async def learn(self, told: Told, ends: Ends) -> Reader:
        """Have a gateway read every page, originals before copies; a reader before it, as it then knows all."""
        ends.begin(LEARNING)
        reader = await self._readers.before("withhold")
        pages = sorted((seen for seen in self._tray if seen.status == 200 and seen.kind == "html"), key=self._rank)
        for done, seen in enumerate(pages, 1):
            if ends.now.is_set():
                break
            await self._view(reader, seen)
            if done % _SETTLED_EVERY == 0:
                await reader.gateway.settle()
            told(LEARNING, done, len(pages))
        await reader.gateway.settle()
        return reader

    async def look(self, knowing: Reader, judge: Judge, told: Told, ends: Ends) -> None:
        """View every answer as a reader, and note what is found."""
        ends.begin(LOOKING)
        mode = self._config.guard.mode
        reader = knowing if mode == "withhold" else await self._readers.before(mode)
        unguarded = await self._readers.before("off")
        for done, seen in enumerate(self._tray, 1):
            if ends.now.is_set():
                break
            await self._look_at(seen, reader, unguarded, judge)
            told(LOOKING, done, len(self._tray))
        for one in {reader, unguarded, knowing}:
            await one.gateway.close()

    def _rank(self, seen: Seen) -> tuple[bool, bool, int]:
        """Where a page comes in the order of learning: an article's own address first."""
        canonical = self._site.target_of(seen.canonical, seen.address) if seen.canonical else None
        copies = canonical not in (None, seen.address) or seen.why.startswith((GUESSED, SEARCHED))
        return (copies, not self._grounds.hold(read_target(seen.address)), len(seen.address))

    async def _view(self, reader: Reader, seen: Seen) -> View | None:
        try:
            return await reader.view(seen.address)
        except PennypressError:
            return None  # broken off before anything of it went out

    async def _look_at(self, seen: Seen, reader: Reader, unguarded: Reader, judge: Judge) -> None:
        answer = self._tray.answer(seen.address)
        assert answer is not None
        holds = await judge.sightings(answer, seen.address)
        view = await self._view(reader, seen) if holds or seen.kind == "html" else None
        outcome = view.outcome if view is not None else None
        name = route_of(seen)
        if outcome is not None and outcome.subject is not None and not outcome.subject.twin:
            name = ARTICLES if name == "other pages" else name
        route = self._findings.route(name)
        route.asked += seen.status < 400
        if holds:
            route.holding += 1
            await self._hold_against(seen, name, view, await self._view(unguarded, seen), judge)
        if seen.status == 200 and seen.kind == "html" and outcome is not None:
            await self._examine(seen, outcome)

    async def _hold_against(self, seen: Seen, name: str, view: View | None, without: View | None, judge: Judge) -> None:
        """Note where withheld text leaves, or would without the guard."""
        route, add = self._findings.route(name), self._findings.add
        left = await judge.sightings(view.answer, seen.address) if view is not None else ()
        if left and view is not None:
            allowed = any_matches(self._config.guard.allow, read_target(seen.address).paths)
            route.leaking += not allowed
            said = await judge.told(left, view.answer, seen.address)
            add(kinds.ALLOWED if allowed else kinds.LEAK, seen.address, f"{name}: {said}", group=name)
            return
        left = await judge.sightings(without.answer, seen.address) if without is not None else ()
        if left and without is not None:
            route.guarded += 1
            said = await judge.told(left, without.answer, seen.address)
            add(kinds.GUARDED, seen.address, f"{name}: {said}", group=name)
            if not self._config.guard.learn:
                await self._ask_newborn(seen, name, judge)

    async def _ask_newborn(self, seen: Seen, name: str, judge: Judge) -> None:
        """Note where text leaves before a gateway that has met no article yet."""
        self._asked_newborn[name] = self._asked_newborn.get(name, 0) + 1
        if self._asked_newborn[name] > _NEWBORN_AT_MOST:
            return
        reader = await self._readers.before("withhold", newborn=True)
        view = await self._view(reader, seen)
        await reader.gateway.close()
        left = await judge.sightings(view.answer, seen.address) if view is not None else ()
        if left and view is not None:
            said = await judge.told(left, view.answer, seen.address)
            self._findings.add(kinds.UNLEARNED, seen.address, f"{name}: {said}", group=name)

    async def _examine(self, seen: Seen, outcome: Outcome) -> None:
        subject, decision, version = outcome.subject, outcome.decision, outcome.version
        answer = self._tray.answer(seen.address)
        assert answer is not None
        if subject is None or decision is None or version is None:
            if seen.says_article:
                self._unmetered(seen)
            return
        key = subject.article.key
        self.articles.addresses.setdefault(key, seen.address)
        self.articles.paths.add(subject.article.paths)
        if not decision.full and not subject.twin and not subject.continued:
            self.articles.metered.setdefault(key, seen.address)
        if version.page is None:
            self._findings.add(kinds.UNREAD, seen.address, version.why_unread or "it cannot be read")
            return
        cut = await version.cut(continued=subject.continued)
        self._examiner.examine(seen, subject, decision, version.page, cut, read(answer).text)

    def _unmetered(self, seen: Seen) -> None:
        answer = self._tray.answer(seen.address)
        page = read_page_of(answer, seen.address, self._config) if answer is not None else None
        if page is None or page.list_like or page.words <= BRIEF_WORDS:
            return
        proposal = f"such as {proposed_pattern(seen.address)}"
        self._findings.add(kinds.UNMETERED, seen.address, f'"{page.facts.title}", {page.words:,} words; {proposal}')
