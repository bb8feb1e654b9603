"""Every store does what the memory store does: state machines that do the same to both and compare each answer."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from pennypress.core.budget import Address, Budget
from pennypress.core.meter import Claim, ReaderId
from pennypress.core.window import Window
from pennypress.store.budget import keys_from
from pennypress.store.memory import MemoryStore
from pennypress.store.opening import prepare, sqlite_path
from pennypress.store.sqlite import SqliteStore
from pennypress.store.sqlite_upkeep import Upkeep
from tests.store.workers import Worker

URL = "sqlite:pennypress.db"
PROCESSES = 4
NEAR_A_MONTHS_END = datetime(2026, 11, 30, 22, tzinfo=UTC)

readers = st.sampled_from([ReaderId(bytes([number]) * 16) for number in range(4)])
many_readers = st.sampled_from([ReaderId(bytes([number]) * 16) for number in range(12)])
articles = st.sampled_from([f"/{number}" for number in range(6)])
titles = st.sampled_from(["", "A day at sea", "A day at sea, corrected"])
limits = st.integers(1, 4)
windows = st.sampled_from(
    [Window.parse(text, ZoneInfo("Europe/London")) for text in ("month", "month", "week", "day", "2 days", "30 days")]
)
places = st.sampled_from(
    [
        (Address("192.0.2.1", 3, 1),),
        (Address("192.0.2.2", 2, 2),),
        (Address("2001:db8::/64", 2, 1), Address("2001:db8::/48", 4, 3)),
        (Address("2001:db8:0:1::/64", 2, 1), Address("2001:db8::/48", 4, 3)),
    ]
)
processes = st.integers(0, PROCESSES - 1)
minutes = st.sampled_from([1, 30, 61])
leaps = st.sampled_from([-90, -40, -8, 2, 8, 31, 45, 90])


class Memory(RuleBasedStateMachine):
    """What both machines share: the model, and the time that it is."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.running = 0.0
        self.model = MemoryStore(tick=lambda: self.running)
        self.now = NEAR_A_MONTHS_END

    def agree(self, asked: Any, method: str, *arguments: Any) -> None:
        expected = self.loop.run_until_complete(getattr(self.model, method)(*arguments))
        assert asked == expected

    def claim(self, reader: ReaderId, article: str, limit: int, window: Window, title: str) -> Claim:
        return Claim(reader, article, limit, window.span(self.now), self.now, title)

    @rule(later=minutes)
    def time_passes(self, later: int) -> None:
        self.now += timedelta(minutes=later)

    @rule(days=leaps)
    def the_clock_leaps(self, days: int) -> None:
        self.now += timedelta(days=days)

    def teardown(self) -> None:
        self.loop.close()
        self.folder.cleanup()


class OneProcess(Memory):
    """The store of one process, with its upkeep made at every claim."""

    @initialize()
    def open(self) -> None:
        base = Path(self.folder.name)
        prepare(URL, base)
        path = sqlite_path(URL, base)
        assert path is not None
        self.store = SqliteStore(path)
        self.upkeep = Upkeep(path, lambda: None, lambda: self.running)

    def both(self, method: str, *arguments: Any) -> None:
        self.agree(self.loop.run_until_complete(getattr(self.store, method)(*arguments)), method, *arguments)

    @rule(reader=readers, article=articles, limit=limits, window=windows, title=titles)
    def spend(self, reader: ReaderId, article: str, limit: int, window: Window, title: str) -> None:
        claim = self.claim(reader, article, limit, window, title)
        self.upkeep.clean(claim.now, claim.span, keys_from(claim))
        self.both("spend", claim)

    @rule(
        reader=many_readers,
        article=articles,
        window=windows,
        place=places,
        signed=st.booleans(),
        asks=st.integers(0, 5),
    )
    def spend_at(
        self, reader: ReaderId, article: str, window: Window, place: tuple[Address, ...], signed: bool, asks: int
    ) -> None:
        """Five of six claims are enforced, and one of many is of a reader who is signed in."""
        today, last = self.now.astimezone(window.zone).date(), window.last(window.span(self.now))
        budget = Budget(place, today, last, established=signed and asks == 1, enforced=asks > 0)
        claim = replace(self.claim(reader, article, 3, window, ""), budget=budget)
        self.upkeep.clean(claim.now, claim.span, keys_from(claim))
        self.both("spend", claim)
        self.loop.run_until_complete(self.noted())

    async def noted(self) -> None:
        await asyncio.gather(*self.store._noting)

    @rule()
    def a_day_passes(self) -> None:
        self.now += timedelta(days=1)

    @rule(reader=readers, window=windows)
    def standing(self, reader: ReaderId, window: Window) -> None:
        self.both("standing", reader, window.span(self.now), self.now)

    @rule(source=readers, into=readers, window=windows)
    def merge(self, source: ReaderId, into: ReaderId, window: Window) -> None:
        self.both("merge", source, into, window.span(self.now), self.now)

    @rule(reader=readers, window=windows)
    def forget(self, reader: ReaderId, window: Window) -> None:
        self.both("forget", reader, window.span(self.now), self.now)

    @rule()
    def a_day_of_running_passes(self) -> None:
        self.running += 86_400.0

    def teardown(self) -> None:
        self.upkeep.close()
        self.loop.run_until_complete(self.store.close())
        super().teardown()


class FourProcesses(Memory):
    """Four processes on one file; any of them may do the next thing, several the same moment, or be killed."""

    @initialize()
    def start(self) -> None:
        self.workers = [Worker(URL, Path(self.folder.name)) for _ in range(PROCESSES)]

    def both(self, process: int, method: str, *arguments: Any) -> None:
        self.agree(self.workers[process].call(method, *arguments), method, *arguments)

    @rule(process=processes, reader=readers, article=articles, limit=limits, window=windows, title=titles)
    def spend(self, process: int, reader: ReaderId, article: str, limit: int, window: Window, title: str) -> None:
        self.both(process, "spend", self.claim(reader, article, limit, window, title))

    @rule(process=processes, reader=readers, window=windows)
    def standing(self, process: int, reader: ReaderId, window: Window) -> None:
        self.both(process, "standing", reader, window.span(self.now), self.now)

    @rule(process=processes, source=readers, into=readers, window=windows)
    def merge(self, process: int, source: ReaderId, into: ReaderId, window: Window) -> None:
        self.both(process, "merge", source, into, window.span(self.now), self.now)

    @rule(process=processes, reader=readers, window=windows)
    def forget(self, process: int, reader: ReaderId, window: Window) -> None:
        self.both(process, "forget", reader, window.span(self.now), self.now)

    @rule(reader=readers, wanted=st.lists(articles, min_size=2, max_size=12), limit=limits, window=windows)
    def many_at_once(self, reader: ReaderId, wanted: list[str], limit: int, window: Window) -> None:
        """Claims of one reader through all processes at once come to what the model says for the order in which
        the store says that it took them."""
        claims = [self.claim(reader, article, limit, window, "") for article in wanted]
        for process, worker in enumerate(self.workers):
            worker.begin([("spend", (claim,)) for claim in claims[process::PROCESSES]])
        outcomes: dict[str, list[Any]] = {}
        for process, worker in enumerate(self.workers):
            for claim, answer in zip(claims[process::PROCESSES], worker.finish(), strict=True):
                outcomes.setdefault(claim.article, []).append(answer.outcome)
        span = window.span(self.now)
        order = [unit.article for unit in self.workers[0].call("standing", reader, span, self.now).units]
        claims.sort(key=lambda claim: order.index(claim.article) if claim.article in order else len(order))
        expected: dict[str, list[Any]] = {}
        for claim in claims:
            answer = self.loop.run_until_complete(self.model.spend(claim))
            expected.setdefault(claim.article, []).append(answer.outcome)
        assert {article: sorted(seen) for article, seen in outcomes.items()} == {
            article: sorted(seen) for article, seen in expected.items()
        }
        self.both(1, "standing", reader, span, self.now)

    @rule(process=processes)
    def one_is_killed_and_another_starts(self, process: int) -> None:
        self.workers[process].kill()
        self.workers[process] = Worker(URL, Path(self.folder.name))

    def teardown(self) -> None:
        for worker in self.workers:
            worker.close()
        super().teardown()


def test_the_sqlite_store_of_one_process_does_what_the_memory_store_does() -> None:
    run_state_machine_as_test(
        OneProcess,
        settings=settings(
            max_examples=100, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_four_processes_on_one_sqlite_file_do_together_what_the_memory_store_does() -> None:
    run_state_machine_as_test(
        FourProcesses,
        settings=settings(
            max_examples=4, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
