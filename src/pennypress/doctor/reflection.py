"""How requests arrive at the gateway, as its mirror shows whoever holds the paper's keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pennypress.config import Config
from pennypress.doctor.outside import Outside, text_of, tried
from pennypress.http.answer import Answer
from pennypress.http.mirror import MIRROR, proves, question
from pennypress.readers.keys import Keys

FORGED = "198.51.100.66"
"""An address that nobody has: whoever is taken for it has been believed."""


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
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
