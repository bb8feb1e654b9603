"""Cards with a printed code, for readers without a mail address."""

from __future__ import annotations

import re
import secrets
from hmac import compare_digest

from pennypress.office.models import Account
from pennypress.office.signin.hashes import every, keyed

_ALPHABET = "3479CDFGHJKMNPQRTVWXY"  # no two that look alike, and no vowels: no code is a word
_GROUPS, _GROUP = 3, 4
_BETWEEN = re.compile(r"[\s.\-\u2010-\u2015_]+")


def make_card(account: Account) -> str:
    """A new code for an account's card, as it is printed beside the number; an older card is good no longer."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_GROUPS * _GROUP))
    account.card_code = keyed("card", _bound(account, code))
    account.save(update_fields=["card_code"])
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def take_card_back(account: Account) -> None:
    """Let the account's card sign nobody in any more."""
    account.card_code = ""
    account.save(update_fields=["card_code"])


def plain(typed: str) -> str:
    """A number or a code without the spaces and dashes that somebody typed in it."""
    return _BETWEEN.sub("", typed).upper()


def of_card(number: str, code: str) -> Account | None:
    """The account of a plain number and its plain code; None where they do not belong together."""
    account = Account.objects.filter(number=number, is_active=True).first()
    named = account or Account(number="")  # the same work for a number that nobody has
    hashes = every("card", _bound(named, code))
    fits = [compare_digest(named.card_code, each) for each in hashes]
    return account if any(fits) else None


def _bound(account: Account, code: str) -> str:
    return f"{code} for {account.number}"
