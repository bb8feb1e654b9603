"""The gateway's word on its own health, for whatever watches over it."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from pennypress.http.fetch import Send
from pennypress.http.log import Log

HEALTH_PATH = "/-/pennypress/health"
_AGAIN = timedelta(hours=1)
_NEAR = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)


class Health:
    """Whether the worker is ready, and what the operator should know.

    ``trusted`` says whether a peer's X-Forwarded-For counts. A peer on loopback or a private network that sends that
    field without being trusted is most likely the operator's own front: every reader then has the front's address.
    """

    def __init__(self, log: Log, trusted: Callable[[str], bool], clock: Callable[[], datetime]) -> None:
        self._log = log
        self._trusted = trusted
        self._clock = clock
        self._seen: datetime | None = None
        self._logged: datetime | None = None
        self.ready = False

    def see(self, peer: str | None, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Look at who hands a request in."""
        if peer is None or not any(name == b"x-forwarded-for" for name, _ in headers):
            return
        if self._trusted(peer) or not is_near(peer):
            return
        now = self._clock()
        self._seen = now
        if self._logged is None or now - self._logged >= _AGAIN:
            self._logged = now
            self._log.event(
                "warning",
                f"addresses not known: a front at {peer} sends X-Forwarded-For, but is not trusted; "
                f'add under [network]: trusted_proxies = ["{peer}"]',
            )

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is amiss though the worker serves."""
        recent = self._seen is not None and self._clock() - self._seen < _AGAIN
        return ("addresses not known",) if recent else ()

    async def answer(self, send: Send) -> None:
        """Answer a request for the health page: 200 when ready, else 503."""
        said = {"live": True, "ready": self.ready, "remarks": list(self.remarks)}
        body = json.dumps(said).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 200 if self.ready else 503, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


@lru_cache(maxsize=1024)
def is_near(peer: str) -> bool:
    """Whether an address is this machine's own or of a private network."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in _NEAR)
