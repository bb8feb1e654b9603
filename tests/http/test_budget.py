"""The address budget in the middleware: the farmer who throws cookies away, and the honest readers beside one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pennypress.config import load
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.readers.keys import Keys
from pennypress.store.opening import open_store
from tests.clock import Clock
from tests.http.browser import Browser, Site, report

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
CONFIG = """
[paper]
name = "The Test Paper"
[meter]
limit = 3
[articles]
paths = ["/news/**"]
[network]
trusted_proxies = ["127.0.0.1"]
newcomer_articles = {articles}
newcomer_readers = {readers}
budget = "{budget}"
{shared}
"""
REFUSED = "Many people on your network have been reading The Test Paper, and we cannot tell you apart from them."


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def site() -> Site:
    site = Site()
    for number in range(60):
        site.put(f"/news/{number}", report(f"n{number}"))
    return site


Build = Callable[..., PaywallApp]


@pytest.fixture
async def built(site: Site, clock: Clock, tmp_path: Path) -> AsyncIterator[Build]:
    apps: list[PaywallApp] = []

    def build(articles: int = 10, readers: int = 4, budget: str = "on", shared: str = "") -> PaywallApp:
        path = tmp_path / "pennypress.toml"
        path.write_text(CONFIG.format(articles=articles, readers=readers, budget=budget, shared=shared))
        parts = Parts(open_store("memory:", tmp_path), Keys((bytes(32),)), clock)
        apps.append(Paywall(load(path), parts).around(site))
        return apps[-1]

    yield build
    for app in apps:
        await app.close()


async def farm(app: PaywallApp, peer: str = "203.0.113.9", articles: int = 30) -> int:
    """How many articles somebody gains who throws the cookie away before each."""
    gained = 0
    for number in range(articles):
        page = await Browser(app, peer=peer).get(f"/news/{number}")
        gained += page.header("pennypress-access") == "full"
    return gained


async def test_a_farmer_gains_the_budget_and_no_more(built: Build) -> None:
    assert await farm(built()) == 10


async def test_a_refused_reader_is_told_the_truth_and_no_count_and_no_date(built: Build) -> None:
    app = built()
    await farm(app)
    page = await Browser(app).get("/news/40")
    assert (page.status, page.header("pennypress-access"), page.header("pennypress-reason")) == (
        200,
        "preview",
        "budget",
    )
    assert REFUSED in page.text
    assert "your limit is up" not in page.text
    assert page.header("pennypress-remaining") is None
    assert page.header("pennypress-resets") is None
    assert page.header("cache-control") == "private, no-store"


async def test_addresses_of_one_phones_network_are_one_and_its_48_has_four_times_as_much(built: Build) -> None:
    app = built()
    assert await farm(app, "2001:db8:1:1::1", 10) == 10
    assert (await Browser(app, peer="2001:db8:1:1:ffff::9").get("/news/50")).header("pennypress-access") == "preview"
    gained = 10
    for network in range(2, 8):
        for number in range(10):
            page = await Browser(app, peer=f"2001:db8:1:{network}::1").get(f"/news/{(network - 1) * 10 + number}")
            gained += page.header("pennypress-access") == "full"
    assert gained == 40


async def test_the_address_is_that_of_the_reader_behind_a_trusted_proxy_alone(built: Build) -> None:
    app = built()
    for number in range(20):
        await Browser(app).get(f"/news/{number}", x_forwarded_for=f"198.51.100.{number}")
    assert (await Browser(app).get("/news/50", x_forwarded_for="192.0.2.77")).header("pennypress-reason") == "budget"
    behind = await Browser(app, peer="127.0.0.1").get("/news/50", x_forwarded_for="192.0.2.77")
    assert behind.header("pennypress-access") == "full"


async def test_an_office_of_forty_established_readers_reads_on_beside_a_farmer(built: Build, clock: Clock) -> None:
    app = built(readers=4)
    office = []
    for number in range(40):
        reader = Browser(app, peer=f"198.51.100.{number}")
        await reader.get("/news/0")
        office.append(reader)
    clock.next_day()
    for reader in office:
        await reader.get("/news/0")
        reader.peer = "203.0.113.9"
    assert await farm(app) == 10, "they were not seen there before"
    for place, reader in enumerate(office):
        page = await reader.get(f"/news/{10 + place % 20}")
        assert page.header("pennypress-access") == "full", place


async def test_a_readers_own_articles_stay_open_beside_a_farmer_and_after_a_change_of_address(built: Build) -> None:
    app = built()
    reader = Browser(app)
    await reader.get("/news/1")
    await farm(app)
    assert (await reader.get("/news/1")).header("pennypress-reason") == "repeated"
    reader.peer = "192.0.2.200"
    assert (await reader.get("/news/1")).header("pennypress-reason") == "repeated"
    assert (await reader.get("/news/50")).header("pennypress-access") == "full"


async def test_a_reader_without_cookies_reads_what_neighbours_have_opened(built: Build) -> None:
    app = built()
    await farm(app)
    assert (await Browser(app).get("/news/3")).header("pennypress-access") == "full"


async def test_observing_refuses_nobody_and_counts(built: Build, clock: Clock) -> None:
    app = built(budget="observe")
    assert await farm(app) == 30
    await app.gate.flush()
    span = app.gate.policy.window.span(clock.now)
    assert (await app._store.summary(span, clock.now.date(), clock.now)).tallies["budget-would-refuse"] == 20


async def test_off_counts_nothing(built: Build) -> None:
    assert await farm(built(budget="off")) == 30


async def test_a_shared_network_has_the_budget_that_the_paper_gives_it(built: Build) -> None:
    shared = (
        '[[network.shared]]\nname = "Campus"\nranges = ["203.0.113.0/24"]\nnewcomer_articles = 20\nnewcomer_readers = 9'
    )
    app = built(shared=shared)
    assert await farm(app) == 20
    assert await farm(app, "192.0.2.1") == 10
