"""The law of subscriptions: what is said before payment, how long one may withdraw, what is told and when."""

from __future__ import annotations

from pennypress.office.law.at_once import AT_ONCE, at_once
from pennypress.office.law.summary import Line, Summary, each, summary
from pennypress.office.law.terms import Terms, terms_of, terms_of_subscription
from pennypress.office.law.withdrawing import Withdrawal, withdrawal

__all__ = [
    "AT_ONCE",
    "Line",
    "Summary",
    "Terms",
    "Withdrawal",
    "at_once",
    "each",
    "summary",
    "terms_of",
    "terms_of_subscription",
    "withdrawal",
]
