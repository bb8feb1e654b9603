"""Asking the site: its robots.txt, its lists and whatever they lead to, second copies of a few articles, searches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from pennypress.audit.crawl import AGENT, HEADERS, Crawl, Omitted
from pennypress.audit.discovery import discover
from pennypress.audit.probes import AT_THE_SITE, words_to_search
from pennypress.audit.reading import LARGEST, read, read_page_of
from pennypress.audit.site import Site
from pennypress.audit.stages import ASKING, Ends, Options, Told
from pennypress.audit.tray import Seen, Tray
from pennypress.config import Config
from pennypress.core.target import read_target
from pennypress.errors import OriginError, PennypressError
from pennypress.http.answer import Answer
from pennypress.http.fetch import App
from pennypress.http.inside import view_scope, whole_answer
from pennypress.http.politeness import Polite
from pennypress.http.proxy import Proxy, Timeouts
from pennypress.http.robots_txt import Robots, robots_of
from pennypress.pages.recognise import Grounds

_PROBED = 6
_PROBED_OF_ONE_LOOK = 3
_LISTS_ELSEWHERE = 50
_FREE = Robots("", AGENT)


@dataclass(frozen=True, slots=True)
class Asked:
    """How the site was asked: what its robots.txt allows, how many seconds lay between two requests, and what was left
    out."""

    robots: Robots
    apart: float
    omitted: Omitted


async def ask_site(config: Config, options: Options, site: Site, tray: Tray, told: Told, ends: Ends) -> Asked:
    """Fill the tray. Raises PennypressError where the site does not answer, or asks programs to stay away."""
    ends.begin(ASKING)
    seconds = config.gateway.origin_timeout.total_seconds()
    proxy = Proxy(site.upstream, connections=1, timeouts=Timeouts(origin=seconds))
    try:
        robots = await _robots(proxy, site, seconds)
        apart = max(options.apart, robots.delay)
        crawl = Crawl(Polite(proxy, robots, AGENT, apart=apart), site, robots, tray, most=options.most, seconds=seconds)
        if options.sitemap is not None:
            named = [options.sitemap]
            if site.target_of(options.sitemap, "/") is None:
                named = await _links_elsewhere(options.sitemap, apart, seconds, ends)
            crawl.add(named, f"named by {options.sitemap}")
        crawl.add(robots.sitemaps, "named by robots.txt")
        crawl.add(config.guard.learn, "named by [guard] learn")
        crawl.add(("/",), "the front page")
        crawl.add(AT_THE_SITE, "a usual address", guessed=True)
        await crawl.follow(told, ends.now, reserve=True)
        if not ends.now.is_set():
            for address, words in _for_probes(config, site, tray):
                crawl.probe(address, words)
            await crawl.follow(told, ends.now, reserve=False)
    finally:
        await proxy.close()
    if not len(tray) and not ends.broken_off:
        address, why = next(iter(crawl.omitted.failed), ("", "nothing could be asked"))
        raise PennypressError(f"{site.upstream}{address}: {why}; look whether the site runs.")
    return Asked(robots, apart, crawl.omitted)


async def _robots(proxy: Proxy, site: Site, seconds: float) -> Robots:
    try:
        answer = await _get(Polite(proxy, _FREE, AGENT), site, "/robots.txt", seconds)
    except OriginError as failure:
        raise PennypressError(f"{site.upstream} does not answer ({failure.detail}); start the site first.") from None
    robots = robots_of(answer, AGENT)
    if not robots.allows("/"):
        raise PennypressError(
            f"{site.upstream}/robots.txt (status {answer.status}) asks programs to stay away; give the audit a group "
            f'of its own there: "User-agent: {AGENT}", and below it "Allow: /".'
        )
    return robots


async def _links_elsewhere(link: str, apart: float, seconds: float, ends: Ends) -> list[str]:
    """The links of a sitemap at another host, and of the sitemaps there that it names."""
    parts = urlsplit(link)
    home = Site(parts.netloc, parts.scheme, frozenset((parts.netloc,)), f"{parts.scheme}://{parts.netloc}")
    proxy = Proxy(home.upstream, connections=1, timeouts=Timeouts(origin=seconds))
    links: list[str] = []
    try:
        robots = robots_of(await _get(Polite(proxy, _FREE, AGENT), home, "/robots.txt", seconds), AGENT)
        app = Polite(proxy, robots, AGENT, apart=apart)
        waiting, asked = [home.target_of(link, "/")], 0
        while waiting and asked < _LISTS_ELSEWHERE and not ends.now.is_set():
            address, asked = waiting.pop(), asked + 1
            if address is not None and robots.allows(address):
                answer = await _get(app, home, address, seconds)
                found = read(answer)
                named = discover(answer, found.kind, found.text, address).links
                links += named
                waiting += [home.target_of(one, address) for one in named if ".xml" in one]
    except PennypressError as failure:
        raise PennypressError(f"{link} cannot be read: {failure}") from None
    finally:
        await proxy.close()
    return links


async def _get(app: App, site: Site, address: str, seconds: float) -> Answer:
    scope = view_scope(address, site.host, site.scheme, HEADERS)
    return await whole_answer(app, scope, largest=LARGEST, seconds=seconds)


def _for_probes(config: Config, site: Site, tray: Tray) -> Iterator[tuple[str, str]]:
    """A few articles, and words of what they withhold; few of one look."""
    grounds, looks = Grounds(config.articles.paths), dict[str, int]()
    for seen in tray:
        look = seen.address.strip("/").partition("/")[0]
        if sum(looks.values()) >= _PROBED or looks.get(look, 0) >= _PROBED_OF_ONE_LOOK:
            continue
        answer = tray.answer(seen.address) if _may_be_article(seen, site, grounds) else None
        page = read_page_of(answer, seen.address, config) if answer is not None else None
        if page is not None and not page.list_like and not page.brief and page.body_rule is not None:
            looks[look] = looks.get(look, 0) + 1
            yield seen.address, words_to_search(page.cut().told)


def _may_be_article(seen: Seen, site: Site, grounds: Grounds) -> bool:
    """Whether a page is worth reading as an article's: by its address, by its canonical link's, or by its own word."""
    if seen.status != 200 or seen.kind != "html":
        return False
    claimed = site.target_of(seen.canonical, seen.address) if seen.canonical else None
    held = any(grounds.hold(read_target(address)) for address in (seen.address, claimed) if address)
    return held or (seen.says_article and not grounds.patterns)
