"""What a worker keeps of the rights of the devices that read through it, so that a subscriber's view asks no store."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from pennypress.core.meter import ReaderId
from pennypress.core.rights import Rights
from pennypress.errors import StoreUnavailable
from pennypress.store import RightsStore

FRESH = timedelta(minutes=10)
"""So long what was heard is given without asking again."""

READS_ON = timedelta(hours=24)
"""So long it is given while the store cannot be asked."""

CAPACITY = 50_000
_BEAT_HOLDS = timedelta(seconds=5)
_MOST_ASKED = 3
_TELL_AGAIN = timedelta(days=1)

_log = logging.getLogger("pennypress")


@dataclass(slots=True)
class _Held:
    rights: Rights | None
    asked: datetime
    doubted: bool = False
    told: datetime | None = None


class HeldRights:
    """A bounded memory of devices' rights, also of those that have none; ``hear_changes`` is to be called each beat.

    Whoever has changed is dropped at the next beat. What is older than FRESH is still given at once, and asked for
    anew behind the reader's back, as long as the beats say that nothing changed. Only while the store cannot be asked
    is older knowledge believed, for READS_ON.
    """

    def __init__(self, store: RightsStore, *, capacity: int = CAPACITY) -> None:
        self._store = store
        self._capacity = capacity
        self._held: OrderedDict[ReaderId, _Held] = OrderedDict()
        self._version: int | None = None
        self._heard: datetime | None = None
        self._changes = 0
        self._refreshing: dict[ReaderId, asyncio.Task[None]] = {}
        self._failing = False
        self.read_on = 0

    def __len__(self) -> int:
        return len(self._held)

    async def get(self, device: ReaderId, now: datetime) -> Rights | None:
        """The rights of a device; None for one that is signed in nowhere. Raises StoreUnavailable where the store
        cannot be asked and nothing is known that is young enough."""
        held = self._held.get(device)
        if held is not None:
            self._held.move_to_end(device)
            age = abs(now - held.asked)
            if not held.doubted and age < FRESH:
                return held.rights
            if not held.doubted and self._hears(now) and age < READS_ON:
                self._refresh(device, now)
                return held.rights
        try:
            return await self._ask(device, now)
        except StoreUnavailable as error:
            held = self._held.get(device)
            if held is None or held.rights is None or abs(now - held.asked) >= READS_ON:
                raise
            self._note_failure(error)
            return held.rights

    def to_tell(self, device: ReaderId, now: datetime) -> bool:
        """Whether the device is to be given its pass anew, so that it outlives the cookie's age: about once a day."""
        held = self._held.get(device)
        if held is None or held.rights is None or (held.told is not None and abs(now - held.told) < _TELL_AGAIN):
            return False
        held.told = now
        return True

    async def hear_changes(self, now: datetime) -> None:
        """Drop what was changed since the last time. Raises StoreUnavailable; the next time then hears of all."""
        changes = await self._store.changed_since(0 if self._version is None else self._version)
        first, self._version = self._version is None, changes.version
        self._heard = now
        if first or changes.names is None:
            self._changes += 1
            for held in self._held.values():
                held.doubted = True
        elif changes.names:
            self._changes += 1
            self._drop(changes.names)

    def _hears(self, now: datetime) -> bool:
        return self._heard is not None and abs(now - self._heard) <= _BEAT_HOLDS

    def _drop(self, names: frozenset[ReaderId]) -> None:
        gone = [
            device
            for device, held in self._held.items()
            if device in names or (held.rights is not None and held.rights.account in names)
        ]
        for device in gone:
            del self._held[device]

    async def _ask(self, device: ReaderId, now: datetime) -> Rights | None:
        """Ask the store; an answer during which a change was heard of may be older than that change: ask again."""
        for _ in range(_MOST_ASKED):
            changes = self._changes
            rights = await self._store.get(device)
            if changes == self._changes:
                self._keep(device, rights, now)
                break
        if self._failing:
            self._failing = False
            _log.warning("the store of the rights answers again")
        return rights

    def _keep(self, device: ReaderId, rights: Rights | None, now: datetime) -> None:
        held = self._held.pop(device, None)
        self._held[device] = _Held(rights, now, told=None if held is None else held.told)
        if len(self._held) > self._capacity:
            self._held.popitem(last=False)

    def _refresh(self, device: ReaderId, now: datetime) -> None:
        if device in self._refreshing:
            return
        task = asyncio.get_running_loop().create_task(self._ask_quietly(device, now))
        self._refreshing[device] = task
        task.add_done_callback(lambda _: self._refreshing.pop(device, None))

    async def _ask_quietly(self, device: ReaderId, now: datetime) -> None:
        try:
            await self._ask(device, now)
        except StoreUnavailable as error:
            _log.debug("rights could not be refreshed: %s", error)

    def _note_failure(self, error: StoreUnavailable) -> None:
        self.read_on += 1
        if not self._failing:
            self._failing = True
            _log.error("rights cannot be asked for; who was seen to hold one reads on for up to a day: %s", error)
