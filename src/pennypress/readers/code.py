"""The reader's code: eight characters that a reader can say on the telephone, and that name nobody by themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b

from pennypress.core.meter import ReaderId
from pennypress.core.window import Span

PURPOSE = "reader's code"
"""The name under which its key is derived."""

_ALPHABET = "3479CDFGHJKMNPQRTVWXY"  # no two that look alike, and no vowels: no code is a word
_LENGTH = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def reader_code(reader: ReaderId, span: Span, key: bytes) -> str:
    """The code of a reader in a span, such as ``K7M3-PQ9T``; another one in the next.

    It cannot be turned back: whoever holds the key finds the reader by trying the ids that are known. In a rolling
    window it is new whenever as many days have gone as the window is long, counted from 1970.
    """
    drawn = int.from_bytes(blake2b(reader + _period(span), key=key, digest_size=16).digest())
    letters = []
    for _ in range(_LENGTH):
        drawn, place = divmod(drawn, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    code = "".join(letters)
    return f"{code[:4]}-{code[4:]}"


def _period(span: Span) -> bytes:
    since = span.start - _EPOCH
    number = int(since.total_seconds()) if span.length is None else since // span.length
    return number.to_bytes(8, signed=True)
