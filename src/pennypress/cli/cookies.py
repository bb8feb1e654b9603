"""The cookies of one site among those that a browser holds for this machine, so that no other goes to the site.

A browser sends whatever it holds for 127.0.0.1, whichever port set it: what other programs on this machine had it keep
is none of the site's business.
"""

from __future__ import annotations

from collections import OrderedDict

_REMEMBERED = 4096


class Cookies:
    """Remembers what was set in this run; a cookie is known by its name and its value together."""

    def __init__(self) -> None:
        self._set: OrderedDict[bytes, None] = OrderedDict()

    def note(self, field: bytes) -> None:
        """Remember a Set-Cookie field that goes to the browser."""
        pair = _plain(field.partition(b";")[0])
        self._set[pair] = None
        self._set.move_to_end(pair)
        while len(self._set) > _REMEMBERED:
            self._set.popitem(last=False)

    def passed(self, field: bytes) -> bytes:
        """What of a Cookie field was set in this run; empty where nothing was."""
        return b"; ".join(pair for pair in map(_plain, field.split(b";")) if pair in self._set)


def _plain(pair: bytes) -> bytes:
    name, _, value = pair.partition(b"=")
    return name.strip() + b"=" + value.strip()
