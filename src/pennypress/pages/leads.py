"""Where a page leads: the addresses of its own site that it links to."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from pennypress.core.target import read_target
from pennypress.errors import TargetError

_SLUG = re.compile(r"/[^/]*[a-z0-9]-[a-z0-9]+-[a-z0-9][^/]*/?$", re.IGNORECASE)


def article_links(page: bytes, home: str) -> list[str]:
    """The paths of a site that a page links to and that look like articles': a slug of several words at the end."""
    return [path for path in own_links(page, home) if _SLUG.search(path)]


def own_links(page: bytes, home: str) -> list[str]:
    """The paths of the site at ``home`` (scheme and host) that a page links to, each once, in order."""
    hrefs = (link.attributes.get("href") or "" for link in LexborHTMLParser(page).css("a[href]"))
    links = (urlsplit(urljoin(f"{home}/", href.strip())) for href in hrefs)
    own = (link.path for link in links if bare_host(f"https://{link.netloc}") == bare_host(home))
    return list(dict.fromkeys(path for path in own if path and _is_target(path)))


def bare_host(address: str) -> str:
    """The host of an address, with its port, without ``www.``."""
    return urlsplit(address).netloc.removeprefix("www.")


def _is_target(path: str) -> bool:
    try:
        read_target(path)
    except TargetError:
        return False
    return True
