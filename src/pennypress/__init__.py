"""Pennypress: the metered paywall for independent newspapers. This module is its face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pennypress.core.decision import Decision
from pennypress.core.policy import Policy
from pennypress.errors import ConfigurationError, KeysError, PennypressError, StoreUnavailable, StoreUnusable

if TYPE_CHECKING:
    from pennypress.http.asgi import Paywall

__all__ = [
    "ConfigurationError",
    "Decision",
    "KeysError",
    "Paywall",
    "PennypressError",
    "Policy",
    "StoreUnavailable",
    "StoreUnusable",
]


def __getattr__(name: str) -> object:
    """``Paywall`` is imported when first asked for: the command line and the core need no server."""
    if name != "Paywall":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pennypress.http.asgi import Paywall

    return Paywall
