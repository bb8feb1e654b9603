"""What the editor of the tests' WordPress writes."""

from __future__ import annotations

STORIES = ("The ferry of six", "A calm week at sea", "The herring fair returns", "New bells for the tower")
BRIEF = "The tide is late"
PARTS = 14


def paragraph(title: str, number: int) -> str:
    """One paragraph of a story, from 1 on; no other is like it."""
    return f"{opening(title, number)} {title} was quiet in part {number}, as {title.lower()} is on most days here."


def opening(title: str, number: int) -> str:
    """The words with which a paragraph begins, and no other does."""
    return f"In part {number} of {title} the harbour master counted {number} boats, nine gulls and one letter."


def paragraphs(title: str) -> list[str]:
    """A whole story."""
    return [paragraph(title, number) for number in range(1, PARTS + 1)]


def shown(page: str, title: str) -> list[int]:
    """Which paragraphs of a story a page shows."""
    return [number for number in range(1, PARTS + 1) if opening(title, number) in page]
