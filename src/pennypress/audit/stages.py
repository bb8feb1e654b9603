"""How an audit is made, and how its stages are told of and ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

Told = Callable[[str, int, int], None]
"""Told how far a stage is: its name, how many are done, and how many there are to do as far as is known."""

ASKING = "asking the site"
LEARNING = "learning the articles"
LOOKING = "looking as a reader"


@dataclass(frozen=True, slots=True)
class Options:
    """How an audit is made: a sitemap besides those that the site names, how many answers at most, and how many
    seconds lie between two requests at least."""

    sitemap: str | None = None
    most: int = 1000
    apart: float = 0.5


class Ends:
    """Ends the stage under way when somebody says so; what was seen by then is looked at all the same."""

    def __init__(self) -> None:
        self.now = asyncio.Event()
        self.broken_off: list[str] = []
        self._stage = ""

    def begin(self, stage: str) -> None:
        """Begin a stage."""
        self._stage, self.now = stage, asyncio.Event()

    def say(self) -> None:
        """End the stage under way."""
        if not self.now.is_set():
            self.broken_off.append(self._stage)
        self.now.set()
