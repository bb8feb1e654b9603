"""What a site's robots.txt asks of our programs; read by protego, obeyed as RFC 9309 says."""

from __future__ import annotations

import re

from protego import Protego

from pennypress.http.answer import Answer

_LONGEST = 512 * 1024
_VERSION = re.compile(r"^(\s*user-agent\s*:[^/#\r\n]*)/[^#\r\n]*", re.IGNORECASE | re.MULTILINE)
_ALL_KEPT = "User-agent: *\nDisallow: /"


class Robots:
    """What a robots.txt lets one program fetch; an empty one allows all. A group for ``pennypress`` speaks to all of
    our programs that no group of their own names."""

    def __init__(self, document: str, agent: str) -> None:
        self._read = Protego.parse(_VERSION.sub(r"\1", document[:_LONGEST]))
        self._agent = agent

    def allows(self, target: str) -> bool:
        """Whether a target may be fetched. Of the rules that match, the longest counts; of two as long, the leave."""
        return target == "/robots.txt" or self._read.can_fetch(target, self._agent)

    @property
    def delay(self) -> float:
        """How many seconds the site asks programs to leave between two requests; 0 where it does not say."""
        said = self._read.crawl_delay(self._agent)
        return said if said is not None and said > 0 else 0.0

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The addresses of the sitemaps that it names."""
        return tuple(self._read.sitemaps)


def robots_of(answer: Answer, agent: str) -> Robots:
    """What a site's robots.txt allows: all where there is none, nothing where the site fails or keeps the file to
    itself."""
    if answer.status >= 500 or answer.status in (401, 403):
        return Robots(_ALL_KEPT, agent)
    if answer.status != 200:
        return Robots("", agent)
    return Robots(answer.body.decode("utf-8", "replace").removeprefix("\ufeff"), agent)
