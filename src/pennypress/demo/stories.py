"""What stands in the demo newspaper: its stories, read from the files beside this module."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

_TAG = re.compile(r"<!--.*?-->|<[^>]+>", re.DOTALL)
_SPACE = re.compile(r"\s+")


class Kind(StrEnum):
    """What sort of page a story has."""

    STORY = "story"
    LIVE = "live"
    GALLERY = "gallery"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture above a story: its file in ``assets/`` and what it shows, for those who do not see it."""

    file: str
    alt: str


@dataclass(frozen=True, slots=True)
class Story:
    """One story. ``bodies`` holds the HTML of each of its pages; ``path`` is ``/section/slug``."""

    path: str
    kind: Kind
    title: str
    standfirst: str
    author: str
    published: datetime
    updated: datetime
    tags: tuple[str, ...]
    picture: Picture | None
    language: str
    direction: str
    bodies: tuple[str, ...]

    @property
    def section(self) -> str:
        """The first word of the path, under which the story is listed."""
        return self.path.split("/")[1]

    def text(self, number: int) -> str:
        """The words of one page (from 1), without their mark-up."""
        return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", self.bodies[number - 1]))).strip()


@cache
def stories() -> tuple[Story, ...]:
    """Every story of the paper, in the order of the front page."""
    with (HERE / "contents.toml").open("rb") as file:
        contents = tomllib.load(file)
    return tuple(_story(entry) for entry in contents["stories"])


def _story(entry: Mapping[str, Any]) -> Story:
    picture = Picture(entry["picture"], entry["alt"]) if "picture" in entry else None
    return Story(
        path=entry["path"],
        kind=Kind(entry.get("kind", "story")),
        title=entry["title"],
        standfirst=entry["standfirst"],
        author=entry["author"],
        published=entry["published"],
        updated=entry.get("updated", entry["published"]),
        tags=tuple(entry["tags"]),
        picture=picture,
        language=entry.get("language", "en-GB"),
        direction=entry.get("direction", "ltr"),
        bodies=tuple((HERE / "articles" / name).read_text(encoding="utf-8") for name in entry["pages"]),
    )
