"""Uses on their way to the store: partners' rights, and the feeds that are fetched while the meter observes."""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import datetime

from pennypress.core.use import Use, UseKind
from pennypress.errors import StoreUnavailable
from pennypress.http.answer import AnswerHeaders, first
from pennypress.readers.address import neighbourhood
from pennypress.store import Store

_AT_MOST = 1000
_PATHS_AT_MOST = 200
_LONGEST_PATH = 200
_FEED_TYPES = re.compile(rb"application/(?:rss|atom|rdf|feed)\+(?:xml|json)\b|text/(?:rss|atom)")
_XML = re.compile(rb"(?:application|text)/xml\b")
_JSON = re.compile(rb"application/json\b")
_FEED_WORDS = re.compile(r"\b(?:feeds?|rss2?|atom|rdf)\b")
_NO_FEEDS = re.compile(r"sitemap|opensearch|osd\.xml|browserconfig|wlwmanifest|crossdomain|oembed|wp-json|xmlrpc")
_COMPATIBLE = re.compile(r"\(compatible; ?([^;/)]+)")
_PRODUCT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,39}")


class UseBook:
    """Keeps what was used since the last time that it was brought to the store; in a bounded number."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._uses: dict[tuple[str, str, str, str], Use] = {}
        self._feeds: OrderedDict[str, None] = OrderedDict()

    def partner(self, name: str, now: datetime) -> None:
        """A partner used their right."""
        self._note(Use(UseKind.PARTNER, name, now))

    def answered(
        self, path: str, user_agent: str, address: str, status: int, headers: AnswerHeaders, now: datetime
    ) -> None:
        """Somebody got an answer; noted if it is a feed, or says that a feed has not changed."""
        if status == 200 and is_feed(headers, path):
            self._feeds[path] = None
            if len(self._feeds) > _PATHS_AT_MOST:
                self._feeds.popitem(last=False)
        elif status != 304 or path not in self._feeds:
            return
        program, network = product(user_agent), neighbourhood(address)
        self._note(Use(UseKind.FEED, program, now, path=path[:_LONGEST_PATH], network=network))

    async def flush(self) -> None:
        """Bring all to the store; on StoreUnavailable it is kept for the next time."""
        if not self._uses:
            return
        uses, self._uses = self._uses, {}
        try:
            await self._store.note_uses(tuple(uses.values()))
        except StoreUnavailable:
            for use in uses.values():
                self._note(use)

    def _note(self, use: Use) -> None:
        held = self._uses.get(use.name)
        if held is not None:
            self._uses[use.name] = held.joined(use)
        elif len(self._uses) < _AT_MOST:
            self._uses[use.name] = use


def is_feed(headers: AnswerHeaders, path: str) -> bool:
    """Whether an answer is a feed: by its type, or, where that says only XML or JSON, by its address."""
    essence = (first(headers, b"content-type") or b"").lower()
    if _FEED_TYPES.match(essence):
        return True
    if _NO_FEEDS.search(path):
        return False
    words = _FEED_WORDS.search(path) is not None
    return (_XML.match(essence) is not None and (words or path.endswith(".xml"))) or (
        words and _JSON.match(essence) is not None
    )


def product(user_agent: str) -> str:
    """The name of the program behind a user agent, and no more of it: the rest may say who its reader is."""
    said = user_agent.strip()
    if said.lower().startswith("mozilla/"):
        compatible = _COMPATIBLE.search(said)
        if compatible is None or compatible[1].startswith("MSIE"):
            return "a browser"
        said = compatible[1]
    name = re.split(r"[/(;,]", said, maxsplit=1)[0].strip()
    return name if _PRODUCT.fullmatch(name) else "an unnamed program"
