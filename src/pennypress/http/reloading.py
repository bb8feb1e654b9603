"""An application that is built anew while it serves: requests under way end on the old, new ones begin on the new."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass

from pennypress.http.fetch import App, Message, Receive, Scope, Send

_log = logging.getLogger("pennypress")
_RESTING_SECONDS = 0.1
"""A timer this long cannot end before the loop rests; it ends once the loop serves."""


@dataclass(slots=True)
class TakingUp:
    """How a process gets its application: ``accept`` looks at the changed configuration and keeps it if it can be
    used, ``build`` builds from what was kept last. ``asked_early`` is set where SIGHUP came before anything served."""

    build: Callable[[], App]
    accept: Callable[[], bool]
    asked_early: bool = False


class Reloading:
    """Serves with what is built at the start, and on SIGHUP with what is built then.

    When the new application cannot be built or does not start, the old one goes on.
    """

    def __init__(self, taking_up: TakingUp) -> None:
        # Between starting the application and serving, the event loop rests and would lose the signal.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        self._taking_up = taking_up
        self._current = _Running(taking_up.build())
        self._one_at_a_time = asyncio.Lock()
        self._reloads: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the application of the moment, or follow the server's lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._current.serve(scope, receive, send)

    async def reload(self) -> None:
        """Build the application anew and let it take over."""
        async with self._one_at_a_time:
            if not self._taking_up.accept():
                return
            try:
                new = _Running(self._taking_up.build())
                await new.start()
            except Exception:
                _log.exception("the changed configuration cannot be taken up; the old one goes on")
                return
            old, self._current = self._current, new
        await old.retire()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._current.start()
        except Exception as error:
            _log.exception("the application did not start")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._begin_reload)
        loop.call_later(_RESTING_SECONDS, signal.pthread_sigmask, signal.SIG_UNBLOCK, {signal.SIGHUP})
        if self._taking_up.asked_early:
            self._begin_reload()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._current.retire()
        await send({"type": "lifespan.shutdown.complete"})

    def _begin_reload(self) -> None:
        task = asyncio.get_running_loop().create_task(self.reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)


class _Running:
    """One application with its lifespan and the requests that are under way in it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self._life: asyncio.Task[None] | None = None
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._under_way += 1
        self._idle.clear()
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def start(self) -> None:
        scope: Scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.3"}, "state": {}}
        self._life = asyncio.create_task(self._app(scope, self._said.get, self._heard.put))  # type: ignore[arg-type]
        await self._say("lifespan.startup")

    async def retire(self) -> None:
        """End the application when its last request has ended."""
        await self._idle.wait()
        if self._life is not None:
            await self._say("lifespan.shutdown")
            await self._life

    async def _say(self, what: str) -> None:
        """Say something to the application and wait for its answer. Raises what the application raises."""
        assert self._life is not None
        await self._said.put({"type": what})
        answer = asyncio.create_task(self._heard.get())
        await asyncio.wait((answer, self._life), return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            await self._life
            raise RuntimeError("the application ended its lifespan without a word")
        message = answer.result()
        if message["type"].endswith(".failed"):
            raise RuntimeError(message.get("message", "the application did not start"))
