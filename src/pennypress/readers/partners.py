"""Partners: agencies and archives that may read some of a paper's paths whole, by their network or a secret address."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from pennypress.core.entitlement import Entitlement, EntitlementKind
from pennypress.core.target import PathPattern, Target, any_matches
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

    def asks(self, target: Target, address: str) -> bool:
        """Whether a request for a target from an address is theirs."""
        if not any_matches(self.paths, target.paths):
            return False
        if address in self.networks:
            return True
        said = dict(parse_qsl(target.query)).get(PARAMETER, "")
        return self.key is not None and hmac.compare_digest(said.encode(), self.key.encode())

    @property
    def right(self) -> Entitlement:
        """Their right."""
        return Entitlement(EntitlementKind.PARTNER, until=self.until, name=self.name, why="partner")


def partner_of(partners: Sequence[Partner], target: Target, address: str) -> Partner | None:
    """Whose request it is; None for nobody's."""
    return next((partner for partner in partners if partner.asks(target, address)), None)
