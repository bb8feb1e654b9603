"""The store of the meters and rights beside the office, asked from Django's threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from pennypress.core.meter import ReaderId, Standing
from pennypress.core.rights import Rights
from pennypress.core.window import Span
from pennypress.office import clock
from pennypress.office.installation import installation
from pennypress.store import Store
from pennypress.store.opening import open_store

T = TypeVar("T")

_PATIENCE = timedelta(seconds=10)


class Beside:
    """A bridge to the async store, with a loop in a thread of its own. Everything raises StoreUnavailable."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="beside", daemon=True)
        self._thread.start()
        self._store: Store = self._run(self._open())

    def put(self, account: ReaderId, rights: Rights) -> None:
        """Say what rights an account has from now on."""
        self._run(self._store.put(account, rights))

    def sign_in(self, device: ReaderId, account: ReaderId) -> None:
        """Let a device read with the rights of an account."""
        self._run(self._store.sign_in(device, account))

    def sign_out(self, device: ReaderId) -> None:
        """Let a device read with them no longer."""
        self._run(self._store.sign_out(device))

    def get(self, device: ReaderId) -> Rights | None:
        """What a device may read; None for one that is signed in to no account."""
        return self._run(self._store.get(device))

    def carry(self, source: ReaderId, into: ReaderId) -> None:
        """Give ``into`` the number of articles that ``source`` has opened, without the articles."""
        now = clock.now()
        self._run(self._store.carry(source, into, self._span(), now))

    def merge(self, source: ReaderId, into: ReaderId) -> Standing:
        """Join one meter into another."""
        now = clock.now()
        return self._run(self._store.merge(source, into, self._span(), now))

    def standing(self, reader: ReaderId) -> Standing:
        """Where a reader stands."""
        now = clock.now()
        return self._run(self._store.standing(reader, self._span(), now))

    def erase(self, account: ReaderId) -> None:
        """Forget an account wholly, but for the number that keeps its devices from opening a fresh meter."""
        now = clock.now()
        self._run(self._store.erase(account, self._span(), now))

    def do(self, ask: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
        """Ask anything else of the store."""
        return self._run(ask(self._store))

    def close(self) -> None:
        """Let the store go."""
        self._run(self._store.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _span(self) -> Span:
        return installation().config.policy().window.span(clock.now())

    async def _open(self) -> Store:
        config = installation().config
        return open_store(config.store.meters, config.base)

    def _run(self, asked: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(_PATIENCE.total_seconds())


_beside: Beside | None = None
_making = threading.Lock()


def beside() -> Beside:
    """The bridge of this process."""
    global _beside
    with _making:
        if _beside is None:
            _beside = Beside()
        return _beside


def is_open() -> bool:
    """Whether this process has one."""
    return _beside is not None


def let_go() -> None:
    """Close the bridge, where there is one; the next who asks opens another."""
    global _beside
    with _making:
        if _beside is not None:
            _beside.close()
            _beside = None
