"""Mail addresses: one spelling for each."""

from __future__ import annotations

import unicodedata
from contextlib import suppress


def one_spelling(mail: str) -> str:
    """The spelling under which an address is kept: composed, in small letters, its domain in ASCII.

    Providers tell capitals apart nowhere today, so neither do we; dots and ``+words`` stay, since some do tell these.
    """
    local, _, domain = unicodedata.normalize("NFKC", mail).strip().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}".casefold()
