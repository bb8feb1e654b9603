"""What a crawler will see of a page: the gateway's own answer to it, as if its address had been verified."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from ipaddress import ip_network

from pennypress.cli.explanation import Explanation, look
from pennypress.config import Config
from pennypress.config.askers import CrawlerTable
from pennypress.core.policy import Mode
from pennypress.core.target import Target, read_target
from pennypress.errors import OriginError, Undecodable
from pennypress.http.answer import Answer, first
from pennypress.http.asgi import Parts, Paywall
from pennypress.http.askers import crawlers, lists_file
from pennypress.http.asking import ask
from pennypress.http.fetch import Receive, Scope, Send
from pennypress.http.inside import view_scope, whole_answer
from pennypress.pages.source import undo_coding
from pennypress.readers.crawlers import Crawler
from pennypress.readers.keys import Keys
from pennypress.readers.published import read_lists
from pennypress.store import Controls
from pennypress.store.memory import MemoryStore

_HERE = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class CrawlerView:
    """What was found: the page as the site gives it to the crawler and to a reader, what the gateway makes of it for
    the crawler, and the text of robots.txt (empty where there is none)."""

    crawler: Crawler
    found: Explanation
    to_reader: Explanation
    answer: Answer
    robots: str


def crawler_named(config: Config, name: str) -> Crawler | None:
    """The crawler of a name or user agent, in any case; None where nobody is called so."""
    wanted = name.casefold()
    known = crawlers(config, read_lists(lists_file(config))).all
    return next(
        (one for one in known if wanted in (one.name.casefold(), *(agent.casefold() for agent in one.user_agents))),
        None,
    )


async def view(config: Config, target: Target, host: str, crawler: Crawler) -> CrawlerView:
    """Fetch a page from the site as the crawler and as a reader, and answer the crawler. Raises OriginError."""
    agent = agent_of(crawler)
    found = await look(config, target, host, agent=agent)
    to_reader = await look(config, target, host)
    answer = await _answered(config, target, host, crawler, found.answer, found.controls)
    return CrawlerView(crawler, found, to_reader, answer, await _robots(config, host, agent))


def agent_of(crawler: Crawler) -> str:
    """The user agent under which the site is asked as a crawler."""
    return f"Mozilla/5.0 (compatible; {crawler.user_agents[0]}/2.1; pennypress explain)"


async def _answered(
    config: Config, target: Target, host: str, crawler: Crawler, origin: Answer, controls: Controls
) -> Answer:
    """The gateway's answer, made by its own code over the site's answer; nothing of it is kept."""

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": origin.status, "headers": list(origin.headers)})
        await send({"type": "http.response.body", "body": origin.body})

    store = MemoryStore()
    for opening in controls.openings:
        await store.open(opening)
    for lock in controls.locks:
        await store.lock(lock)
    app = Paywall(_believing(config, crawler), Parts(store, Keys((bytes(32),)))).around(site)
    await app.gate.take_up_controls()
    largest = 2 * config.gateway.largest_article  # with the marks in it, the answer is longer than the page
    seconds = config.gateway.origin_timeout.total_seconds()
    headers = ((b"user-agent", agent_of(crawler).encode("latin-1")), (b"accept", b"*/*"))
    try:
        made = await whole_answer(
            app, view_scope(target.forwarded, host, "http", headers, client=_HERE), largest=largest, seconds=seconds
        )
    finally:
        await app.close()
    body = made.body
    coding = first(made.headers, b"content-encoding")
    with contextlib.suppress(Undecodable):
        body = undo_coding(body, coding.decode("latin-1") if coding else None, limit=largest)
    return made._replace(body=body)


def _believing(config: Config, crawler: Crawler) -> Config:
    """The same configuration, switched on, that takes this machine for the crawler's."""
    believed = CrawlerTable(
        name=crawler.name,
        user_agents=crawler.user_agents,
        ranges=(ip_network(_HERE),),
        zones=None,
        access="full" if crawler.full else "preview",
    )
    return replace(
        config,
        meter=replace(config.meter, mode=Mode.ON),
        guard=replace(config.guard, learn=()),
        store=replace(config.store, meters="memory:"),
        network=replace(config.network, trusted_proxies=()),
        crawlers=(believed,),
        partners=(),
    )


async def _robots(config: Config, host: str, agent: str) -> str:
    gateway = config.gateway
    try:
        answer = await ask(
            gateway.upstream,
            read_target("/robots.txt"),
            host=host,
            agent=agent,
            largest=500_000,
            seconds=gateway.origin_timeout.total_seconds(),
        )
    except OriginError:
        return ""
    return answer.body.decode("utf-8", "replace") if answer.status == 200 else ""
