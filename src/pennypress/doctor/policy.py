"""A page's Content-Security-Policy: whether it lets a style sheet of the page's own site in, and the line that does.

After the W3C's Content Security Policy Level 3, as far as style sheets are concerned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

_DECIDES = ("style-src-elem", "style-src", "default-src")
_META = 'meta[http-equiv="content-security-policy" i][content]'
_PORTS = {"http": 80, "https": 443}
_SOURCE = re.compile(r"(?:([a-z][a-z0-9+.-]*)://)?([^/:]+)(?::(\d+|\*))?(/.*)?\Z", re.IGNORECASE)


def policies_of(headers: Iterable[str], page: bytes) -> list[str]:
    """The policies of a page: those of its header fields, and those that its head states."""
    said = [policy.strip() for field in headers for policy in field.split(",")]
    metas = LexborHTMLParser(page).css(_META) if page else []
    return [policy for policy in (*said, *((meta.attributes.get("content") or "").strip() for meta in metas)) if policy]


def mended(policy: str, url: str) -> str | None:
    """The directive to write so that a policy lets a style sheet of the site's own in; None where it does already."""
    directives = _directives(policy)
    name = next((name for name in _DECIDES if name in directives), None)
    if name is None or any(_lets_in(source, url) for source in directives[name]):
        return None
    kept = [source for source in directives[name] if source.lower() != "'none'"]
    written = name if name != "default-src" else "style-src"
    return " ".join((written, "'self'", *kept))


def _directives(policy: str) -> dict[str, tuple[str, ...]]:
    """The directives by name; of several with one name the first counts."""
    found: dict[str, tuple[str, ...]] = {}
    for part in policy.split(";"):
        name, *sources = part.split() or [""]
        found.setdefault(name.lower(), tuple(sources))
    return found


def _lets_in(source: str, url: str) -> bool:
    """Whether one source expression matches a style sheet at ``url`` on a page of the same site."""
    said, site = source.lower(), urlsplit(url)
    if said in ("'self'", "*"):
        return True
    if said.endswith(":") and "/" not in said:
        return said == f"{site.scheme}:" or (said == "http:" and site.scheme == "https")
    match = _SOURCE.match(source)
    if match is None or said.startswith("'"):
        return False
    scheme, host, port, path = match.groups()
    if scheme is not None and scheme.lower() not in (site.scheme, "http" if site.scheme == "https" else site.scheme):
        return False
    wanted = site.port or _PORTS[site.scheme]
    if port not in (None, "*") and int(port) != wanted:
        return False
    if port is None and wanted != _PORTS[site.scheme]:
        return False
    return _host_fits(host.lower(), site.hostname or "") and _path_fits(path, site.path)


def _host_fits(pattern: str, host: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else pattern in (host, "*")


def _path_fits(path: str | None, wanted: str) -> bool:
    if path is None:
        return True
    return wanted.startswith(path) if path.endswith("/") else wanted == path
