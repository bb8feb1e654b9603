"""Partners: agencies and archives that may read some of a paper's paths whole, by their network or a secret address."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote_plus

from pennypress.core.entitlement import Entitlement, EntitlementKind
from pennypress.core.target import PathPattern, Target
from pennypress.readers.address import NOWHERE, Networks

PARAMETER = "partner"
"""The query parameter that makes an address secret: ``/feed?partner=<key>``."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner: where they ask from or with which key, what they may read, and until when (None: no end)."""

    name: str
    paths: tuple[PathPattern, ...]
    networks: Networks = NOWHERE
    key: str | None = None
    until: datetime | None = None

    def asks(self, target: Target, address: str, said: Iterable[str]) -> bool:
        """Whether a request for a target is theirs, by its address or by the keys that it ``said``."""
        if not self.may_read(target):
            return False
        return address in self.networks or (self.key is not None and any(_same(key, self.key) for key in said))

    def may_read(self, target: Target) -> bool:
        """Whether a target is one of their paths. Where an origin might read it in two ways, both must be."""
        return all(any(pattern.matches(path) for pattern in self.paths) for path in target.paths)

    @property
    def right(self) -> Entitlement:
        """Their right."""
        return Entitlement(EntitlementKind.PARTNER, until=self.until, name=self.name, why="partner")


class Partners:
    """All partners, ended ones included: their keys stay secrets."""

    def __init__(self, partners: Sequence[Partner]) -> None:
        self._partners = tuple(partners)
        self._keys = tuple(partner.key for partner in partners if partner.key is not None)
        self._any_key = re.compile(b"|".join(key.encode() for key in self._keys)) if self._keys else None

    @property
    def any(self) -> bool:
        """Whether there are any."""
        return bool(self._partners)

    @property
    def have_keys(self) -> bool:
        """Whether any partner has a secret address."""
        return bool(self._keys)

    def of(self, target: Target, address: str, said: Iterable[str], now: datetime) -> Partner | None:
        """Whose request it is; None for nobody's, and for one whose right has ended."""
        return next(
            (partner for partner in self._partners if partner.asks(target, address, said) and partner.right.holds(now)),
            None,
        )

    def unsaid(self, target: Target) -> tuple[Target, tuple[str, ...]]:
        """A target without the keys in its query, and those keys: neither the origin nor any page may learn one."""
        if PARAMETER not in unquote_plus(target.query):
            return target, ()
        kept, said = [], []
        for pair in target.query.split("&"):
            name, _, value = pair.partition("=")
            value = unquote_plus(value)
            if unquote_plus(name) == PARAMETER and any(_same(value, key) for key in self._keys):
                said.append(value)
            else:
                kept.append(pair)
        return (replace(target, query="&".join(kept)), tuple(said)) if said else (target, ())

    def silenced(self, value: bytes) -> bytes:
        """The value of a header without a key in it: a Referer or a cookie of the site may hold a whole address."""
        return value if self._any_key is None else self._any_key.sub(b"", value)


def _same(said: str, key: str) -> bool:
    return hmac.compare_digest(said.encode("utf-8", "surrogatepass"), key.encode())
