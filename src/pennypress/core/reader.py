"""The reader, as far as a decision may know them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pennypress.core.entitlement import Entitlement
from pennypress.core.meter import ReaderId
from pennypress.core.rights import Lapse


class ReaderKind(StrEnum):
    """What a reader is to the paper."""

    ANONYMOUS = "anonymous"
    REGISTERED = "registered"
    SUBSCRIBER = "subscriber"


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader: the name under which they are metered, their kind, and the rights that they hold.

    ``known`` is False for one whose pass was made for this very request; ``signed_in`` is True for one who reads under
    an account. ``lapse`` says what became of that account's last subscription where none runs.
    """

    id: ReaderId
    kind: ReaderKind = ReaderKind.ANONYMOUS
    entitlements: tuple[Entitlement, ...] = ()
    known: bool = True
    signed_in: bool = False
    lapse: Lapse | None = None
