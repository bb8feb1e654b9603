"""What is known of an article's text: what it shows to everybody, and what it withholds."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from pennypress.core.article import Access, Article

_PARTED = "\x00"


@dataclass(frozen=True, slots=True)
class KnownText:
    """One page's text of one article. ``part`` is empty for its first page, else the key of the later page's address;
    where a page's address answers in several languages, those met later stand behind it.

    ``packed`` holds both texts, their language, and what the page calls itself. ``withheld_prints`` and
    ``shown_prints`` are fingerprints, as made where it was learned. An article that is free withholds nothing.
    """

    article: Article
    address: str
    part: str
    packed: bytes
    withheld_prints: bytes
    shown_prints: bytes

    @property
    def name(self) -> tuple[str, str]:
        """Under what it is kept: the article's key, and the part."""
        return (self.article.key, self.part)

    @property
    def texts(self) -> tuple[str, str]:
        """The text that is shown, and the text that is withheld."""
        shown, withheld, *_ = self._unpacked
        return shown, withheld

    @property
    def language(self) -> str:
        """In which language its page says to be; empty where it says nothing."""
        return self._unpacked[2] if len(self._unpacked) > 2 else ""

    @property
    def headlines(self) -> tuple[str, ...]:
        """What is no secret, though no excerpt shows it: what its page calls itself, and the words of its address."""
        read = self._unpacked[3].splitlines() if len(self._unpacked) > 3 else []
        return (self.article.title, unquote(urlsplit(self.address).path), *read)

    @property
    def withholds(self) -> bool:
        """Whether anything of it is withheld."""
        return bool(self.withheld_prints)

    @property
    def _unpacked(self) -> list[str]:
        return zlib.decompress(self.packed).decode("utf-8").split(_PARTED)


@dataclass(frozen=True, slots=True)
class Lessons:
    """What was learned since a version of what is known, oldest first. ``more`` says that there is more to come."""

    version: int
    texts: tuple[KnownText, ...] = ()
    more: bool = False


def pack(shown: str, withheld: str, language: str = "", headlines: str = "") -> bytes:
    """Both texts, their language, and what the page calls itself in few bytes."""
    whole = _PARTED.join(text.replace(_PARTED, " ") for text in (shown, withheld, language, headlines))
    return zlib.compress(whole.encode("utf-8", "replace"), 6)


def article_to_text(article: Article) -> str:
    """An article as JSON."""
    return json.dumps(
        {
            "paths": article.paths,
            "title": article.title,
            "sections": article.sections,
            "tags": article.tags,
            "authors": article.authors,
            "published": article.published.isoformat() if article.published else None,
            "access": article.access.value if article.access else None,
        },
        ensure_ascii=False,
    )


def article_of_text(key: str, text: str) -> Article:
    """The article that ``article_to_text`` wrote."""
    said = json.loads(text)
    return Article(
        key=key,
        paths=tuple(said["paths"]),
        title=said["title"],
        sections=tuple(said["sections"]),
        tags=tuple(said["tags"]),
        authors=tuple(said["authors"]),
        published=datetime.fromisoformat(said["published"]) if said["published"] else None,
        access=Access(said["access"]) if said["access"] else None,
    )
