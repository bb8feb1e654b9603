"""A memory that stays within its bytes, and lets go of what was not asked for longest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

_OVERHEAD = 512

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Values by their keys, in at most ``capacity`` bytes."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._held = 0
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: Key) -> bool:
        return key in self._values

    def get(self, key: Key) -> Value | None:
        """The value of a key; None for one that is not kept."""
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep a value that takes so many bytes."""
        replaced = self._values.pop(key, None)
        self._held += size + _OVERHEAD - (0 if replaced is None else replaced[1])
        self._values[key] = (value, size + _OVERHEAD)
        while self._held > self._capacity and self._values:
            _, (_, freed) = self._values.popitem(last=False)
            self._held -= freed
