"""The mirror: how a request arrives at the gateway, shown to whoever holds the paper's keys.

Whoever asks sends a question: a moment, a nonce and a keyed tag. The gateway answers one that is fresh and made with
the paper's keys, and proves with a second tag that it holds them too. To everybody else there is no such address.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from hmac import compare_digest
from urllib.parse import parse_qs

from pennypress.http.answer import Answer
from pennypress.http.request import PageRequest
from pennypress.readers.keys import Keys

MIRROR = "/-/pennypress/mirror"

_QUESTION = "mirror's question"
_PROOF = "mirror's proof"
_FRESH = timedelta(minutes=5)
_TAG_BYTES = 16
_NONCE_BYTES = 16
_LONGEST_QUESTION = 120
_ENTRIES = 20
_LONGEST_ENTRY = 80


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a request arrived: the socket's ``peer`` (None on a Unix socket) and whether its word counts, the reader's
    ``address`` and ``scheme`` as they were taken, and whether a pass of ours came along."""

    peer: str | None
    trusted: bool
    address: str
    scheme: str
    bears_pass: bool


class Mirror:
    """Answers for the mirror's address. ``random`` marks each answer, so that one served twice is seen."""

    def __init__(self, keys: Keys, clock: Callable[[], datetime], random: Callable[[int], bytes]) -> None:
        self._question_keys = keys.derive(_QUESTION)
        self._proof_keys = keys.derive(_PROOF)
        self._clock = clock
        self._random = random

    def answer(self, request: PageRequest, arrival: Arrival) -> Answer | None:
        """What is shown for a question of ours that is fresh; None for everything else."""
        asked = parse_qs(request.target.query).get("question", [""])[0]
        key = self._key_of(asked)
        if request.method != "GET" or key is None:
            return None
        shown = {
            "proof": _tag(asked, self._proof_keys[key]),
            "answer": self._random(_NONCE_BYTES).hex(),
            "peer": arrival.peer,
            "trusted": arrival.trusted,
            "address": arrival.address,
            "scheme": arrival.scheme,
            "host": request.host,
            "forwarded_for": _entries(request, b"x-forwarded-for"),
            "forwarded_proto": _entries(request, b"x-forwarded-proto"),
            "pass": arrival.bears_pass,
        }
        body = json.dumps(shown).encode("ascii")
        headers = (
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"private, no-store"),
            (b"vary", b"Cookie"),
            (b"x-robots-tag", b"noindex"),
        )
        return Answer(200, headers, body)

    def _key_of(self, asked: str) -> int | None:
        """Which of the keys made a question; None where none did, or it is not fresh."""
        moment, dot, tag = asked.rpartition(".")
        issued = moment.partition(".")[0]
        if len(asked) > _LONGEST_QUESTION or not dot or not asked.isascii() or not issued.isdigit():
            return None
        if abs(self._clock().timestamp() - int(issued)) > _FRESH.total_seconds():
            return None
        fits = (place for place, key in enumerate(self._question_keys) if compare_digest(tag, _tag(moment, key)))
        return next(fits, None)


def question(keys: Keys, now: datetime, random: Callable[[int], bytes]) -> str:
    """A question that the mirror of a gateway with these keys answers for the next five minutes."""
    moment = f"{int(now.timestamp())}.{random(_NONCE_BYTES).hex()}"
    return f"{moment}.{_tag(moment, keys.derive(_QUESTION)[0])}"


def proves(keys: Keys, asked: str, proof: str) -> bool:
    """Whether the proof in an answer to this question was made with one of these keys."""
    return any(compare_digest(proof.encode(), _tag(asked, key).encode()) for key in keys.derive(_PROOF))


def _tag(text: str, key: bytes) -> str:
    return blake2b(text.encode("ascii"), key=key, digest_size=_TAG_BYTES).hexdigest()


def _entries(request: PageRequest, field: bytes) -> list[str]:
    """The last entries of a field that lists them, bounded."""
    joined = b",".join(request.values(field)).decode("latin-1").split(",")
    return [entry.strip()[:_LONGEST_ENTRY] for entry in joined if entry.strip()][-_ENTRIES:]
