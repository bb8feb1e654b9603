"""Canonical links and who claims them: the meaning of a claim, for every store."""

from __future__ import annotations

from pennypress.core.sketch import share_text

MOST_CLAIMS = 32
"""So many addresses of one article are more than enough to tell; further ones are not noted."""


def claimed(claims: dict[str, bytes], address: str, sketch: bytes) -> bool:
    """Put a claim among those to the same link; whether the link can still be believed.

    A newer body at the same address takes the place of the older: an article may change altogether.
    """
    if address not in claims and len(claims) >= MOST_CLAIMS:
        return True
    claims[address] = sketch
    return all(share_text(sketch, other) for other in claims.values())
