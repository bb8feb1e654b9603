"""JSON without the withheld text: strings that hold it emptied, fields of prose taken out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pennypress.pages.withheld import Withheld

_PROSE = frozenset(
    {"articleBody", "text", "description", "abstract", "reviewBody", "transcript", "backstory", "caption"}
)
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class _Place:
    """A string in a JSON value: the object or list that holds it, and under which key or at which index."""

    holder: Any
    key: Any
    text: str

    def clear(self) -> None:
        if isinstance(self.key, str) and self.key in _PROSE:
            self.holder.pop(self.key, None)
        else:
            self.holder[self.key] = ""


def without_withheld(text: str, withheld: Withheld) -> str | None:
    """The JSON of a script without what it holds of the withheld text; None where it is no JSON, or cannot be cleared.

    The outcome is ASCII and safe inside a script element.
    """
    try:
        value = json.loads(text, strict=False, parse_constant=lambda _: None)
        places = list(_places(value, ""))
    except (ValueError, RecursionError):
        return None
    left = [place for place in places if not _cleared_alone(place, withheld)]
    if len(left) == len(places) or withheld.in_text(" ".join(place.text for place in left)):
        _clear_spread(left, withheld)
    cleared = json.dumps(value).replace("<", "\\u003c").replace("&", "\\u0026")
    return None if withheld.in_text(cleared) else cleared


def long_texts(text: str, least: int) -> list[str]:
    """The strings of a JSON text that have so many words; none where it is no JSON."""
    try:
        value = json.loads(text, strict=False)
        return [place.text for place in _places(value, "") if len(place.text.split()) >= least]
    except (ValueError, RecursionError):
        return []


def _places(value: Any, name: str, depth: int = 0) -> Iterator[_Place]:
    if depth > _DEEPEST:
        raise RecursionError
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if isinstance(inner, str):
            yield _Place(value, key, inner)
        else:
            yield from _places(inner, str(key), depth + 1)


def _cleared_alone(place: _Place, withheld: Withheld) -> bool:
    leaks = withheld.in_text(place.text)
    if leaks:
        place.clear()
    return leaks


def _clear_spread(places: list[_Place], withheld: Withheld) -> None:
    """Clear strings that hold the text only together: in their order, or those under one key."""
    by_key: dict[Any, list[_Place]] = {}
    for place in places:
        by_key.setdefault(place.key, []).append(place)
    for group in (places, *by_key.values()):
        for stretch in withheld.stretches([place.text for place in group]):
            for place in group[stretch.first : stretch.last + 1]:
                place.clear()
