"""Codes as readers type them; wrong ones may be tried so often in an hour, and no oftener."""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpRequest

from pennypress.office.models import Account, Code, Plan
from pennypress.office.signin import limits
from pennypress.office.subscribe import codes
from pennypress.office.subscribe.codes import CodeRefused, Refusal

_WHAT = "offer code"


def code_typed(request: HttpRequest, account: Account, typed: str, plan: Plan | None = None) -> Code:
    """The code that a reader typed and may use, with the plan if one is named. Raises CodeRefused.

    Codes cannot be guessed: after a number of unknown ones, every code is refused for an hour.
    """
    address = request.META["REMOTE_ADDR"]
    if limits.is_spent(_WHAT, account.number, address):
        raise CodeRefused(Refusal.TOO_MANY_TRIES)
    try:
        code = codes.find(typed)
    except CodeRefused:
        with suppress(limits.TooMany):
            limits.take(_WHAT, account.number, address)
        raise
    codes.check(code, account, plan)
    return code
