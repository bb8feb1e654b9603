"""Where the gateway listens and what it stands in front of: reading these addresses, and telling a circle."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pennypress.config.setting import Raw, Unfit
from pennypress.config.words import found, text

_HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost"})
# A UNIX socket's path has to fit struct sockaddr_un on Linux: 108 bytes with the closing zero.
_LONGEST_SOCKET_PATH = 107


@dataclass(frozen=True, slots=True)
class HostAddress:
    """A host and a port to listen on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class SocketAddress:
    """A UNIX socket to listen on."""

    path: Path

    def __str__(self) -> str:
        return f"unix:{self.path}"


def listen_address(raw: Raw) -> HostAddress | SocketAddress:
    """``"127.0.0.1:8000"``, ``"[::1]:8000"`` or ``"unix:pennypress.sock"``."""
    mend = 'write a host and a port such as "127.0.0.1:8000", or "unix:pennypress.sock"'
    if isinstance(raw.value, int) and not isinstance(raw.value, bool):
        raise Unfit(f"is {found(raw.value)} where a text belongs", f'write "127.0.0.1:{raw.value}"')
    value = text(raw)
    if value.startswith("unix:"):
        path = raw.base / value.removeprefix("unix:")
        if path == raw.base or len(bytes(path.absolute())) > _LONGEST_SOCKET_PATH:
            raise Unfit(f'is "{value}", whose path is empty or too long for a socket', mend)
        return SocketAddress(path)
    host, colon, port = value.rpartition(":")
    if not colon or not _is_port(port) or not _is_host(host):
        raise Unfit(f'is "{value}"', mend)
    return HostAddress(host.strip("[]"), int(port))


def site_url(raw: Raw) -> str:
    """A scheme and a host, perhaps a port, and no path: ``https://www.example.com``. Given back without a slash."""
    value = text(raw)
    parts = _split(value)
    if parts is None:
        raise Unfit(f'is "{value}", which is no address of a site', 'write it as in "https://www.example.com"')
    plain = f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2]}"
    if parts.username is not None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise Unfit("says more than scheme, host and port", f'write "{plain}"')  # not shown: it may hold a password
    if not plain.isascii():
        ascii_host = (parts.hostname or "").encode("idna").decode("ascii")
        raise Unfit(f'is "{value}", whose host is not ASCII', f'write the host as "{ascii_host}"')
    return plain.lower()


def link(raw: Raw) -> str:
    """Where a link leads: a path of the site that begins with one slash, or a whole http or https address."""
    value = text(raw)
    rooted = value.startswith("/") and not value.startswith(("//", "/\\"))
    if not (rooted or _split(value) is not None) or re.search(r"[\s<>\"\\]", value):
        mend = 'write a path such as "/subscribe" or an address such as "https://shop.example.com/subscribe"'
        raise Unfit(f'is "{value}", which no link can lead to', mend)
    return value


def is_circle(listen: HostAddress | SocketAddress, upstream: str) -> bool:
    """Whether what the gateway stands in front of is the gateway itself."""
    parts = urlsplit(upstream)
    if isinstance(listen, SocketAddress) or listen.port != (parts.port or _DEFAULT_PORTS[parts.scheme]):
        return False
    host = parts.hostname or ""
    return host == listen.host.lower() or (_is_this_machine(host) and _is_this_machine(listen.host))


def _split(value: str) -> SplitResult | None:
    """The parts of an http or https address with a well-formed host and port, or None."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme.lower() not in _DEFAULT_PORTS or port == 0 or re.search(r"[\s\\]", value):
        return None
    known = _is_host(f"[{host}]") if ":" in host else _is_host(host) or (bool(host) and not host.isascii())
    return parts if known else None


def _is_port(port: str) -> bool:
    return port.isascii() and port.isdigit() and 0 < int(port) < 65536


def _is_host(host: str) -> bool:
    if host.startswith("[") and host.endswith("]"):
        return ":" in host and _is_ip(host[1:-1])
    return _HOST_NAME.fullmatch(host) is not None


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_this_machine(host: str) -> bool:
    if host.lower() in _LOOPBACK_NAMES:
        return True
    if not _is_ip(host):
        return False
    address = ip_address(host)
    return address.is_loopback or address.is_unspecified
