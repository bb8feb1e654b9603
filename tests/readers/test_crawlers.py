"""Who is a crawler: by its user agent and its address together, never by what it says alone."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dns.reversename
import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from hypothesis import given
from hypothesis import strategies as st

from pennypress.readers.address import Networks
from pennypress.readers.ai_crawlers import ai_names, names_of
from pennypress.readers.crawlers import BUILT_IN, Crawler, Crawlers, Recognised
from tests.readers.names import Names, running_names

GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ADDRESS = "66.249.66.1"


@pytest.fixture
def names() -> Iterator[Names]:
    with running_names() as names:
        yield names


async def test_a_browser_is_a_reader_and_costs_no_look_up(names: Names) -> None:
    assert await Crawlers(resolver=names.address).recognise(BROWSER, ADDRESS) is None
    assert names.asked == []


async def test_reverse_and_forward_names_that_agree_inside_the_zone_verify(names: Names) -> None:
    names.host(ADDRESS, "crawl-66-249-66-1.googlebot.com")
    assert await Crawlers(resolver=names.address).recognise(GOOGLE, ADDRESS) == Recognised("Googlebot", True)


async def test_an_address_of_ipv6_verifies_too(names: Names) -> None:
    names.host("2001:4860:4801::1", "crawl-1.googlebot.com")
    assert (await Crawlers(resolver=names.address).recognise(GOOGLE, "2001:4860:4801::1")) == Recognised(
        "Googlebot", True
    )


@pytest.mark.parametrize(
    "name", ["evilgooglebot.com", "googlebot.com.evil.example", "crawl.google.com", "googlebot.co", "xgooglebot.com"]
)
async def test_a_name_outside_the_zone_does_not(names: Names, name: str) -> None:
    names.host(ADDRESS, name)
    assert await Crawlers(resolver=names.address).recognise(GOOGLE, ADDRESS) == Recognised("Googlebot", False)


async def test_a_name_that_does_not_lead_back_does_not(names: Names) -> None:
    names.host(ADDRESS, "crawl.googlebot.com", leads_back=False)
    names.said[("crawl.googlebot.com.", "A")] = ["66.249.66.2"]
    assert await Crawlers(resolver=names.address).recognise(GOOGLE, ADDRESS) == Recognised("Googlebot", False)


async def test_a_name_server_that_says_nothing_costs_a_second_and_verifies_nobody(names: Names) -> None:
    names.silent.add(dns.reversename.from_address(ADDRESS).to_text())
    crawlers = Crawlers(resolver=names.address)
    assert await asyncio.wait_for(crawlers.recognise(GOOGLE, ADDRESS), 3) == Recognised("Googlebot", False)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.9", "fe80::1", "::1", "", "no address"])
async def test_addresses_that_are_not_global_are_never_looked_up(names: Names, address: str) -> None:
    assert await Crawlers(resolver=names.address).recognise(GOOGLE, address) == Recognised("Googlebot", False)
    assert names.asked == []


async def test_what_was_looked_up_is_kept(names: Names) -> None:
    names.host(ADDRESS, "crawl.googlebot.com")
    crawlers = Crawlers(resolver=names.address)
    await asyncio.gather(*(crawlers.recognise(GOOGLE, ADDRESS) for _ in range(20)))
    await crawlers.recognise(GOOGLE, ADDRESS)
    assert len(names.asked) == 2


async def test_no_more_than_thirty_two_are_looked_up_at_once_and_nobody_waits_for_a_place(names: Names) -> None:
    crawlers = Crawlers(resolver=names.address)
    addresses = [f"66.249.{number}.1" for number in range(1, 101)]
    found = await asyncio.gather(*(crawlers.recognise(GOOGLE, address) for address in addresses))
    assert len({name for name, _ in names.asked}) == 32
    assert set(found) == {Recognised("Googlebot", False)}


async def test_one_network_with_a_silent_name_server_does_not_use_up_the_look_ups_of_all(names: Names) -> None:
    own = [f"2001:db9:0:{number:x}::1" for number in range(100)]
    names.silent.update(dns.reversename.from_address(address).to_text() for address in own)
    names.host(ADDRESS, "crawl.googlebot.com")
    crawlers = Crawlers(resolver=names.address)
    forged = asyncio.gather(*(crawlers.recognise(GOOGLE, address) for address in own))
    await asyncio.sleep(0)
    assert await crawlers.recognise(GOOGLE, ADDRESS) == Recognised("Googlebot", True)
    assert await forged == [Recognised("Googlebot", False)] * 100


async def test_readers_who_go_away_keep_no_place_among_the_look_ups(names: Names) -> None:
    addresses = [f"66.249.{number}.1" for number in range(1, 33)]
    names.silent.update(dns.reversename.from_address(address).to_text() for address in addresses)
    names.host(ADDRESS, "crawl.googlebot.com")
    crawlers = Crawlers(resolver=names.address)
    gone = [asyncio.ensure_future(crawlers.recognise(GOOGLE, address)) for address in addresses]
    await asyncio.sleep(0)
    assert await crawlers.recognise(GOOGLE, ADDRESS) == Recognised("Googlebot", False), "all places are taken"
    for task in gone:
        task.cancel()
    until = asyncio.get_running_loop().time() + 5
    while await crawlers.recognise(GOOGLE, ADDRESS) != Recognised("Googlebot", True):
        assert asyncio.get_running_loop().time() < until
        await asyncio.sleep(0.01)


async def test_a_failed_look_up_is_tried_again_after_a_minute_and_a_name_that_fails_after_ten(names: Names) -> None:
    now = 0.0
    names.silent.add(dns.reversename.from_address(ADDRESS).to_text())
    crawlers = Crawlers(resolver=names.address, tick=lambda: now)
    assert await crawlers.recognise(GOOGLE, ADDRESS) == Recognised("Googlebot", False)
    assert await crawlers.recognise(GOOGLE, "66.249.67.1") == Recognised("Googlebot", False)
    names.silent.clear()
    names.host(ADDRESS, "crawl.googlebot.com")
    names.host("66.249.67.1", "crawl-67.googlebot.com")
    assert await crawlers.recognise(GOOGLE, ADDRESS) == Recognised("Googlebot", False)
    now = 61.0
    assert await crawlers.recognise(GOOGLE, ADDRESS) == Recognised("Googlebot", True)
    assert await crawlers.recognise(GOOGLE, "66.249.67.1") == Recognised("Googlebot", False)
    now = 601.0
    assert await crawlers.recognise(GOOGLE, "66.249.67.1") == Recognised("Googlebot", True)


async def test_without_a_name_server_nobody_is_verified_and_nothing_is_raised() -> None:
    assert await Crawlers(resolver="127.0.0.1:1").recognise(GOOGLE, ADDRESS) == Recognised("Googlebot", False)


async def test_what_operators_publish_verifies_without_a_look_up_until_it_is_published_no_longer(names: Names) -> None:
    crawlers = Crawlers(resolver=names.address, published={"Googlebot": Networks.parse(["66.249.64.0/19"])})
    assert await crawlers.recognise(GOOGLE, ADDRESS) == Recognised("Googlebot", True)
    assert names.asked == []
    crawlers.publish({})
    assert await crawlers.recognise(GOOGLE, ADDRESS) == Recognised("Googlebot", False)


async def test_a_configured_crawler_of_a_built_in_name_comes_from_its_published_ranges() -> None:
    published = {"Googlebot": Networks.parse(["66.249.64.0/19"])}
    own = Crawler("Ours", ("googlebot",), full=False)
    assert await Crawlers([own], published=published).recognise(GOOGLE, ADDRESS) == Recognised("Ours", False)


@pytest.mark.parametrize(
    ("user_agent", "named"),
    [
        ("Googlebot/2.1 (+http://www.google.com/bot.html)", True),
        ("googlebot", True),
        ("SAMSUNG-SGH-E250/1.0 (compatible; Googlebot-Mobile/2.1; +http://www.google.com/bot.html)", True),
        ("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GOOGLEBOT/2.1) Chrome/1 Safari/537.36", True),
        ("NotGooglebot/1.0", False),
        ("Googlebotanist/1.0", False),
        ("Mozilla/5.0 (X11; Linux) Firefox/1 http://example.com/Googlebot", False),
        ("G" * 600 + " Googlebot/2.1", False),
    ],
)
async def test_a_user_agent_names_a_crawler_as_a_whole_word_in_any_case(user_agent: str, named: bool) -> None:
    assert await Crawlers().recognise(user_agent, "10.0.0.1") == (Recognised("Googlebot", False) if named else None)


async def test_ranges_verify_without_a_look_up_and_the_user_agent_must_be_theirs(names: Names) -> None:
    crawlers = Crawlers([Crawler("Newsbot", ("Newsbot",), Networks.parse(["198.51.100.0/24"]))], names.address)
    assert await crawlers.recognise("Newsbot/1.0", "198.51.100.7") == Recognised("Newsbot", True)
    assert await crawlers.recognise("Newsbot/1.0", "198.51.101.7") == Recognised("Newsbot", False)
    assert await crawlers.recognise(BROWSER, "198.51.100.7") is None
    assert names.asked == []


async def test_a_configured_crawler_is_asked_before_a_built_in_one(names: Names) -> None:
    names.host(ADDRESS, "crawl.googlebot.com")
    crawlers = Crawlers([Crawler("Googlebot", ("Googlebot",), full=False)], names.address)
    assert await crawlers.recognise(GOOGLE, ADDRESS) == Recognised("Googlebot", False)


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
        "FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120 Safari/537.36 (compatible; Google-Read-Aloud)",
        "GoogleProducer; (+https://developers.google.com/search/docs/advanced/crawling/google-producer)",
        "Mozilla/5.0 (compatible; Google-Site-Verification/1.0)",
    ],
)
async def test_tools_that_a_person_sets_off_are_ordinary_readers(names: Names, user_agent: str) -> None:
    assert await Crawlers(resolver=names.address).recognise(user_agent, ADDRESS) is None


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "CCBot/2.0 (https://commoncrawl.org/faq/)",
        "Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
    ],
)
async def test_ai_crawlers_get_the_preview(user_agent: str) -> None:
    found = await Crawlers().recognise(user_agent, ADDRESS)
    assert found is not None
    assert not found.full


async def test_every_ai_crawler_of_the_package_is_known_and_no_other_program_of_it_is_taken_for_one() -> None:
    crawlers = Crawlers()
    wrong = [
        user_agent
        for entry in CRAWLER_USER_AGENTS_DATA
        for user_agent in entry["instances"]
        if ("ai-crawler" in entry["tags"]) != (ai_names().named_in(user_agent) is not None)
    ]
    assert wrong == []
    assert await crawlers.recognise("python-requests/2.32", ADDRESS) is None
    assert await crawlers.recognise("Mozilla/5.0 (X11; Linux) HeadlessChrome/120.0 Safari/537.36", ADDRESS) is None


async def test_no_browser_of_a_real_log_is_taken_for_a_crawler(shared: Path) -> None:
    log = (shared / "clicks/elastic_apache_access.log").read_text("utf-8", "replace")
    agents = {found[1] for found in re.finditer(r'"([^"]*)"\s*$', log, re.MULTILINE)}
    browsers = [
        agent for agent in agents if agent.startswith("Mozilla") and not re.search("bot|[Cc]rawl|spider", agent)
    ]
    assert len(browsers) > 300
    assert [agent for agent in browsers if await Crawlers().recognise(agent, "10.0.0.1") is not None] == []


@given(st.text(max_size=600))
def test_any_user_agent_is_looked_at_without_harm(user_agent: str) -> None:
    ai_names().named_in(user_agent)


@pytest.mark.parametrize(
    ("pattern", "user_agent", "name"),
    [
        (r"[gG]abble[bB]ot\/", "x (gabblebot/2)", "GabbleBot"),
        (r"gabble\.ai", "Gabble.AI/1", "gabble.ai"),
        (r"^Gabble", "Gabble-fetch/1", "Gabble"),
        (r"Gabble Bot", "a Gabble Bot", "Gabble Bot"),
        (r"Gab[\s\S]*gab\.com", "Gab/1 (http://gab.com)", "Gab"),
        (r"(a+)+$", "aaaaaaaa", None),
        (r"\d+bot", "9bot", None),
        (r"gab(ble)?", "gabble", None),
    ],
)
def test_what_is_no_plain_name_is_never_run_as_an_expression(pattern: str, user_agent: str, name: str | None) -> None:
    assert names_of([pattern]).named_in(user_agent) == name


async def test_the_log_of_a_real_site_tells_539_of_543_googlebots(shared: Path) -> None:
    published = json.loads((shared / "crawlers/cloud-ips/googlebot.json").read_text())["prefixes"]
    ranges = [network for entry in published for network in entry.values()]
    for file in (shared / "crawlers/ipranges/googlebot").glob("*.txt"):
        ranges += file.read_text().split()
    crawlers = Crawlers([Crawler("Googlebot", BUILT_IN[0].user_agents, Networks.parse(ranges))])
    said = [
        (found[1], found[2])
        for line in (shared / "clicks/elastic_apache_access.log").read_text("utf-8", "replace").splitlines()
        if "Googlebot" in line and (found := re.match(r'(\S+) .*"([^"]+)"?\s*$', line))
    ]
    verified = [
        address
        for address, agent in said
        if (await crawlers.recognise(agent, address)) == Recognised("Googlebot", True)
    ]
    assert (len(said), len(verified)) == (543, 539)


def test_the_gateway_starts_without_the_library_for_names() -> None:
    """It costs a tenth of the start, and most papers' workers never ask for a name."""
    loaded = "import sys, pennypress.http.gateway; sys.exit('dns' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
