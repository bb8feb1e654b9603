"""The office as a command reaches it."""

from __future__ import annotations

from pathlib import Path

from pennypress.config import Config, load
from pennypress.errors import ConfigurationError, Fault


def opened_office(path: Path) -> Config:
    """The configuration of a paper that has an office, with Django set up for it. Raises ConfigurationError."""
    loaded = load(path)
    if not loaded.office.enabled:
        raise ConfigurationError((Fault("[office] enabled", "is false", "write enabled = true, and start again"),))
    from pennypress.office.mount import application

    application(loaded)
    return loaded
