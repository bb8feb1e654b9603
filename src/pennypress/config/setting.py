"""What a setting is: one declaration that feeds validation, the documentation, the file of ``init`` and any form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypeVar, cast

T = TypeVar("T")

_METADATA = "setting"


@dataclass(frozen=True, slots=True)
class Raw:
    """A value as TOML gave it, and the folder of the file from which its paths are meant."""

    value: object
    base: Path


class Unfit(Exception):
    """A value that does not fit its setting: what is wrong with it and how to mend it.

    ``at`` leads from the setting to the part that is at fault, such as ``(2,)`` for the third of a list.
    """

    def __init__(self, wrong: str, mend: str, at: tuple[str | int, ...] = ()) -> None:
        super().__init__(f"{wrong}; {mend}")
        self.wrong = wrong
        self.mend = mend
        self.at = at


@dataclass(frozen=True, slots=True)
class Setting:
    """The declaration of one setting.

    ``default`` is the value that an absent key takes, as TOML would give it. Where it is None, the field takes the
    value of the field ``same_as``, or else None, which means what ``absent`` says. ``read`` raises Unfit, or an
    ExceptionGroup of several.
    """

    key: str
    read: Callable[[Raw], object]
    kind: str
    help: str
    example: object
    default: object | None
    absent: str
    same_as: str
    required: bool


def setting(read: Callable[[Raw], T], *, kind: str, default: object, help: str, example: object = None) -> T:
    """Declare a setting that takes a default where its key is absent."""
    return _declare(read, kind=kind, help=help, example=default if example is None else example, default=default)


def optional(
    read: Callable[[Raw], T], *, kind: str, absent: str, example: object, help: str, key: str = ""
) -> T | None:
    """Declare a setting that is None where its key is absent; ``absent`` says what that means."""
    return _declare(read, kind=kind, help=help, example=example, absent=absent, key=key)


def same_as(other: str, read: Callable[[Raw], T], *, kind: str, example: object, help: str) -> T:
    """Declare a setting that takes the value of another setting of its section where its key is absent."""
    absent = f"the same as `{other}`"
    return _declare(read, kind=kind, help=help, example=example, absent=absent, same_as=other)


def required(read: Callable[[Raw], T], *, kind: str, example: object, help: str) -> T:
    """Declare a setting whose key must be there."""
    return _declare(read, kind=kind, help=help, example=example, required=True)


def settings(section: type) -> dict[str, Setting]:
    """The settings that a section declares, by the name of the field that holds each, in order."""
    return {
        declared.name: cast(Setting, declared.metadata[_METADATA])
        for declared in fields(section)
        if _METADATA in declared.metadata
    }


def _declare(
    read: Callable[[Raw], T],
    *,
    kind: str,
    help: str,
    example: object,
    default: object | None = None,
    absent: str = "",
    same_as: str = "",
    required: bool = False,
    key: str = "",
) -> T:
    declared = Setting(key, read, kind, help, example, default, absent, same_as, required)
    # The dataclass sees the field; whoever reads a section sees the type that the reader returns.
    return cast(T, field(metadata={_METADATA: declared}))
