"""Changing the mail address of an account: the new address confirms it, the old one is told."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import translation

from pennypress.office import clock, letters
from pennypress.office.mailboxes import one_spelling
from pennypress.office.models import Account, SignInCode
from pennypress.office.rights import project
from pennypress.office.signin import codes, limits


class AddressTaken(Exception):
    """Another account has the address."""


def request_change(account: Account, new: str, by: Account | None = None) -> SignInCode | None:
    """Write to the new address with a code and a link that confirm it; ``by`` is who asked, if not the reader.

    None where this account has the address already, or another has: its owner is told so by mail, and whoever asked
    need not know. The address has been checked (``forms.MailForm``). Raises TooMany.
    """
    address = one_spelling(new)
    if address == account.email:
        return None
    limits.take("letter", address)
    limits.take("change of mail", account.number)
    language = account.language or translation.get_language() or "en"
    if Account.objects.with_mail(address) is not None:
        now = clock.now()
        letters.send("mail-taken", f"mail-taken-{account.pk}-{now.timestamp()}", address, {}, language=language)
        return None
    return codes.send_to_new(address, account, language=language)


def confirm_change(account: Account, address: str, typed: str) -> None:
    """Move the account to the address to which this code was sent. Raises CodeRefused, AddressTaken, TooMany."""
    limits.take("code of a change", account.number)
    change_by(codes.of_code(one_spelling(address), typed, account))


def change_by(code: SignInCode) -> Account:
    """Move an account to the address that a good code confirms; the old address is told.

    Raises CodeRefused, AddressTaken.
    """
    account, now = code.account, clock.now()
    assert account is not None
    old = account.email
    try:
        with transaction.atomic():
            codes.use(code)
            account.email, account.mail_verified = code.address, now
            account.save(update_fields=["email", "mail_verified"])
    except IntegrityError:
        raise AddressTaken from None
    if old:
        facts: dict[str, object] = {"old": old, "new": account.email}
        language = account.language or translation.get_language() or "en"
        letters.send("mail-changed", f"mail-changed-{code.pk}", old, facts, language=language, account=account)
    project(account)
    return account
