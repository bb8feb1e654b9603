"""Codes as readers type them, and how many wrong ones they may try in an hour."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from pennypress.office.installation import installation
from pennypress.office.models import Account, Code, Plan
from pennypress.office.subscribe import codes
from pennypress.office.subscribe.codes import CodeRefused, Refusal

_HOUR = 60 * 60
_READERS_AN_ADDRESS = 5
"""How many times as often one may try from an address, behind which a whole library may read."""


def code_typed(request: HttpRequest, account: Account, typed: str, plan: Plan | None = None) -> Code:
    """The code that a reader typed and may use, with the plan if one is named. Raises CodeRefused.

    Codes cannot be guessed: after a number of unknown ones, every code is refused for an hour.
    """
    if _too_many(request, account):
        raise CodeRefused(Refusal.TOO_MANY_TRIES)
    try:
        code = codes.find(typed)
    except CodeRefused:
        _count(request, account)
        raise
    codes.check(code, account, plan)
    return code


def _too_many(request: HttpRequest, account: Account) -> bool:
    allowed = installation().config.retention.attempts
    by_account, by_address = (cache.get(key, 0) for key in _keys(request, account))
    return bool(by_account >= allowed or by_address >= allowed * _READERS_AN_ADDRESS)


def _count(request: HttpRequest, account: Account) -> None:
    for key in _keys(request, account):
        cache.add(key, 0, _HOUR)
        try:
            cache.incr(key)
        except ValueError:  # its hour ended between the two
            cache.set(key, 1, _HOUR)


def _keys(request: HttpRequest, account: Account) -> tuple[str, str]:
    return f"codes-tried-by-{account.pk}", f"codes-tried-from-{request.META.get('REMOTE_ADDR', '')}"
