"""Which fields of an answer's head could say a text, and what is left of one that does."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pennypress.pages.withheld import RUN

_SHORTEST = 24
_PACKED = re.compile(rb"[0-9A-Za-z+/=_-]{54}")
"""Eight words of five letters, in base64."""

_WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]+")
_FORMAL = frozenset(
    (
        b"accept-ch",
        b"cache-control",
        b"content-security-policy",
        b"content-security-policy-report-only",
        b"content-type",
        b"date",
        b"expires",
        b"last-modified",
        b"nel",
        b"permissions-policy",
        b"report-to",
        b"strict-transport-security",
        b"vary",
    )
)
"""Long by their nature, and sent with every answer."""


def any_may_tell(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether any field of a head is long enough to say a run of words."""
    # The length is asked for here too, which spares most fields the call.
    return any(len(value) >= _SHORTEST and may_tell(name, value) for name, value in headers)


def may_tell(name: bytes, value: bytes) -> bool:
    """Whether a field is long enough to say a run of words."""
    if len(value) < _SHORTEST or name in _FORMAL:
        return False
    said = value.partition(b";")[0] if name == b"set-cookie" else value
    return len(_WORD.findall(said)) >= RUN or _PACKED.search(said) is not None


def without_text(name: bytes, value: bytes) -> bytes | None:
    """What is left of a field that says a text: of the address that a redirect leads to its path, or where that says it
    too the front page, for a redirect must lead somewhere; else nothing."""
    if name != b"location":
        return None
    left = value.partition(b"?")[0].partition(b"#")[0]
    return left if left != value else b"/"
