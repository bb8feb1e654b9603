"""The explanation of one page: what Pennypress makes of it, and why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from pennypress.cli.screen import say, show_rows
from pennypress.cli.stores import opened
from pennypress.config import Config
from pennypress.core.decision import Decision, Metered, Visit, decide, settle
from pennypress.core.meter import ReaderId, Standing, Unit, spend
from pennypress.core.part import owners
from pennypress.core.policy import Mode
from pennypress.core.reader import Reader
from pennypress.core.target import Target, read_target
from pennypress.errors import Undecodable
from pennypress.http.answer import Answer, Kind, first, kind_of
from pennypress.http.asking import ask
from pennypress.http.pageview import origin_word
from pennypress.pages.page import Cut, Page, PageOptions, read_page
from pennypress.pages.recognise import Grounds, Subject, recognise, unread_subject
from pennypress.pages.source import undo_coding
from pennypress.store import Controls
from pennypress.store.opening import sqlite_path

AGENT = "pennypress-explain"
_NOBODY = ReaderId(bytes(16))
_LOOPBACK = re.compile(r"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was found: the answer, the page (None where it cannot be read, ``unread`` says why), the article."""

    answer: Answer
    page: Page | None
    unread: str
    subject: Subject | None
    controls: Controls


async def look(config: Config, target: Target, host: str, *, agent: str = AGENT) -> Explanation:
    """Fetch a page from the site behind, under the name ``host``, and read it. Raises OriginError."""
    gateway = config.gateway
    answer = await ask(
        gateway.upstream,
        target,
        host=host,
        agent=agent,
        largest=gateway.largest_article,
        seconds=gateway.origin_timeout.total_seconds(),
        scheme=urlsplit(config.paper.url).scheme if config.paper.url else None,
    )
    controls = await _controls(config)
    if answer.status != 200 or kind_of(list(answer.headers)) is not Kind.PAGE:
        return Explanation(answer, None, "", None, controls)
    return read_answer(config, target, host, answer, controls)


def host_for(url: str, config: Config) -> str | None:
    """The host under which the site behind is asked for an address; None where that is one of another site.

    The gateway's own address on this machine stands for the paper's.
    """
    named, own = urlsplit(url).netloc.lower(), urlsplit(config.paper.url or "").netloc
    if not named or (own and _LOOPBACK.fullmatch(named)):
        return own or urlsplit(config.gateway.upstream).netloc
    return named if own in ("", named) else None


def target_of(url: str) -> Target:
    """The target of an address, or of a path. Raises TargetError."""
    parts = urlsplit(url)
    path = parts.path or ("/" if parts.netloc else "")
    return read_target(f"{path}?{parts.query}" if parts.query else path)


def read_answer(config: Config, target: Target, host: str, answer: Answer, controls: Controls) -> Explanation:
    """Read an HTML answer as the gateway would."""
    grounds = Grounds(config.articles.paths)
    word = origin_word(answer.headers)
    coding, content_type = first(answer.headers, b"content-encoding"), first(answer.headers, b"content-type")
    options = PageOptions(config.articles.body, config.articles.preview, config.articles.scripts)
    try:
        body = undo_coding(
            answer.body, coding.decode("latin-1") if coding else None, limit=config.gateway.largest_article
        )
        page = read_page(
            body, content_type.decode("latin-1") if content_type else None, options, address=target.forwarded
        )
    except Undecodable as error:
        subject = unread_subject(target, word) if grounds.hold(target) else None
        return Explanation(answer, None, error.reason, subject, controls)
    own_host = urlsplit(config.paper.url).netloc if config.paper.url else host
    subject = recognise(page, target, grounds, own_host=own_host, word=word, believes=lambda key: True)
    return Explanation(answer, page, "", subject, controls)


async def _controls(config: Config) -> Controls:
    """What the operator said, where there is a store already that can tell."""
    path = sqlite_path(config.store.meters, config.base)
    if path is None or not path.exists():
        return Controls()
    async with opened(config) as store:
        return await store.controls()


def decisions(config: Config, found: Explanation, now: datetime) -> Iterator[tuple[str, Decision]]:
    """What a reader who was never here gets, and one whose limit is used up."""
    assert found.subject is not None
    article = found.subject.article
    visit = Visit(
        article=article,
        reader=Reader(_NOBODY, known=False),
        now=now,
        brief=found.subject.brief,
        openings=found.controls.openings,
        locks=found.controls.locks,
    )
    elsewhere = tuple(Unit(f"elsewhere {number}", now - timedelta(seconds=1)) for number in range(config.meter.limit))
    for who, standing in (
        ("A reader who was never here", Standing()),
        ("A reader whose limit is used up", Standing(elsewhere)),
    ):
        answer = decide(config.policy(), visit)
        yield who, settle(answer, spend(standing, answer.claim)) if isinstance(answer, Metered) else answer


def show(config: Config, target: Target, found: Explanation) -> None:
    """Print an explanation."""
    content_type = first(found.answer.headers, b"content-type") or b"nothing said"
    rows = [("Answer", f"{found.answer.status}, {content_type.decode('latin-1')}, {len(found.answer.body):,} bytes")]
    location = first(found.answer.headers, b"location")
    if location is not None:
        rows.append(("Leads to", location.decode("latin-1")))
    subject, page = found.subject, found.page
    part_of = " and ".join(article for article, _ in owners(config.parts, target))
    if part_of:
        rows.append(("Part of", f"{part_of}, by part_of: it goes out to who has that open, and to others as 403"))
        show_rows(target.forwarded, rows)
        return
    if subject is None:
        rows.append(("Article", f"no: {_why_none(config, target, found)}"))
        show_rows(target.forwarded, rows)
        return
    article = subject.article
    rows += [
        ("Article", f"yes: {subject.why}"),
        ("Counted as", article.key),
        ("Canonical link", _canonical(page, subject)),
        ("Title", article.title or "none found"),
        ("Sections", ", ".join(article.sections) or "none found"),
        ("Tags", ", ".join(article.tags) or "none found"),
        ("Authors", ", ".join(article.authors) or "none found"),
        ("Published", article.published.isoformat() if article.published else "none found"),
    ]
    if page is None:
        rows.append(("Body", f"cannot be read: {found.unread}; without a grant the headline and the wall go out alone"))
        show_rows(target.forwarded, rows)
    else:
        cut = page.cut(continued=subject.continued)
        show_rows(target.forwarded, [*rows, *_body_rows(page, subject, cut)])
        if cut.preview and not subject.brief:
            show_rows("The preview", [(line,) for line in cut.preview.splitlines()])
        show_rows("Where the withheld text stands a second time, and is taken out", _second_places(cut))
        show_rows("Scripts of the cut page", _fates(cut))
    if config.meter.mode is not Mode.ON:
        say(f'The mode is "{config.meter.mode.value}": nothing is withheld just now. In mode "on":', "yellow")
    for who, decision in decisions(config, found, datetime.now(UTC)):
        outcome = "the whole article" if decision.full else "the preview"
        say(f"{who} gets {outcome}: {decision.reason.value}", "bold")
        show_rows("", [(_mark(step.matched), step.rule, step.answer) for step in decision.trace])


def _body_rows(page: Page, subject: Subject, cut: Cut) -> Iterator[tuple[str, str]]:
    if page.body_rule is None:
        yield "Body", "none found; without a grant the headline and the wall go out alone"
        return
    yield "Body", f'found by "{page.body_rule}": {page.words:,} words in {page.blocks} blocks'
    if subject.brief:
        yield "Preview", "all of it: so short an article is free"
        return
    yield "Preview", f"{page.words - cut.withheld_words:,} words; {cut.withheld_words:,} are withheld"
    if cut.alone is not None:
        yield "Cut", f"cannot be cut: {cut.alone}; without a grant the headline and the wall go out alone"


def _canonical(page: Page | None, subject: Subject) -> str:
    link = page.facts.canonical if page is not None else None
    if link is None:
        return "none found"
    return (
        link if subject.claimed is not None else f"{link}, which is not followed: it leads to no article of this paper"
    )


def _second_places(cut: Cut) -> list[tuple[str, ...]]:
    return [
        (finding.kind.value, finding.where, f"{finding.words:,} words" if finding.words else "with others")
        for finding in cut.findings
    ]


def _fates(cut: Cut) -> list[tuple[str, ...]]:
    return [("kept" if fate.kept else "left out", fate.script, fate.why) for fate in cut.scripts]


def show_json(config: Config, target: Target, found: Explanation) -> None:
    """Print an explanation for programs."""
    subject, page = found.subject, found.page
    told: dict[str, object] = {
        "target": target.forwarded,
        "status": found.answer.status,
        "article": subject is not None,
        "why": subject.why if subject is not None else _why_none(config, target, found),
    }
    if subject is not None:
        told |= {"key": subject.article.key, "title": subject.article.title, "brief": subject.brief}
        told |= {"unread": found.unread or None, "mode": config.meter.mode.value}
        now = datetime.now(UTC)
        told["readers"] = [_decided(who, decision) for who, decision in decisions(config, found, now)]
    if subject is not None and page is not None:
        cut = page.cut(continued=subject.continued)
        told |= {
            "canonical": page.facts.canonical,
            "canonical_followed": subject.claimed is not None,
            "body": {"rule": page.body_rule, "words": page.words, "blocks": page.blocks},
            "preview": cut.preview.splitlines(),
            "withheld_words": cut.withheld_words,
            "alone": cut.alone,
            "second_places": [
                {"kind": place.kind.value, "where": place.where, "words": place.words} for place in cut.findings
            ],
            "scripts": [{"script": fate.script, "kept": fate.kept, "why": fate.why} for fate in cut.scripts],
        }
    print(json.dumps(told, ensure_ascii=False, indent=2))


def _decided(who: str, decision: Decision) -> dict[str, object]:
    steps = [{"rule": step.rule, "matched": step.matched, "answer": step.answer} for step in decision.trace]
    return {"reader": who, "full": decision.full, "reason": decision.reason.value, "trace": steps}


def _why_none(config: Config, target: Target, found: Explanation) -> str:
    grounds = Grounds(config.articles.paths)
    passes = "it passes, but for what the guard finds in it" if config.guard.mode == "withhold" else "it passes"
    if found.answer.status != 200:
        return f"the site answered {found.answer.status}, which costs nothing"
    kind = kind_of(list(found.answer.headers))
    if kind is Kind.ASSET:
        return "it is a picture, a style, a font or a script, which passes uncounted"
    if kind is Kind.OTHER:
        return "it is no page; " + ("it goes out under its article's grant" if grounds.hold(target) else passes)
    if found.page is None:
        return f"it cannot be read ({found.unread}) and is not under the article paths, so {passes}"
    if not grounds.patterns:
        return f"the page does not say that it is one, so {passes}"
    if not grounds.under(target):
        return f"it is not under [articles] paths, and neither is its canonical link, so {passes}"
    why = "shows itself to be a list" if grounds.hold(target) else "is the root of the article paths"
    return f"it {why}, so {passes}"


def _mark(matched: bool) -> str:
    return "yes" if matched else "no"
