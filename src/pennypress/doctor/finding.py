"""What the doctor finds for a question: green, red with the lines to paste, or not seen with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Colour(StrEnum):
    """How a question is answered."""

    GREEN = "green"
    RED = "red"
    UNSEEN = "not seen"


@dataclass(frozen=True, slots=True)
class Paste:
    """Lines to paste, and the place where they belong."""

    place: str
    lines: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to a question: its colour, what was found in a sentence or two, and what to paste."""

    colour: Colour
    said: str
    pastes: tuple[Paste, ...] = ()


def green(said: str) -> Finding:
    """All is as it should be."""
    return Finding(Colour.GREEN, said)


def red(said: str, *pastes: Paste) -> Finding:
    """Something is amiss, and these lines mend it."""
    return Finding(Colour.RED, said, pastes)


def unseen(said: str) -> Finding:
    """It could not be seen from here, and why."""
    return Finding(Colour.UNSEEN, said)
