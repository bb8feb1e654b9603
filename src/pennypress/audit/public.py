"""The paper's public address: whether a cache in front answers one reader with another's page.

The requests bear the audit's name, of which the gateway takes nothing: it answers them with the preview alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from pennypress.audit import findings as kinds
from pennypress.audit.asking import Asked
from pennypress.audit.crawl import AGENT
from pennypress.audit.findings import Findings
from pennypress.audit.judging import Judge
from pennypress.audit.reading import LARGEST
from pennypress.audit.site import Site
from pennypress.config import Config
from pennypress.core.decision import Reason
from pennypress.core.policy import Mode
from pennypress.core.target import read_target
from pennypress.errors import PennypressError
from pennypress.http.answer import Answer, first
from pennypress.http.asking import ask

_SECONDS = 15.0
_ARTICLES = 3
_OF_CACHES = (
    b"x-cache",
    b"x-cache-status",
    b"x-proxy-cache",
    b"cf-cache-status",
    b"cache-status",
    b"x-varnish-cache",
    b"x-litespeed-cache",
    b"x-drupal-cache",
    b"x-nginx-cache",
)
_FOR_NOBODY = frozenset(
    reason.value.encode()
    for reason in (Reason.GRANTED, Reason.REPEATED, Reason.ENTITLED, Reason.USED_UP, Reason.BUDGET)
)
"""What a program that opens nothing is never told: an answer that says so was made for a reader."""


async def look_for_caches(
    config: Config, site: Site, asked: Asked, articles: Iterable[str], judge: Judge, findings: Findings
) -> None:
    """Ask the public address for some metered articles, each twice and as by two readers, and note what a cache did to
    the answers."""
    url, languages = config.paper.url, config.paper.languages
    if url is None:
        findings.notes.append("[paper] url is not set, so caches in front of the public address were not looked for.")
        return
    try:
        for address in islice(filter(asked.robots.allows, articles), _ARTICLES):
            answers = []
            for reader in _two_readers(languages):
                await asyncio.sleep(asked.apart)
                answers.append(await _ask(url, site, address, reader))
            if any(first(answer.headers, b"pennypress-access") is not None for answer in answers):
                await _judge(address, answers, len(languages) > 1, judge, findings)
            elif config.meter.mode is not Mode.ON:
                findings.notes.append(
                    f'Caches in front of {url} were not looked for: in mode "{config.meter.mode.value}" no answer '
                    "shows that Pennypress gave it. pennypress doctor looks for them in every mode."
                )
                return
            else:
                findings.notes.append(
                    f"{url}{address} is answered without Pennypress (status {answers[0].status}): it does not stand "
                    "there yet, or a cache answers in its place. Caches in front were not looked for there."
                )
    except PennypressError as failure:
        findings.notes.append(f"{url} could not be asked, so caches in front were not looked for: {failure}")


def _two_readers(languages: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The headers of two readers: the second has a cookie, and another language where the paper has one."""
    return {"Accept-Language": languages[0]}, {"Accept-Language": languages[-1], "Cookie": "audit=second"}


async def _ask(url: str, site: Site, address: str, reader: Mapping[str, str]) -> Answer:
    agent = f"Mozilla/5.0 (compatible) {AGENT}"
    return await ask(
        url, read_target(address), host=site.host, agent=agent, largest=LARGEST, seconds=_SECONDS, more=reader
    )


async def _judge(
    address: str, answers: Sequence[Answer], two_languages: bool, judge: Judge, findings: Findings
) -> None:
    for answer in answers:
        reason = first(answer.headers, b"pennypress-reason") or b"nothing said"
        left = await judge.sightings(answer, address)
        if left:
            said = await judge.told(left, answer, address)
            findings.add(kinds.CACHED_LEAK, address, f"{said} (Pennypress-Reason: {reason.decode('latin-1')})")
            return
        if reason in _FOR_NOBODY:
            detail = f"it is the page of another reader (Pennypress-Reason: {reason.decode('latin-1')})"
            findings.add(kinds.CACHED, address, detail)
            return
    kept = _cached(answers[-1])
    if kept is None and two_languages and answers[0].body == answers[-1].body:
        kept = "asked for in two languages, it was answered the same twice"
    if kept is not None:
        findings.add(kinds.CACHED, address, kept)


def _cached(answer: Answer) -> str | None:
    """How an answer says that a cache gave it; None where it does not."""
    age = (first(answer.headers, b"age") or b"").strip()
    if age.isdigit() and int(age) > 0:
        return f"Age: {int(age)}"
    varnish = first(answer.headers, b"x-varnish")
    if varnish is not None and len(varnish.split()) == 2:
        return f"X-Varnish: {varnish.decode('latin-1')}"
    for name in _OF_CACHES:
        value = first(answer.headers, name)
        if value is not None and b"hit" in value.lower():
            return f"{name.decode()}: {value.decode('latin-1')}"
    return None
