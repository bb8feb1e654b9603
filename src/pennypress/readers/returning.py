"""The way back: the path of the article that a reader came from, sealed, so that no link leads them off the site."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b

from pennypress.readers.keys import Keys

_KEPT = 4096
_TAG_BYTES = 9
_TAG_LETTERS = 12
_LONGEST = 2000
_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")  # visible ASCII without a backslash, and no second slash at its start


class Returns:
    """Seals paths of this site, and opens what it has sealed."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys.derive("return")
        self.seal = lru_cache(maxsize=_KEPT)(self._seal)

    def _seal(self, path: str) -> str:
        """The value of the query field ``from`` for a path with its query; the front page's for what is no path of
        this site, or longer than 2,000 characters."""
        kept = path if _is_path(path) else "/"
        return self._tag(kept, self._keys[0]) + kept

    def open(self, value: str) -> str | None:
        """The path that was sealed; None for what was not sealed here."""
        tag, path = value[:_TAG_LETTERS], value[_TAG_LETTERS:]
        if not _is_path(path):
            return None
        fits = [hmac.compare_digest(tag.encode(), self._tag(path, key).encode()) for key in self._keys]
        return path if any(fits) else None

    def _tag(self, path: str, key: bytes) -> str:
        return urlsafe_b64encode(blake2b(path.encode(), key=key, digest_size=_TAG_BYTES).digest()).decode()


def _is_path(path: str) -> bool:
    return len(path) <= _LONGEST and _PATH.fullmatch(path) is not None
