"""Canonical links and who claims them: the meaning of a claim, for every store."""

from __future__ import annotations

from pennypress.core.sketch import share_text

MOST_CLAIMS = 32
"""So many addresses of one article are more than enough to tell; further ones are noted only if they contradict."""


def claimed(claims: dict[str, bytes], address: str, sketch: bytes) -> bool:
    """Put a claim among those to the same link; whether the link can still be believed.

    A newer body at the same address takes the place of the older: an article may change altogether.
    """
    believed = all(share_text(sketch, other) for held, other in claims.items() if held != address)
    if address in claims or len(claims) < MOST_CLAIMS or not believed:
        claims[address] = sketch
    return believed
