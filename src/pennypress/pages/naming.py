"""What an article is called: its key, the paths that rules match, and which page of it an address is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from pennypress.core.target import PathPattern, Target, read_target
from pennypress.errors import TargetError
from pennypress.pages.words import words

_PAGE_NUMBER = re.compile(r"[0-9]{1,4}")
_LATER_PAGE = re.compile(r"^(?:/page)?/([0-9]{1,4})$")
_PAGED_PATH = re.compile(r"(?:/page)?/[0-9]{1,4}/*$", re.IGNORECASE)
_MOST_PAGES = 50
"""No article has more pages; a larger number is an article's own."""
_PAGE_MARK = re.compile(
    r"[-\u2013\u2014|\u00b7:,(\[/#]\s*(?:[^\W\d]+\.?\s*)?[0-9]{1,2}\b|\b(?:page|part|seite|teil|pagina|p\u00e1gina)\s[0-9]{1,2}\b",
    re.IGNORECASE,
)
"""By what a page tells in its title which of an article's pages it is."""
_PAGE_NAMES = ("page", "p", "seite", "pagina")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_KEPT_IN_LINKS = "/%:@!$&'()*+,;=~?[]|\\"
"""What stays as it is in a link; the rest (spaces, letters of other scripts) goes as browsers send it."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an article as one address gives it. ``canonical`` is the canonical link's target where it is
    believed, else None; ``continued`` says that this is page 2 or later of the article it names."""

    key: str
    paths: tuple[str, ...]
    canonical: Target | None
    continued: bool


def canonical_target(link: str | None, own_host: str, patterns: Sequence[PathPattern]) -> Target | None:
    """The canonical link as a target, or None where there is none, or it leads to another host, to no article path,
    or to an address that cannot be read. The root of the article paths, and without patterns the front page, is no
    article's: a broken template may say it of all. With a query it may be one's."""
    if not link:
        return None
    try:
        parts = urlsplit(link)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https"):
        return None
    if (parts.scheme or parts.netloc) and _host(f"{parts.hostname or ''}{port}", parts.scheme) != _host(own_host, ""):
        return None
    try:
        target = target_of(parts)
    except TargetError:
        return None
    if patterns:
        asks = target.key != target.folded
        held = any(
            pattern.matches(path) and (asks or path != pattern.root) for pattern in patterns for path in target.paths
        )
        return target if held else None
    return None if target.key == "/" else target


def first_page(asked: Target, linked: Sequence[str], own_host: str, patterns: Sequence[PathPattern]) -> Target | None:
    """The first page of the article of which an address is a later one: by its number, and because the page links to
    that page as its first. None where it is none, or the page says nothing of it: the address alone proves nothing, for
    many articles are called by numbers."""
    first = _without_number(asked)
    if first is None or not is_later_page(asked, first):
        return None
    for link in linked:
        earlier = canonical_target(link, own_host, patterns)
        if earlier is not None and earlier.key == first.key:
            return earlier
    return None


def name_article(asked: Target, canonical: Target | None) -> Name:
    """Name the article at an address, with the canonical link that is believed of it (None: by its own address)."""
    if canonical is None:
        return Name(asked.key, asked.paths, None, continued=False)
    paths = tuple(dict.fromkeys((*asked.paths, *canonical.paths)))
    return Name(canonical.key, paths, canonical, continued=is_later_page(asked, canonical))


def is_later_page(asked: Target, canonical: Target) -> bool:
    """Whether an address is page 2 or later of the article at another: ``?page=n``, ``/page/n``, ``/n`` on its path."""
    if asked.folded == canonical.folded:
        return asked.query != canonical.query and any(
            name in _PAGE_NAMES and _PAGE_NUMBER.fullmatch(value) and 2 <= int(value) <= _MOST_PAGES
            for name, value in parse_qsl(asked.query)
        )
    stem = canonical.folded.rstrip("/")
    if not asked.folded.startswith(stem):
        return False
    found = _LATER_PAGE.match(asked.folded[len(stem) :])
    return found is not None and 2 <= int(found[1]) <= _MOST_PAGES


def claim_of_pages(key: str) -> str:
    """The name under which pages 2 and later claim an article. They have no text in common with it or each other: what
    they claim it with is its headline."""
    return f"{key}#pages"


def headline(title: str) -> str:
    """What the titles of all pages of one article have in common: the words without the page's number."""
    return " ".join(words(_PAGE_MARK.sub(" ", title)))


def _without_number(asked: Target) -> Target | None:
    """The address without its page's number; None where it has none."""
    pairs = asked.query.split("&") if asked.query else []
    others = [pair for pair in pairs if pair.partition("=")[0] not in _PAGE_NAMES]
    path = asked.path if len(others) < len(pairs) else _PAGED_PATH.sub("", asked.path)
    if path == asked.path and len(others) == len(pairs):
        return None
    try:
        return read_target((path or "/") + (f"?{'&'.join(others)}" if others else ""))
    except TargetError:
        return None


def target_of(link: SplitResult) -> Target:
    """The target that a link asks for, as browsers send it. Raises TargetError."""
    query = f"?{quote(link.query, safe=_KEPT_IN_LINKS)}" if link.query else ""
    return read_target((quote(link.path, safe=_KEPT_IN_LINKS) or "/") + query)


def is_own(link: SplitResult, own_host: str) -> bool:
    """Whether a link that names a host leads to the paper's own, however it is written. Raises ValueError."""
    port = f":{link.port}" if link.port else ""
    return _host(f"{link.hostname or ''}{port}", link.scheme) == _host(own_host, "")


def _host(host: str, scheme: str) -> str:
    """A host as it is compared: without its scheme's own port and a ``www`` in front, which name the same paper."""
    for port in (_DEFAULT_PORTS[scheme],) if scheme else _DEFAULT_PORTS.values():
        host = host.removesuffix(port)
    return host.lower().rstrip(".").removeprefix("www.")


@lru_cache(maxsize=4096)
def keys_extended_by(target: Target) -> tuple[str, ...]:
    """The keys of the articles that an address may extend: with a query, an ending, parameters or more segments.

    ``/news/a/feed.json`` extends ``/news/a/feed`` and ``/news/a``, never ``/news`` of one segment nor ``/new``.
    """
    return _extended_by(target.key, target.folded)


def extends(key: str, other: str) -> bool:
    """Whether the article of a key lies at an address that extends that of another key."""
    return other in _extended_by(key, key.partition("?")[0])


def _extended_by(key: str, folded: str) -> tuple[str, ...]:
    keys, path = [key, folded], folded
    while path.count("/") > 1:
        head, _, last = path.rpartition("/")
        stem = last
        while "." in stem:
            stem = stem.rpartition(".")[0]
            if stem:
                keys.append(f"{head}/{stem}")
        path = head
        keys.append(path)
    return tuple(dict.fromkeys(keys))
