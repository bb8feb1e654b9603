"""A site's robots.txt as RFC 9309 reads it: the most specific rule counts, with ``*`` and ``$``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

_KEPT = "/?&=;:@!$'()*+,~-._%#[]"
_MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class _Rule:
    allows: bool
    length: int
    pieces: tuple[str, ...]
    to_the_end: bool

    def matches(self, target: str) -> bool:
        """Whether a target begins as the pattern says, or is as it says to its end."""
        first, *others = self.pieces
        if not target.startswith(first):
            return False
        at = len(first)
        last = others.pop() if others and self.to_the_end else None
        for piece in others:
            found = target.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        if last is not None:
            return len(target) - len(last) >= at and target.endswith(last)
        return not self.to_the_end or at == len(target)


class Robots:
    """What a robots.txt lets one program fetch; an empty one allows all."""

    def __init__(self, document: str, agent: str) -> None:
        self._rules = _rules_for(document.splitlines()[:_MOST_LINES], agent.lower())

    def allows(self, target: str) -> bool:
        """Whether a target may be fetched. Of the rules that match, the longest counts; of two as long, the leave."""
        plain = _plain(target)
        matching = [(rule.length, rule.allows) for rule in self._rules if rule.matches(plain)]
        return plain == "/robots.txt" or max(matching, default=(0, True))[1]


def _rules_for(lines: Iterable[str], agent: str) -> list[_Rule]:
    """The rules of all groups that name the agent; where none does, those of the groups for ``*``."""
    groups: dict[str, list[_Rule]] = {}
    agents: list[str] = []
    in_rules = False
    for line in lines:
        key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        if key.lower() == "user-agent":
            agents = [*([] if in_rules else agents), value.partition("/")[0].strip().lower()]
            in_rules = False
            groups.setdefault(agents[-1], [])
        elif key.lower() in ("allow", "disallow"):
            in_rules = True
            for named in agents if value else ():
                groups[named].append(_rule(value, allows=key.lower() == "allow"))
    return groups.get(agent, groups.get("*", []))


def _rule(value: str, *, allows: bool) -> _Rule:
    pattern = _plain(value)
    return _Rule(allows, len(pattern), tuple(pattern.removesuffix("$").split("*")), pattern.endswith("$"))


def _plain(target: str) -> str:
    """A target in one spelling of its escapes."""
    return quote(unquote(target, errors="surrogateescape"), safe=_KEPT, errors="surrogateescape")
