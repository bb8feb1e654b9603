"""How a request goes on to the app behind: who asks, by which scheme, and with which of its headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pennypress.core.policy import Mode
from pennypress.gate import Gate
from pennypress.http.askers import Askers
from pennypress.http.fetch import Scope
from pennypress.http.guarding import Guarding
from pennypress.http.judging import Judging
from pennypress.http.mirror import Arrival
from pennypress.http.request import PageRequest, onward_headers
from pennypress.http.visitor import Visitor
from pennypress.pages.recognise import Grounds


@dataclass(frozen=True, slots=True)
class Onward:
    """Makes the scopes in which the app behind is asked. ``own_scheme`` is that of the paper's own address, None where
    it has none."""

    gate: Gate
    askers: Askers
    grounds: Grounds
    guarding: Guarding
    judging: Judging
    own_scheme: str | None

    def scope(self, scope: Scope, request: PageRequest, visitor: Visitor) -> Scope:
        """The scope for the app behind: as the reader asks, with headers less ours."""
        whole = request.robot or (not request.asks_for_asset and self.grounds.hold(request.target))
        onward = self._addressed(scope, request, visitor)
        whole = whole and self.gate.mode is not Mode.OFF
        parts = request.asks_for_file or request.plays or not self.guarding.on or self.judging.is_part(request)
        onward["headers"] = onward_headers(request, visitor.others, whole=whole, parts=parts)
        if whole and request.method == "HEAD" and not request.asks_for_file:
            onward["method"] = "GET"  # whether it is an article, and which, stands in the page
        return onward

    def as_asked(self, scope: Scope, request: PageRequest, visitor: Visitor) -> dict[str, Any]:
        """The scope with the target in its forwarded form, and the reader's own address and scheme."""
        asked = self._addressed(scope, request, visitor)
        asked["headers"] = list(request.headers)
        return asked

    def _addressed(self, scope: Scope, request: PageRequest, visitor: Visitor) -> dict[str, Any]:
        client, target = scope.get("client"), request.target
        asked = dict(scope)
        asked["path"] = unquote(target.path)
        asked["raw_path"] = target.path.encode("ascii")
        asked["query_string"] = target.query.encode("ascii")
        asked["client"] = (visitor.address, client[1] if client else 0)
        asked["scheme"] = self._readers_scheme(client[0] if client else None, request)
        return asked

    def address(self, scope: Scope, request: PageRequest) -> str:
        """The reader's address."""
        client = scope.get("client")
        return self.askers.address(client[0] if client else None, request.values(b"x-forwarded-for"))

    def arrival(self, scope: Scope, request: PageRequest, visitor: Visitor) -> Arrival:
        """How a request arrived."""
        client = scope.get("client")
        peer = client[0] if client else None
        return Arrival(
            peer,
            peer is None or self.askers.trusts(peer),
            visitor.address,
            self._readers_scheme(peer, request),
            bool(visitor.passes or visitor.devices),
        )

    def _readers_scheme(self, peer: str | None, request: PageRequest) -> str:
        """The scheme by which the reader asks: as a trusted front says (a peer of None is one on a Unix socket), else
        that of the paper's own address. An origin that takes https for http redirects its readers for ever."""
        said = request.values(b"x-forwarded-proto")
        word = said[-1].rpartition(b",")[2].strip().lower() if said else b""
        if word in (b"http", b"https") and (peer is None or self.askers.trusts(peer)):
            return word.decode("ascii")
        return self.own_scheme or request.scheme
