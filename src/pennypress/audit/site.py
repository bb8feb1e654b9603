"""The publisher's own site: which links lead into it, and by what address it is asked for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from pennypress.config import Config
from pennypress.core.target import read_target
from pennypress.errors import TargetError

_KEPT = "/:;=@!$&'()*+,~-._%?[]"
_NEVER = re.compile(
    r"^/-/pennypress(?:/|$)|^/wp-admin/|/wp-login\.php|/(?:user/)?logout\b|/cart\b|[?&](?:add-to-cart|replytocom)=",
    re.IGNORECASE,
)
_NO_TEXT = re.compile(
    r"\.(?:avif|bmp|gif|ico|jpe?g|png|svg|webp|tiff?|css|woff2?|ttf|otf|eot|mp4|webm|mov|mp3|m4a|ogg|aac|flac|wav|ts"
    r"|m4s|mpd|m3u8|pdf|zip|epub|iso|dmg|exe|apk)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Site:
    """The site as the configuration names it: the host and the scheme that readers use, every host that is its own,
    and where it is asked."""

    host: str
    scheme: str
    hosts: frozenset[str]
    upstream: str

    def leads_to(self, link: str, at: str) -> str | None:
        """The address (path and query, as it goes to the origin) of a link on the page at an address; None for one
        that leads out of the site, to a picture, style or film, or to where nothing is for readers."""
        target = self.target_of(link, at)
        if target is None or _NEVER.search(target) or _NO_TEXT.search(target.partition("?")[0]):
            return None
        return target

    def target_of(self, link: str, at: str) -> str | None:
        """The address of a link on the page at an address; None for one that leads to another host, or nowhere."""
        try:
            parts = urlsplit(urljoin(f"{self.scheme}://{self.host}{at}", link.strip()))
        except ValueError:
            return None
        if parts.scheme not in ("http", "https") or parts.netloc.lower() not in self.hosts:
            return None
        path = quote(parts.path or "/", safe=_KEPT)
        query = f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
        try:
            return read_target(path + query).forwarded
        except TargetError:
            return None

    def host_of(self, link: str, at: str) -> str:
        """The host that a link leads to."""
        try:
            return urlsplit(urljoin(f"{self.scheme}://{self.host}{at}", link.strip())).netloc.lower()
        except ValueError:
            return ""


def site_of(config: Config) -> Site:
    """The site that a configuration describes."""
    upstream = urlsplit(config.gateway.upstream)
    own = urlsplit(config.paper.url) if config.paper.url else upstream
    return Site(own.netloc, own.scheme, frozenset((own.netloc, upstream.netloc)), config.gateway.upstream)
