"""Keyed hashes: what can be recognised again, but not read."""

from __future__ import annotations

from hashlib import blake2b
from ipaddress import IPv6Address, ip_address, ip_network

from pennypress.office.installation import installation

_LENGTH = 32
_ONE_LINE = 64  # of an IPv6 address, what a household shares


def keyed(purpose: str, text: str) -> str:
    """The hash of a text under the newest key: 64 hex digits."""
    return every(purpose, text)[0]


def every(purpose: str, text: str) -> tuple[str, ...]:
    """Its hashes under all keys, newest first: one of them was kept, whichever key was the newest then."""
    keys = installation().keys.derive(f"office {purpose}")
    return tuple(blake2b(text.encode(), key=key, digest_size=_LENGTH).hexdigest() for key in keys)


def line(address: str) -> str:
    """The line that an address belongs to: itself, or its /64; the text itself for what is no address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, _ONE_LINE), strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)
