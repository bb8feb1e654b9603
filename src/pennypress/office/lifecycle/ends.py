"""Why subscriptions end."""

from __future__ import annotations

from enum import StrEnum


class EndWhy(StrEnum):
    """Why a subscription ended; kept with it."""

    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    TRIAL = "trial"
    NOT_RECEIVED = "not-received"
    UNPAID = "unpaid"
    NOT_RENEWED = "not-renewed"
    REPLACED = "replaced"


REVIVED_BY_MONEY = frozenset({EndWhy.NOT_RECEIVED, EndWhy.UNPAID, EndWhy.NOT_RENEWED})
"""Ends that are taken back when the money comes after all."""
