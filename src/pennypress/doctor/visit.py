"""A visit to a paper: what is known of it, how its address answers, and what the questions share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from pennypress.config import Config, HostAddress
from pennypress.doctor.fronts import Fronts
from pennypress.doctor.newest import Newest, newest
from pennypress.doctor.outside import Outside, leads_to, page_of, target_in, text_of, tried
from pennypress.doctor.reading import Reading, cookie_of, read
from pennypress.doctor.reflection import FORGED, Known, Reflection, reflected
from pennypress.errors import OriginError, PennypressError
from pennypress.http.answer import Answer
from pennypress.http.health import HEALTH_PATH
from pennypress.http.mirror import question
from pennypress.pages.leads import bare_host
from pennypress.pages.recognise import Grounds

_REDIRECTS = 5
_USUAL_LISTEN = HostAddress("127.0.0.1", 8000)


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the paper's address answers: the front page, and whether its redirects lead in a circle."""

    front: Answer
    circle: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """What was seen. ``plain`` is the reflection of a request as it is, ``twice`` the answer to its question asked once
    more, ``forged`` of a request that claims another address (None where nobody's word counts), ``bearing`` of one with
    the pass. ``behind`` is the article (else the front page) as the site behind answers it, None where it is not
    reached from here."""

    outside: Outside
    known: Known
    fronts: Fronts
    arrival: Arrival
    health: tuple[str, ...] | None
    plain: Reflection | None
    twice: Reflection | None
    forged: Reflection | None
    bearing: Reflection | None
    newest: Newest
    reading: Reading | None
    behind: Answer | None

    @property
    def config(self) -> Config | None:
        """The paper's configuration, where it is at hand."""
        return self.known.config


class Unreached(PennypressError):
    """The address does not answer; the message says how."""


async def visit(outside: Outside, known: Known, path: str | None) -> Visit:
    """Look around; ``path`` is the article to read instead of the newest. Raises Unreached."""
    arrival = await arrive(outside)
    config = known.config
    asked = question(known.keys, known.clock(), known.random) if known.keys is not None else None
    plain = await reflected(outside, known, asked) if asked else None
    at_hand = asked if plain is not None else None
    grounds = Grounds(config.articles.paths) if config is not None else None
    lists = config.guard.learn if config is not None else ()
    found = Newest((path,), "named by you") if path else await newest(outside, arrival.front, grounds, lists)
    reading = await read(outside, found)
    cookie = cookie_of(reading.first) if reading is not None else ""
    return Visit(
        outside=outside,
        known=known,
        fronts=Fronts(
            arrival.front, listen=config.gateway.listen if config is not None else _USUAL_LISTEN, home=outside.home
        ),
        arrival=arrival,
        health=await _health(outside),
        plain=plain,
        twice=await reflected(outside, known, at_hand),
        forged=await reflected(outside, known, at_hand, forwarded_for=FORGED, fresh=True)
        if plain is not None and plain.trusted  # else it cannot be believed, and would only stir the health page
        else None,
        bearing=await reflected(outside, known, at_hand, cookie=cookie, fresh=True) if cookie else None,
        newest=found,
        reading=reading,
        behind=await _behind(outside, config, reading, arrival.front) if config is not None else None,
    )


async def arrive(outside: Outside) -> Arrival:
    """Find out where a site is at home (with or without www, by which scheme), and go there. Raises Unreached."""
    path = "/"
    seen = set()
    for _ in range(_REDIRECTS):
        try:
            front = await outside.get(path)
        except OriginError as error:
            mend = "look whether the name leads to the front, and the front runs"
            raise Unreached(f"{outside.home} does not answer ({error.detail}); {mend}.") from None
        seen.add(outside.home + path)
        address = leads_to(outside.home, front)
        if address is None or bare_host(address) != bare_host(outside.home):
            return Arrival(front, circle=False)
        parts = urlsplit(address)
        outside.home, path = f"{parts.scheme}://{parts.netloc}".lower(), target_in(address)
        if outside.home + path in seen:
            return Arrival(front, circle=True)
    return Arrival(front, circle=True)


async def _behind(outside: Outside, config: Config, reading: Reading | None, front: Answer) -> Answer | None:
    """What the upstream answers, if it is the site behind: elsewhere the same address may be some other server's."""
    path, seen = ("/", front) if reading is None else (reading.path, reading.first)
    answer = await tried(outside.behind(config.gateway.upstream, path))
    if answer is None or answer.status != 200:
        return None
    here, there = page_of(seen, path), page_of(answer, path)
    same = here is not None and there is not None and here.facts.title == there.facts.title != ""
    return answer if same else None


async def _health(outside: Outside) -> tuple[str, ...] | None:
    """The remarks of the gateway's health page; None where no such page answers."""
    answer = await tried(outside.get(HEALTH_PATH))
    return None if answer is None else remarks_in(answer)


def remarks_in(answer: Answer) -> tuple[str, ...] | None:
    """The remarks of a health page; None where the answer is none."""
    try:
        shown = json.loads(text_of(answer))
        return tuple(str(remark) for remark in shown["remarks"]) if shown["live"] is True else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
