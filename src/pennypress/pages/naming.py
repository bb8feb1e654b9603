"""What an article is called: its key, the paths that rules match, and which page of it an address is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from pennypress.core.target import PathPattern, Target, any_matches, read_target
from pennypress.errors import TargetError

_PAGE_NUMBER = re.compile(r"[0-9]{1,4}")
_LATER_PAGE = re.compile(r"^(?:/page)?/([0-9]{1,4})$")


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
    or to an address that cannot be read. Without patterns every path of the own host will do."""
    if not link:
        return None
    try:
        parts = urlsplit(link)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    own = parts.scheme in ("http", "https") and f"{parts.hostname or ''}{port}" == own_host
    if not own and (parts.scheme or parts.netloc):
        return None
    try:
        target = read_target((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    except TargetError:
        return None
    if patterns and not any_matches(patterns, target.paths):
        return None
    return target


def name_article(asked: Target, canonical: Target | None) -> Name:
    """Name the article at an address, with the canonical link that is believed of it (None: by its own address)."""
    if canonical is None:
        return Name(asked.key, asked.paths, None, continued=False)
    paths = tuple(dict.fromkeys((*asked.paths, *canonical.paths)))
    return Name(canonical.key, paths, canonical, continued=is_later_page(asked, canonical))


def is_later_page(asked: Target, canonical: Target) -> bool:
    """Whether an address is page 2 or later of the article at another: ``?page=n``, ``/page/n``, ``/n`` on its path."""
    if asked.folded == canonical.folded:
        return (
            any(
                name in ("page", "p", "seite", "pagina") and _PAGE_NUMBER.fullmatch(value) and int(value) >= 2
                for name, value in parse_qsl(asked.query)
            )
            and asked.query != canonical.query
        )
    stem = canonical.folded.rstrip("/")
    if not asked.folded.startswith(stem):
        return False
    found = _LATER_PAGE.match(asked.folded[len(stem) :])
    return found is not None and int(found[1]) >= 2


def keys_extended_by(target: Target) -> tuple[str, ...]:
    """The keys of the articles that an address may extend: with a query, an ending, parameters or more segments.

    ``/news/a/feed.json`` extends ``/news/a/feed`` and ``/news/a``, never ``/news`` of one segment nor ``/new``.
    """
    keys = [target.key, target.folded]
    path = target.folded
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
