"""Codes and links that are sent by mail: kept as keyed hashes, good once and for a while, several at a time."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from enum import Enum, auto

from django.db.models import QuerySet

from pennypress.office import clock, letters
from pennypress.office.installation import installation
from pennypress.office.models import Account, Letter, SignInCode
from pennypress.office.signin import way_back
from pennypress.office.signin.hashes import every, keyed

_DIGITS = 8
_LINK_BYTES = 32
_EXPLAINED_FOR = timedelta(days=1)
_NO_DIGIT = re.compile(r"[\s\u200b\ufeff.\-\u2010-\u2015_]+")


class Refusal(Enum):
    """Why a code or a link is not taken."""

    WRONG = auto()
    EXPIRED = auto()
    USED = auto()


class CodeRefused(Exception):
    """A code or a link that is not taken."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.name)
        self.refusal = refusal


def send(address: str, *, language: str, back: str = "") -> SignInCode:
    """Write to an address, in its one spelling, with a code to sign in by and a link that does the same."""
    return _send("sign-in-code", "sign-in-link", SignInCode(address=address, back=back), language)


def send_to_new(address: str, account: Account, *, language: str) -> SignInCode:
    """Write to the address that an account is to move to, with a code that confirms it."""
    return _send("mail-change-code", "sign-in-mail", SignInCode(address=address, account=account), language)


def lasting_link(account: Account, valid: timedelta) -> str:
    """The address of a page on which one press signs the device in to an account with a mail address, once, while it
    is valid."""
    _, key = _kept(SignInCode(address=account.email or ""), valid)
    return _address("sign-in-link", key)


def forget_old() -> int:
    """Delete the codes that have been useless for a day, and the letters with them that never left; how many codes."""
    before = clock.now() - _EXPLAINED_FOR
    Letter.objects.filter(kind__in=("sign-in-code", "mail-change-code"), sent=None, made__lte=before).delete()
    return SignInCode.objects.filter(expires__lte=before).delete()[0]


def of_code(address: str, typed: str, account: Account | None = None) -> SignInCode:
    """The good code that was typed by whoever reads the mail of an address. Raises CodeRefused."""
    digits = _NO_DIGIT.sub("", typed)
    hashes = every("code", _bound(address, digits))
    return _good(SignInCode.objects.filter(address=address, account=account, code__in=hashes))


def of_link(key: str) -> SignInCode:
    """The code beside which a link was sent that is still good. Raises CodeRefused."""
    return _good(SignInCode.objects.filter(link__in=every("link", key)))


def use(code: SignInCode) -> None:
    """Take a code, which is done once. Raises CodeRefused where somebody was quicker."""
    if not SignInCode.objects.filter(pk=code.pk, used=None).update(used=clock.now()):
        raise CodeRefused(Refusal.USED)


def _send(kind: str, page: str, code: SignInCode, language: str) -> SignInCode:
    lifetime = installation().config.office.code
    digits, key = _kept(code, lifetime)
    facts = {
        "code": f"{digits[:4]} {digits[4:]}",
        "link": _address(page, key),
        "minutes": int(lifetime.total_seconds() // 60),
        "address": code.address,
    }
    letters.send(kind, f"{kind}-{code.pk}", code.address, facts, language=language, account=code.account)
    return code


def _kept(code: SignInCode, lifetime: timedelta) -> tuple[str, str]:
    """Save a code with what it is recognised by: its digits and the key of its link, which are kept nowhere."""
    digits, key = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}", secrets.token_urlsafe(_LINK_BYTES)
    code.made = clock.now()
    code.expires = code.made + lifetime
    code.code, code.link = keyed("code", _bound(code.address, digits)), keyed("link", key)
    code.save()
    return digits, key


def _address(page: str, key: str) -> str:
    return way_back.absolute(way_back.page(page, key=key))


def _bound(address: str, digits: str) -> str:
    return f"{digits} for {address}"


def _good(found: QuerySet[SignInCode]) -> SignInCode:
    now = clock.now()
    codes = list(found.order_by("-made"))
    for code in codes:
        if code.used is None and code.expires > now:
            return code
    if not codes:
        raise CodeRefused(Refusal.WRONG)
    raise CodeRefused(Refusal.USED if codes[0].used else Refusal.EXPIRED)
