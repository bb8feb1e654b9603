"""A memory of so many things, which lets go of the one that was not used for longest."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Latest(Generic[Value]):
    """Values by number, at most ``capacity`` of them. Whoever shares one between threads holds a lock."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._values: OrderedDict[int, Value] = OrderedDict()

    def __contains__(self, number: int) -> bool:
        return number in self._values

    def get(self, number: int) -> Value | None:
        """The value of a number, used just now; None for one that is not remembered."""
        value = self._values.get(number)
        if value is not None:
            self._values.move_to_end(number)
        return value

    def put(self, number: int, value: Value) -> Value | None:
        """Remember a value; gives the one that is let go of for it, or None."""
        self._values[number] = value
        self._values.move_to_end(number)
        return self._values.popitem(last=False)[1] if len(self._values) > self._capacity else None
