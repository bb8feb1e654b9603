"""Breaking a reader's connection off, so that an answer that lacks its end does not look whole.

The server below ends an answer without a length cleanly whatever the application raises; the one way to tell the
reader that the rest is missing is to close their connection in the middle.
"""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import struct
from collections.abc import Container
from contextlib import suppress
from pathlib import Path

_DESCRIPTORS = Path("/dev/fd")
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)

Peer = tuple[str, int]


class Breaker:
    """Finds the sockets of peers among this process's descriptors and breaks them off.

    Looking through all descriptors costs a few milliseconds with thousands of connections open, so that all who ask
    in one turn of the loop are served by one look.
    """

    def __init__(self) -> None:
        self._asked: dict[Peer, asyncio.Future[bool]] = {}

    async def break_off(self, peer: Peer) -> bool:
        """Break the connection of a peer off; False when it is not found."""
        loop = asyncio.get_running_loop()
        if not self._asked:
            loop.call_soon(self._look)
        return await self._asked.setdefault(peer, loop.create_future())

    def _look(self) -> None:
        asked, self._asked = self._asked, {}
        broken: set[Peer] = set()
        for entry in list(_DESCRIPTORS.iterdir()):
            with suppress(OSError):
                descriptor = int(entry.name)
                if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                    broken |= _break_if_asked(descriptor, asked.keys())
        for peer, answer in asked.items():
            if not answer.done():
                answer.set_result(peer in broken)


def _break_if_asked(descriptor: int, asked: Container[Peer]) -> set[Peer]:
    """Break the socket with this descriptor off if its peer is one of those; the peer then, or nothing."""
    connection = socket.socket(fileno=os.dup(descriptor))
    with connection:
        if connection.family not in (socket.AF_INET, socket.AF_INET6):
            return set()
        host, port, *_ = connection.getpeername()
        peer = (host, port)
        if peer not in asked:
            return set()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        connection.shutdown(socket.SHUT_RDWR)
        return {peer}
