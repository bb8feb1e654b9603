"""Every error that Pennypress raises on purpose.

    PennypressError
    ├── ConfigurationError      the configuration cannot be used; carries every fault
    ├── KeysError               the keys cannot be used or made
    ├── StoreError
    │   ├── StoreUnusable       the store must not be used: damaged, too new, on a network disk
    │   └── StoreUnavailable    the store did not answer in time; asking again may succeed
    ├── TargetError             a request target that no well-meant client sends
    ├── OriginError             the origin did not answer as it should; says which way it failed
    └── PageError
        └── Undecodable         the bytes of a page cannot be turned into text without doubt

Errors carry their evidence as attributes. Only the edges (HTTP and the command line) turn them into words
for people; each message is one sentence that says where, what is wrong, and how to mend it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PennypressError(Exception):
    """The root: catch this to catch everything that Pennypress raises on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a configuration: where it stands, what is wrong, how to mend it."""

    place: str
    wrong: str
    mend: str

    def __str__(self) -> str:
        end = "" if self.mend.endswith("?") else "."
        return f"{self.place}: {self.wrong}; {self.mend}{end}"


class ConfigurationError(PennypressError):
    """The configuration cannot be used. ``faults`` holds all of them, in the order of the file."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class KeysError(PennypressError):
    """The key file is missing, unreadable, badly formed or open to others."""


class StoreError(PennypressError):
    """Something about a store."""


class StoreUnusable(StoreError):
    """The store must not be used as it is; nothing in it was touched."""


class StoreUnavailable(StoreError):
    """The store did not answer within its time; nothing was taken from the reader."""


class TargetError(PennypressError):
    """A request target that no well-meant client sends; the answer is 400."""


class OriginFailure(StrEnum):
    """The ways in which an origin fails: not there or not sensible, too slow, an answer that is too large for what
    must be done with it, an answer broken off after it had begun."""

    DOWN = "down"
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    BROKEN = "broken"


class OriginError(PennypressError):
    """The origin did not answer as it should; ``kind`` says which way it failed, ``detail`` how it showed."""

    def __init__(self, kind: OriginFailure, detail: str) -> None:
        super().__init__(f"the origin failed ({kind.value}): {detail}")
        self.kind = kind
        self.detail = detail


class PageError(PennypressError):
    """Something about a page of the origin."""


class Undecodable(PageError):
    """The bytes of a page cannot be turned into text without doubt; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
