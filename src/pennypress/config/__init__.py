"""The configuration: TOML to frozen values, every fault at once, each with its place and its mend."""

from pennypress.config.addresses import HostAddress, SocketAddress
from pennypress.config.document import build, load, read
from pennypress.config.sections import (
    Articles,
    Config,
    Gateway,
    Meter,
    NetworkSection,
    Paper,
    Secrets,
    StoreSection,
)

__all__ = [
    "Articles",
    "Config",
    "Gateway",
    "HostAddress",
    "Meter",
    "NetworkSection",
    "Paper",
    "Secrets",
    "SocketAddress",
    "StoreSection",
    "build",
    "load",
    "read",
]
