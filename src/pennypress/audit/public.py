"""The paper's public address: whether a cache in front answers one reader with another's page.

The requests bear the audit's name, of which the gateway takes nothing: it answers them with the preview alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pennypress.audit import findings as kinds
from pennypress.audit.crawl import AGENT, HEADERS
from pennypress.audit.findings import Findings
from pennypress.audit.judging import Judge
from pennypress.audit.reading import LARGEST
from pennypress.audit.site import Site
from pennypress.core.decision import Reason
from pennypress.errors import PennypressError
from pennypress.http.answer import Answer, first
from pennypress.http.fetch import App
from pennypress.http.inside import view_scope, whole_answer
from pennypress.http.politeness import Polite
from pennypress.http.proxy import Proxy, Timeouts
from pennypress.http.robots_txt import Robots

_SECONDS = 15.0
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

_COOKIES = ((), ((b"cookie", b"audit=second"), (b"accept-language", b"qaa")))


async def look_for_caches(
    url: str, site: Site, robots: Robots, articles: Sequence[str], judge: Judge, findings: Findings, *, apart: float
) -> None:
    """Ask the public address for some metered articles, each twice, and note what a cache did to the answers."""
    timeouts = Timeouts(connect=_SECONDS, origin=_SECONDS)
    proxy = Proxy(url, connections=1, timeouts=timeouts)
    app = Polite(proxy, robots, AGENT, apart=apart)
    try:
        for address in filter(robots.allows, articles):
            answers = [await _ask(app, site, address, more) for more in _COOKIES]
            if any(first(answer.headers, b"pennypress-access") is not None for answer in answers):
                await _judge(address, answers, judge, findings)
            else:
                findings.notes.append(
                    f"{url}{address} is answered without Pennypress (status {answers[0].status}): it does not stand "
                    "there yet, or a cache answers in its place. Caches in front were not looked for there."
                )
    except PennypressError as failure:
        findings.notes.append(f"{url} could not be asked, so caches in front were not looked for: {failure}")
    finally:
        await proxy.close()


async def _ask(app: App, site: Site, address: str, more: Iterable[tuple[bytes, bytes]]) -> Answer:
    scope = view_scope(address, site.host, site.scheme, (*HEADERS, *more))
    return await whole_answer(app, scope, largest=LARGEST, seconds=2 * _SECONDS)


async def _judge(address: str, answers: Sequence[Answer], judge: Judge, findings: Findings) -> None:
    for answer in answers:
        reason = first(answer.headers, b"pennypress-reason") or b"nothing said"
        for sighting in await judge.sightings(answer, address):
            said = await judge.told(sighting, answer, address)
            findings.add(kinds.CACHED_LEAK, address, f"{said} (Pennypress-Reason: {reason.decode('latin-1')})")
            return
        if reason in _FOR_NOBODY:
            detail = f"it is the page of another reader (Pennypress-Reason: {reason.decode('latin-1')})"
            findings.add(kinds.CACHED, address, detail)
            return
    kept = _cached(answers[-1])
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
