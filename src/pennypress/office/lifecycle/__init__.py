"""The life of a subscription: how it begins, what is paid for it, how it changes, and how it ends.

Every function here may be called twice for the same thing, from two processes at once, and does it once.
"""

from __future__ import annotations

from pennypress.office.lifecycle.beginning import AlreadySubscribed, begin, live
from pennypress.office.lifecycle.cancelling import cancel, end, go_on, move, withdraw
from pennypress.office.lifecycle.ends import EndWhy
from pennypress.office.lifecycle.pausing import CannotPause, can_pause, pause, unpause
from pennypress.office.lifecycle.paying import receive
from pennypress.office.lifecycle.refunding import TooMuch, refund
from pennypress.office.lifecycle.statuses import set_status

__all__ = [
    "AlreadySubscribed",
    "CannotPause",
    "EndWhy",
    "TooMuch",
    "begin",
    "can_pause",
    "cancel",
    "end",
    "go_on",
    "live",
    "move",
    "pause",
    "receive",
    "refund",
    "set_status",
    "unpause",
    "withdraw",
]
