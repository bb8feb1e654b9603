"""Rights: what the office says of an account, as the hot path keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pennypress.core.entitlement import Entitlement
from pennypress.core.meter import ReaderId


class LapseKind(StrEnum):
    """Why an account that read on no longer does."""

    ENDED = "ended"
    PAYMENT_FAILED = "payment-failed"
    TRIAL_ENDED = "trial-ended"
    NOT_RECEIVED = "not-received"


@dataclass(frozen=True, slots=True)
class Lapse:
    """What happened to a right that has ended, and when."""

    kind: LapseKind
    on: datetime

    @property
    def words(self) -> str:
        """What happened and when, for an operator who asks why."""
        return f"{self.kind.value.replace('-', ' ')} on {self.on:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account may do, on all of its devices.

    ``account`` is the name under which all of them are metered. ``registered`` is whether the registered allowance
    counts (the mail is verified). ``lapse`` says what became of the last subscription where none runs.
    """

    account: ReaderId
    registered: bool = True
    entitlements: tuple[Entitlement, ...] = ()
    lapse: Lapse | None = None

    def holds(self, now: datetime) -> bool:
        """Whether any of the entitlements holds at this moment."""
        return any(right.holds(now) for right in self.entitlements)
