"""The two forms of a request target: the one that is forwarded and the one that is matched and counted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote

from pennypress.errors import TargetError

_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x20#\x7f]")
_ENCODED_CONTROL = re.compile(r"%(?:[01][0-9A-F]|7F)", re.IGNORECASE)
_ENCODED_SLASH = re.compile(r"%(?=2F|5C)")
_NO_UTF8 = re.compile("[\udc80-\udcff]")
_PARAMS = re.compile(r";[^/]*")
_SLASHES = re.compile(r"/{2,}")
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh"
    r"|mc_cid|mc_eid|_ga|_gl|mkt_tok|vero_id|oly_enc_id|oly_anon_id|wickedid|ref_src|ref_url|cmpid|ncid|sr_share"
    r"|at_medium|at_campaign|at_custom\d|hsctatracking|_hsenc|_hsmi|spm|s_kwcid|srsltid)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Target:
    """A request target in its two forms.

    ``path`` and ``query`` are what is forwarded: RFC 3986 section 6.2.2 normalisation and nothing else.
    ``folded`` is what is counted: two paths that some origin might serve alike fold alike. ``paths`` is what is
    matched: ``folded``, and, where they differ, the path as an origin reads it to whom an encoded slash is none.

    ``forwarded`` is the whole target as it goes to the origin; ``key`` is the name under which an article at this
    address is counted: no tracking parameters.
    """

    path: str
    query: str
    folded: str = field(compare=False)
    paths: tuple[str, ...] = field(compare=False)
    forwarded: str = field(init=False, repr=False, compare=False)
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        kept = counted_query(self.query)
        object.__setattr__(self, "forwarded", f"{self.path}?{self.query}" if self.query else self.path)
        object.__setattr__(self, "key", f"{self.folded}?{kept}" if kept else self.folded)


@lru_cache(maxsize=4096)
def read_target(raw: str) -> Target:
    """Read an origin-form target such as ``/news/a?x=1``.

    Raises TargetError for one that is no path, that holds control characters or invalid escapes, or whose
    dot segments lead above the root.
    """
    path, _, query = raw.partition("?")
    if not path.startswith("/"):
        raise TargetError("the request target is not a path")
    if _CONTROL.search(raw) or _ENCODED_CONTROL.search(path) or not raw.isascii():
        raise TargetError("the request target holds a control character, a space, a # or a raw non-ASCII byte")
    if _BAD_ESCAPE.search(path):
        raise TargetError("the request target holds an invalid percent-escape")
    normal = _remove_dot_segments(_ESCAPE.sub(_normal_escape, path))
    folded = fold(normal)
    kept = _tidied(_decoded(_ENCODED_SLASH.sub("%25", normal)))
    return Target(path=normal, query=query, folded=folded, paths=tuple(dict.fromkeys((folded, kept))))


def fold(path: str) -> str:
    """Fold a path for matching: decoded until nothing changes, case, slashes, ``;params``, trailing slash.

    Raises TargetError where decoding brings out a control character or a way above the root.
    """
    seen = path
    while (decoded := _decoded(seen)) != seen:
        seen = decoded
    seen = seen.replace("\\", "/")
    if any(ord(char) < 0x20 or ord(char) == 0x7F for char in seen):
        raise TargetError("the request target hides a control character")
    return _tidied(seen)


def counted_query(query: str) -> str:
    """A query string less its tracking parameters, the rest in the order asked for: of two parameters of one name an
    origin may read the first or the last."""
    return "&".join(pair for pair in query.split("&") if pair and not _is_tracking(pair))


def expression(folded: str) -> str:
    """The regular expression of a folded pattern: ``*`` is one segment, or any characters in one, ``**`` any number
    of segments."""
    parts = []
    for segment in filter(None, folded.strip("/").split("/")):
        if segment == "**":
            parts.append(r"(?:/[^/]+)*")
        elif segment == "*":
            parts.append(r"/[^/]+")
        else:
            parts.append("/" + r"[^/]*".join(re.escape(piece) for piece in segment.split("*")))
    return "".join(parts)


class PathPattern:
    """A pattern of paths: ``*`` is one segment, ``**`` any number of them (none included).

    Inside a segment ``*`` stands for any characters, so ``/news/*.html`` works. Matching is on folded paths. ``root``
    is the path before the first star; None where there is none, and the pattern one page.
    """

    __slots__ = ("_match", "root", "text")

    def __init__(self, text: str) -> None:
        if not text.startswith("/"):
            raise ValueError(f"a path pattern begins with a slash: {text!r}")
        self.text = text
        folded = fold(text)
        self.root: str | None = "/" + "/".join(_literal_head(folded)) if "*" in text else None
        self._match = re.compile(expression(folded)).fullmatch

    def matches(self, folded: str) -> bool:
        """Whether a folded path is one of this pattern."""
        return self._match(folded if folded != "/" else "") is not None

    def __repr__(self) -> str:
        return f"PathPattern({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PathPattern) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


def any_matches(patterns: Iterable[PathPattern], paths: Iterable[str]) -> bool:
    """Whether any of the folded paths is of any of the patterns."""
    held = tuple(paths)
    return any(pattern.matches(path) for pattern in patterns for path in held)


def _is_tracking(pair: str) -> bool:
    """Whether a pair says only where a reader came from; some origins end a pair at a semicolon too."""
    return ";" not in pair and _TRACKING.match(pair.partition("=")[0]) is not None


def _decoded(path: str) -> str:
    """The path with its escapes undone once. A byte that is no UTF-8 is read as Latin-1: no two become one."""
    return _NO_UTF8.sub(lambda found: chr(ord(found[0]) - 0xDC00), unquote(path, errors="surrogateescape"))


def _tidied(path: str) -> str:
    path = _SLASHES.sub("/", _PARAMS.sub("", path))
    path = _remove_dot_segments(path if path.startswith("/") else "/" + path)
    return path.casefold().rstrip("/") or "/"


def _normal_escape(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return char if _UNRESERVED.match(char) else found[0].upper()


def _remove_dot_segments(path: str) -> str:
    """RFC 3986 section 5.2.4, but that a way above the root is an error and not ignored."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for place, segment in enumerate(segments):
        if segment == "..":
            if not kept:
                raise TargetError("the request target leads above the root")
            kept.pop()
        elif segment != ".":
            kept.append(segment)
            continue
        if place == len(segments) - 1:
            kept.append("")
    return "/" + "/".join(kept)


def _literal_head(folded: str) -> list[str]:
    head: list[str] = []
    for segment in folded.strip("/").split("/"):
        if "*" in segment:
            break
        head.append(segment)
    return head
