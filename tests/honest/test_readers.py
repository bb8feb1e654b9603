"""Readers who mean no harm: none is charged twice, walled without cause, or told what is not so."""

from __future__ import annotations

import asyncio

from pennypress.core.meter import ReaderId
from pennypress.core.rights import Rights
from pennypress.http.asgi import PaywallApp
from pennypress.readers.pass_ import Passes
from tests.clock import Clock
from tests.honest.conftest import CARRIER, HOME, KEYS, LIMIT, MOBILE, OFFICE, K, M, Visit, farm
from tests.http.browser import Browser, Page, withheld

NETWORK = "Many people on your network have been reading The Test Paper, and we cannot tell you apart from them."
PASSES = Passes(KEYS, secure=False)
UP = "Sorry, your limit is up for this month"


def full(page: Page) -> tuple[str | None, str | None]:
    """Why a page is whole, and how many more its reader may open."""
    assert page.header("pennypress-access") == "full", page.text
    return page.header("pennypress-reason"), page.header("pennypress-remaining")


async def read(reader: Browser, *articles: int) -> list[tuple[str | None, str | None]]:
    return [full(await reader.get(f"/news/{article}")) for article in articles]


async def test_an_article_that_was_read_is_read_again_for_nothing_also_once_the_limit_is_up(browser: Visit) -> None:
    reader = browser(HOME)
    assert await read(reader, 1, 1, 2, 1) == [
        ("granted", "2"), ("repeated", "2"), ("granted", "1"), ("repeated", "1"),
    ]  # fmt: skip
    await read(reader, 3)
    assert UP in (await reader.get("/news/4")).text
    again = await reader.get("/news/1")
    assert full(again) == ("repeated", "0")
    assert "You opened this article before, so it stays open for you until 1 December 2026" in again.text
    assert not withheld(again, "n1")


async def test_going_back_asks_anew_costs_nothing_and_shows_the_number_as_it_now_is(browser: Visit) -> None:
    """The page may not be stored, so that no browser shows one with an old number."""
    reader = browser(HOME)
    first = await reader.get("/news/crane")
    assert first.header("cache-control") == "private, no-store"
    assert first.header("etag") is None
    await read(reader, 2)
    back = await reader.get("/news/crane", if_none_match='"7"', if_modified_since="Mon, 09 Nov 2026 08:00:00 GMT")
    assert (back.status, *full(back)) == (200, "repeated", "1")
    assert "You can read 1 more article this month" in back.text


async def test_a_storm_of_reloads_is_one_charge(browser: Visit) -> None:
    reader = browser(HOME)
    await read(reader, 1)
    pages = await asyncio.gather(*(reader.get("/news/2", cache_control="no-cache") for _ in range(40)))
    reasons = [full(page)[0] for page in pages]
    assert (reasons.count("granted"), reasons.count("repeated")) == (1, 39)
    assert await read(reader, 2) == [("repeated", "1")]


async def test_two_tabs_opened_at_once_are_one_charge_each_and_never_more_than_the_limit(browser: Visit) -> None:
    reader = browser(HOME)
    await read(reader, 1)
    same = await asyncio.gather(reader.get("/news/2"), reader.get("/news/2"))
    assert sorted(full(page)[0] or "" for page in same) == ["granted", "repeated"]
    last = await asyncio.gather(reader.get("/news/3"), reader.get("/news/4"))
    assert sorted(page.header("pennypress-reason") or "" for page in last) == ["granted", "used-up"]


async def test_two_tabs_of_one_who_was_never_here_cost_the_one_name_that_they_keep_no_more_than_two(
    browser: Visit,
) -> None:
    """Neither request had a cookie yet: each answer names a reader, and the browser keeps the later one."""
    reader = browser(HOME)
    await asyncio.gather(reader.get("/news/1"), reader.get("/news/2"))
    reasons = await read(reader, 1, 2)
    assert sorted(reason or "" for reason, _ in reasons) == ["granted", "repeated"]
    assert full(await reader.get("/news/1"))[1] == "1"


async def test_a_phone_that_leaves_the_wifi_keeps_its_articles_and_what_is_left_of_them(
    app: PaywallApp, browser: Visit, clock: Clock
) -> None:
    phone = browser(HOME)
    await read(phone, 1)
    clock.next_day()
    await read(phone, 1)
    await farm(app, MOBILE)
    phone.peer = MOBILE
    assert await read(phone, 1, 51, 52) == [("repeated", "2"), ("granted", "1"), ("granted", "0")]
    assert UP in (await phone.get("/news/53")).text


async def test_a_phone_that_was_never_seen_before_keeps_what_it_opened_beside_a_farmer(
    app: PaywallApp, browser: Visit
) -> None:
    phone = browser(HOME)
    await read(phone, 51)
    await farm(app, MOBILE)
    phone.peer = MOBILE
    assert await read(phone, 51) == [("repeated", "2")]
    phone.peer = HOME
    assert await read(phone, 52) == [("granted", "1")]


async def test_an_office_of_forty_who_come_every_day_reads_on_beside_a_farmer(
    app: PaywallApp, browser: Visit, clock: Clock
) -> None:
    office = [browser(f"192.0.2.{100 + number}") for number in range(40)]
    for reader in office:
        await read(reader, 50)
    clock.next_day()
    for reader in office:
        reader.peer = OFFICE
        await read(reader, 50)
    gained = await farm(app, OFFICE)
    assert gained > 0
    for number, reader in enumerate(office):
        assert await read(reader, 51 + number % 4, 55) == [("granted", "1"), ("granted", "0")]


async def test_as_many_of_an_office_as_may_become_established_there_do_and_the_others_are_told_the_truth(
    app: PaywallApp, browser: Visit, clock: Clock
) -> None:
    office = [browser(OFFICE) for _ in range(M + 2)]
    for _ in range(2):
        for reader in office:
            await read(reader, 0)
        clock.next_day()
    await farm(app, OFFICE)
    pages = [await reader.get("/news/55") for reader in office]
    assert [page.header("pennypress-reason") for page in pages] == ["granted"] * M + ["budget"] * 2
    assert NETWORK in pages[-1].text
    assert UP not in pages[-1].text
    assert await read(office[-1], 0) == [("repeated", "2")], "what was opened stays open"


async def test_a_newcomer_who_is_refused_for_a_farmer_reads_from_the_next_day_on(
    app: PaywallApp, browser: Visit, clock: Clock
) -> None:
    await farm(app, OFFICE)
    reader = browser(OFFICE)
    refused = await reader.get("/news/55")
    assert refused.header("pennypress-reason") == "budget"
    assert (refused.header("pennypress-remaining"), refused.header("pennypress-resets")) == (None, None)
    clock.next_day()
    assert await read(reader, 55, 56) == [("granted", "2"), ("granted", "1")]


async def test_a_newcomer_who_is_refused_signs_in_and_reads_at_once(
    app: PaywallApp, browser: Visit, clock: Clock
) -> None:
    reader = browser(HOME)
    await read(reader, 51)
    await farm(app, OFFICE)
    reader.peer = OFFICE
    assert (await reader.get("/news/55")).header("pennypress-reason") == "budget"
    account, device = ReaderId(b"a" * 16), ReaderId(b"d" * 16)
    (named,) = PASSES.read([f"pennypress={reader.cookies['pennypress']}".encode()])
    await app._store.put(account, Rights(account, registered=True))
    await app._store.merge(named, account, app.gate.policy.window.span(clock.now), clock.now)
    await app._store.sign_in(device, account)
    name, _, value = PASSES.set_device_cookie(device).decode().partition(";")[0].partition("=")
    reader.cookies[name] = value
    assert await read(reader, 51, 55) == [("repeated", "2"), ("granted", "1")], "what was opened before is among them"


async def test_newcomers_of_a_carrier_that_the_paper_knows_read_beside_a_farmer(
    app: PaywallApp, browser: Visit
) -> None:
    assert await farm(app, CARRIER) == 50
    for number in range(20):
        assert await read(browser(CARRIER), 50 + number % 9, number) == [("granted", "2"), ("granted", "1")]


async def test_a_browser_without_cookies_reads_and_costs_its_neighbours_each_article_once(
    app: PaywallApp, browser: Visit
) -> None:
    for _ in range(8):
        for article in (1, 2):
            page = await browser(OFFICE).get(f"/news/{article}")
            assert full(page) == ("granted", "2")
    assert await farm(app, OFFICE) == K, "the two are among them"
    assert full(await browser(OFFICE).get("/news/1")) == ("granted", "2")


async def test_a_prefetch_costs_nothing_and_the_click_after_it_one(browser: Visit) -> None:
    reader = browser(HOME)
    ahead = await reader.get("/news/1", sec_purpose="prefetch;prerender")
    assert (ahead.status, ahead.body, ahead.header("cache-control")) == (503, b"", "no-store")
    assert reader.cookies == {}
    assert await read(reader, 1) == [("granted", str(LIMIT - 1))]
    again = await reader.get("/news/1", sec_purpose="prefetch")
    assert not withheld(again, "n1"), "what was opened may be fetched ahead"
    assert await read(reader, 1) == [("repeated", str(LIMIT - 1))]
