"""A visit to a paper: what is known of it, how its address answers, and what the questions share."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from pennypress.config import Config, HostAddress
from pennypress.doctor.fronts import Fronts
from pennypress.doctor.newest import Newest, newest
from pennypress.doctor.outside import Outside, leads_to, target_in, text_of, tried
from pennypress.doctor.reading import Reading, cookie_of, read
from pennypress.errors import OriginError, PennypressError
from pennypress.http.answer import Answer
from pennypress.http.health import HEALTH_PATH
from pennypress.http.mirror import MIRROR, proves, question
from pennypress.pages.leads import bare_host
from pennypress.pages.recognise import Grounds
from pennypress.readers.keys import Keys

FORGED = "198.51.100.66"
"""An address that nobody has: whoever is taken for it has been believed."""

_REDIRECTS = 5
_USUAL_LISTEN = HostAddress("127.0.0.1", 8000)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the paper before it is asked: its configuration and keys (None where they are not at hand,
    ``lacking`` says why), the clock, and a source of random bytes."""

    config: Config | None
    keys: Keys | None
    lacking: str
    clock: Callable[[], datetime]
    random: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Reflection:
    """How a request of ours arrived at the gateway, as its mirror shows it."""

    answer: str
    peer: str | None
    trusted: bool
    address: str
    scheme: str
    host: str
    forwarded_for: tuple[str, ...]
    forwarded_proto: tuple[str, ...]
    bears_pass: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the paper's address answers: the front page, and whether its redirects lead in a circle."""

    front: Answer
    circle: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """What was seen. ``plain`` is the reflection of a request as it is, ``twice`` the answer to its question asked once
    more, ``forged`` of a request that claims another address (None where nobody's word counts), ``bearing`` of one with
    the pass."""

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
    )


async def arrive(outside: Outside) -> Arrival:
    """Find out where a site is at home (with or without www, by which scheme), and go there. Raises Unreached."""
    path = "/"
    seen = set()
    for _ in range(_REDIRECTS):
        try:
            front = await outside.get(path)
        except OriginError as error:
            raise Unreached(f"{outside.home} does not answer: {error.detail}") from None
        seen.add(outside.home + path)
        address = leads_to(outside.home, front)
        if address is None or bare_host(address) != bare_host(outside.home):
            return Arrival(front, circle=False)
        parts = urlsplit(address)
        outside.home, path = f"{parts.scheme}://{parts.netloc}".lower(), target_in(address)
        if outside.home + path in seen:
            return Arrival(front, circle=True)
    return Arrival(front, circle=True)


async def reflected(
    outside: Outside,
    known: Known,
    asked: str | None,
    *,
    cookie: str | None = None,
    forwarded_for: str | None = None,
    fresh: bool = False,
) -> Reflection | None:
    """How a request arrives at the gateway that holds the paper's keys; None where no such gateway answers.

    ``fresh`` asks a question of its own, so that no cache can answer it.
    """
    if asked is None or known.keys is None:
        return None
    if fresh:
        asked = question(known.keys, known.clock(), known.random)
    fields = {} if forwarded_for is None else {"X_Forwarded_For": forwarded_for}
    answer = await tried(outside.get(f"{MIRROR}?question={asked}", cookie=cookie, **fields))
    return None if answer is None else reflection_in(answer, known.keys, asked)


def reflection_in(answer: Answer, keys: Keys, asked: str) -> Reflection | None:
    """The reflection in an answer to a question, if it is proved to come from a gateway with these keys."""
    try:
        shown = json.loads(text_of(answer))
        if not proves(keys, asked, shown["proof"]):
            return None
        return Reflection(
            answer=shown["answer"],
            peer=shown["peer"],
            trusted=shown["trusted"],
            address=shown["address"],
            scheme=shown["scheme"],
            host=shown["host"],
            forwarded_for=tuple(shown["forwarded_for"]),
            forwarded_proto=tuple(shown["forwarded_proto"]),
            bears_pass=shown["pass"],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


async def _health(outside: Outside) -> tuple[str, ...] | None:
    """The remarks of the gateway's health page; None where no such page answers."""
    answer = await tried(outside.get(HEALTH_PATH))
    return None if answer is None else remarks_in(answer)


def remarks_in(answer: Answer) -> tuple[str, ...] | None:
    """The remarks of a health page; None where the answer is none."""
    try:
        shown = json.loads(text_of(answer))
        return tuple(str(remark) for remark in shown["remarks"]) if shown["live"] is True else None
    except (ValueError, KeyError, TypeError):
        return None
