"""Real processes that share one store: each does what it is told through a pipe, and can be killed."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pennypress.errors import StoreUnavailable
from pennypress.store import Store
from pennypress.store.opening import open_store

Call = tuple[str, tuple[Any, ...]]
"""A method of the store and its arguments."""


class Worker:
    """A process of its own with the store at ``url`` open."""

    def __init__(self, url: str, base: Path) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawning.Pipe()
        self._process = spawning.Process(target=_serve, args=(url, base, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def begin(self, calls: list[Call]) -> None:
        """Have the calls made, all at once."""
        self._pipe.send(calls)

    def finish(self) -> list[Any]:
        """What the calls begun last returned; StoreUnavailable stands where a call raised it."""
        answers: list[Any] = self._pipe.recv()
        return answers

    def call(self, method: str, *arguments: Any) -> Any:
        """Make one call, and return what it returns."""
        self.begin([(method, arguments)])
        return self.finish()[0]

    def kill(self) -> None:
        """Kill it, as ``kill -9`` does."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()
        self._pipe.close()

    def close(self) -> None:
        """Let it close its store and end."""
        self._pipe.send(None)
        self._process.join()
        self._pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process.is_alive():
            self.kill()


def _serve(url: str, base: Path, pipe: Connection) -> None:
    asyncio.run(_answer(url, base, pipe))


async def _answer(url: str, base: Path, pipe: Connection) -> None:
    store = open_store(url, base)
    while (calls := await asyncio.to_thread(pipe.recv)) is not None:
        pipe.send(await asyncio.gather(*(_call(store, method, arguments) for method, arguments in calls)))
    await store.close()


async def _call(store: Store, method: str, arguments: tuple[Any, ...]) -> Any:
    try:
        return await getattr(store, method)(*arguments)
    except StoreUnavailable as unavailable:
        return unavailable
