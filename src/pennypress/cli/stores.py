"""The store as a command reaches it: the one that the running workers use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pennypress.config import Config
from pennypress.errors import StoreUnusable
from pennypress.store import Store


@asynccontextmanager
async def opened(config: Config) -> AsyncIterator[Store]:
    """The store that a configuration names, closed afterwards. Raises StoreUnusable, also for one in memory, which
    no other process can reach."""
    from pennypress.store.opening import open_store

    if config.store.meters == "memory:":
        raise StoreUnusable(
            '[store] meters: "memory:" lives inside the gateway, where no command can reach it; '
            'write "sqlite:pennypress.db".'
        )
    store = open_store(config.store.meters, config.base)
    try:
        yield store
    finally:
        await store.close()
