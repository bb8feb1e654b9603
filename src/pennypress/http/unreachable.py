"""How it shows that nothing answers at an address, in the words of a sentence."""

from __future__ import annotations

import os
import socket
import ssl

import aiohttp


def in_words(error: Exception) -> str:
    """A few words on what became of an attempt to ask: ``connection refused``, ``its name is not known``."""
    if isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
        if isinstance(cause, socket.gaierror):
            return "its name is not known"
        if cause.errno and not isinstance(cause, ssl.SSLError):
            return os.strerror(cause.errno).lower()
    if isinstance(error, TimeoutError):
        return "it takes too long"
    return str(error) or repr(error)
