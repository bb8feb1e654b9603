"""One audit from beginning to end."""

from __future__ import annotations

import tempfile
from datetime import datetime

from pennypress.audit import findings as kinds
from pennypress.audit.asking import ask_site
from pennypress.audit.crawl import Omitted
from pennypress.audit.examining import unmatched
from pennypress.audit.findings import SHOWN, Findings, Report
from pennypress.audit.judging import Judge
from pennypress.audit.looking import Articles, Look
from pennypress.audit.public import look_for_caches
from pennypress.audit.site import Site, site_of
from pennypress.audit.stages import Ends, Options, Told
from pennypress.audit.tray import Tray
from pennypress.audit.viewing import Readers
from pennypress.config import Config
from pennypress.core.policy import Mode
from pennypress.core.target import read_target

_SITEMAPS = 5
_MOST_LEAD_AWAY = 20


async def audit(config: Config, options: Options, told: Told, ends: Ends, now: datetime) -> Report:
    """Audit the site that a configuration describes, as at a moment. Raises PennypressError where the site does not
    answer, or asks programs to stay away."""
    site, findings = site_of(config), Findings()
    with tempfile.TemporaryFile(buffering=0) as file:
        tray = Tray(file)
        asked = await ask_site(config, options, site, tray, told, ends)
        readers = Readers(config, site, tray, now)
        look = Look(config, site, tray, readers, findings)
        knowing = await look.learn(told, ends)
        judge = Judge(await readers.knowledge(), knowing.may_read)
        await look.look(knowing, judge, told, ends)
        disbelieved = (await readers.store.controls()).disbelieved
        _shared_canonicals(site, tray, frozenset(disbelieved), findings)
        if not ends.broken_off:
            await look_for_caches(config, site, asked, look.articles.metered.values(), judge, findings)
    _patterns(config, look.articles, findings)
    findings.notes += _notes(config, options, site, asked.omitted, tray, broken_off=bool(ends.broken_off))
    return Report(
        paper=config.paper.name,
        address=f"{site.scheme}://{site.host}",
        began=now.astimezone(config.paper.timezone),
        found=findings.all(),
        routes=dict(sorted(findings.routes.items())),
        answers=len(tray),
        articles=len(look.articles.addresses),
        metered=len(look.articles.metered),
        guard=config.guard.mode,
        unfinished=", ".join(ends.broken_off),
        notes=tuple(findings.notes),
        kept_out=(len(asked.omitted.kept_out), tuple(asked.omitted.kept_out[:SHOWN])),
        failed=(len(asked.omitted.failed), tuple(asked.omitted.failed[:SHOWN])),
        hosts=tuple(asked.omitted.hosts.most_common(SHOWN)),
    )


def _shared_canonicals(site: Site, tray: Tray, disbelieved: frozenset[str], findings: Findings) -> None:
    """Note the pages that name a canonical link which is no longer believed."""
    for seen in tray if disbelieved else ():
        claimed = site.target_of(seen.canonical, seen.address) if seen.canonical and seen.status == 200 else None
        if claimed is not None and read_target(claimed).key in disbelieved:
            findings.add(kinds.CANONICAL_SHARED, seen.address, claimed)


def _patterns(config: Config, articles: Articles, findings: Findings) -> None:
    for pattern, where in unmatched(config, articles.paths) if articles.paths else ():
        findings.add(kinds.NO_PATH, pattern, where)


def _notes(
    config: Config, options: Options, site: Site, omitted: Omitted, tray: Tray, *, broken_off: bool
) -> list[str]:
    """What is to be known besides."""
    notes = []
    sitemaps = [seen.address for seen in tray if seen.status == 200 and seen.kind == "xml" and "map" in seen.address]
    if sitemaps and not config.guard.learn:
        notes.append(f"[guard] learn names nothing. Sitemaps of this site: {', '.join(sitemaps[:_SITEMAPS])}.")
    if omitted.left:
        bound = "the audit was broken off" if broken_off else f"--pages {options.most} was the bound"
        notes.append(f"{omitted.left:,} more addresses were found and not asked: {bound}.")
    if config.meter.mode is not Mode.ON:
        notes.append(f'The meter\'s mode is "{config.meter.mode.value}"; this is what would be with mode = "on".')
    if config.guard.mode != "withhold":
        notes.append(f'[guard] mode is "{config.guard.mode}": nothing is kept on other routes than the articles\' own.')
    for host, count in omitted.hosts.most_common(1):
        if count > max(_MOST_LEAD_AWAY, len(tray) // 2):
            notes.append(
                f"{count:,} links lead to {host}, which is not this paper's by its configuration: if it is, set "
                f"[paper] url; now it is {site.scheme}://{site.host}."
            )
    return notes
