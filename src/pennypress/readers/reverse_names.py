"""The names that an address has in the DNS, as far as they lead back to it. Imported where one is first asked for."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import dns.asyncresolver
import dns.exception
import dns.resolver
import dns.reversename

_LOOK_UP_SECONDS = 1.0
_NAMES_AT_MOST = 8


class ReverseNames:
    """Looks the names of addresses up; no look-up takes longer than a second."""

    def __init__(self, resolver: str | None) -> None:
        """``resolver`` is the host and port of a name server; the system's when None."""
        self._address = resolver
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def __call__(self, address: str) -> tuple[str, ...] | None:
        """The names of an address that lead back to it, in lower case; None where they could not be had."""
        try:
            return await asyncio.wait_for(self._confirmed(address), _LOOK_UP_SECONDS)
        except (TimeoutError, OSError, ValueError, dns.exception.DNSException):
            return None

    async def _confirmed(self, address: str) -> tuple[str, ...]:
        pointers = await self._ask(dns.reversename.from_address(address).to_text(), "PTR")
        kind = "AAAA" if ":" in address else "A"
        confirmed = []
        for name in pointers[:_NAMES_AT_MOST]:
            back = [ip_address(found) for found in await self._ask(name, kind)]
            if ip_address(address) in back:
                confirmed.append(name.rstrip(".").lower())
        return tuple(confirmed)

    async def _ask(self, name: str, kind: str) -> list[str]:
        if self._resolver is None:  # made here: it may find no configuration of the system's to read
            self._resolver = _resolver(self._address)
        try:
            answer = await self._resolver.resolve(name, kind, lifetime=_LOOK_UP_SECONDS, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        return [found.to_text() for found in answer]


def _resolver(address: str | None) -> dns.asyncresolver.Resolver:
    if address is None:
        return dns.asyncresolver.Resolver()
    host, _, port = address.rpartition(":")
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [host.strip("[]")]
    resolver.port = int(port)
    return resolver
