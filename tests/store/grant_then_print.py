"""Opens the store named by its arguments, takes one unit, and only then says so: to be watched with strace."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from pennypress.store.opening import open_store
from tests.contract.stores import claim


async def main() -> None:
    """Spend, then write to the standard output what a gateway would send."""
    store = open_store(sys.argv[1], Path(sys.argv[2]))
    answer = await store.spend(claim("/a"))
    os.write(1, f"the article, {answer.outcome.value}\n".encode())
    await store.close()


asyncio.run(main())
