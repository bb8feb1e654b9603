"""The articles that feeds and sitemaps name and that nobody has opened yet: which they are, and what became of them."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from pennypress.core.target import Target, read_target
from pennypress.errors import TargetError
from pennypress.pages.naming import is_own, target_of
from pennypress.pages.recognise import Grounds

_WAITING_AT_MOST = 100_000
_SETTLED_AT_MOST = 100_000
_AGAIN_SECONDS = 60.0
_BY_NUMBER = re.compile(r"/\?p(?:age_id)?=[0-9]+")
"""How well-known software writes the address of an article that has no name."""

Knows = Callable[[str], bool]
"""Whether the article of a key is known."""


class Unread:
    """What is to be read in the background, and what was read in vain."""

    def __init__(
        self, grounds: Grounds, own_url: str | None, knows: Knows, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``clock`` gives seconds that only grow."""
        self._grounds = grounds
        self._own_url = own_url
        self._own_host = urlsplit(own_url).netloc if own_url else None
        self._knows = knows
        self._clock = clock
        self._waiting: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._asked: OrderedDict[str, float] = OrderedDict()
        self._settled: OrderedDict[str, None] = OrderedDict()
        self._held_back: set[str] = set()
        self.settled = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def next(self) -> tuple[str, str] | None:
        """The address and the host of the next article to be read that nobody has read meanwhile; None for none."""
        while self._waiting:
            address, host = self._waiting.popitem(last=False)[0]
            if not self._knows(read_target(address).key):
                self._asked[address] = self._clock()
                _shorten(self._asked)
                return address, host
        return None

    def is_unknown(self, link: str, host: str) -> bool:
        """Whether a link leads to where articles are, on this paper's host, and nothing is known of it."""
        target = self.own_target(link, host)
        if target is None or target.forwarded in self._settled or self._knows(target.key):
            return False
        return self._grounds.hold(target) or _BY_NUMBER.fullmatch(target.forwarded) is not None

    def hold_back(self, link: str, host: str) -> None:
        """Have the article read whose text is held back for as long."""
        target = self.own_target(link, host)
        if target is not None:
            self._held_back.add(target.forwarded)
            self.ask_for(link, host)

    def ask_for(self, link: str, host: str) -> None:
        """Have the article at an address of this paper read, unless it is known or was asked for a moment ago."""
        target = self.own_target(link, host)
        if target is None or target.forwarded in self._settled or self._knows(target.key):
            return
        asked = self._asked.get(target.forwarded)
        again = asked is None or self._clock() - asked >= _AGAIN_SECONDS
        if again and len(self._waiting) < _WAITING_AT_MOST:
            self._waiting[(target.forwarded, host)] = None

    def settle(self, address: str) -> None:
        """Note that all is known that is to be known of an address, be it that no article is there: what was held back
        for it is held back no longer."""
        self._settled[address] = None
        _shorten(self._settled)
        if address in self._held_back:
            self._held_back.discard(address)
            self.settled += 1

    def own_path(self, link: str, host: str) -> str | None:
        """The address of a link on this paper's own host; None for any other."""
        target = self.own_target(link, host)
        return None if target is None else target.forwarded

    def own_target(self, link: str, host: str) -> Target | None:
        """Where a link leads on this paper's own host, however that is written; None for any other. What only the
        site's own machines can reach is the paper's too: its software wrote the address by which it is asked."""
        try:
            parts = urlsplit(link.strip())
            if parts.scheme not in ("", "http", "https") or not parts.path.startswith("/"):
                return None
            if parts.netloc and not self._is_own(parts, host):
                return None
            return target_of(parts)
        except (TargetError, ValueError):
            return None

    def _is_own(self, parts: SplitResult, host: str) -> bool:
        own = (host,) if self._own_host is None else (host, self._own_host)
        return any(is_own(parts, one) for one in own) or _is_inside(parts.hostname or "")


def _is_inside(host: str) -> bool:
    """Whether nobody outside can reach a host by this name."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host


def _shorten(held: OrderedDict[str, float] | OrderedDict[str, None]) -> None:
    if len(held) > _SETTLED_AT_MOST:
        held.popitem(last=False)
