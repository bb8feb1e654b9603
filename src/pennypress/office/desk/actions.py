"""What a clerk can do for a reader: each with a reason, each written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from pennypress.errors import StoreUnavailable
from pennypress.office import clock, lifecycle, rights
from pennypress.office.desk import merging
from pennypress.office.models import Account, Merge, Payment, Right, RightKind, Subscription
from pennypress.office.signin import codes, limits, mail_change
from pennypress.office.signin.devices import sign_out_everywhere
from pennypress.office.subscribe.amounts import Unreadable, read_amount
from pennypress.office.till.base import TillDown

_MOST_DAYS = 366


class Refused(Exception):
    """It was not done; the sentence says why."""


Given = Mapping[str, str]
Action = Callable[[Account, Account, Given, str], str]


def act(what: str, account: Account, by: Account, given: Given) -> str:
    """Do it, and say in a sentence what was done. Raises Refused, with nothing changed."""
    why = given.get("why", "").strip()[:200]
    if not why:
        raise Refused(_("Please say why: it is written down with what you do."))
    action = ACTIONS.get(what)
    if action is None:
        raise Refused(_("There is no such thing to do."))
    try:
        return action(account, by, given, why)
    except limits.TooMany:
        raise Refused(_("That was done too often in the last hour. Please wait for an hour.")) from None
    except TillDown:
        raise Refused(_("The till cannot be reached now. Nothing was changed: please try again later.")) from None
    except (StoreUnavailable, TimeoutError):
        raise Refused(_("The meter cannot be reached now. Nothing was changed: please try again later.")) from None


def _send_code(account: Account, by: Account, given: Given, why: str) -> str:
    if not account.email:
        raise Refused(_("There is no mail address. Print a card with a code instead."))
    limits.take("letter", account.email)
    codes.send(account.email, language=account.language or "en")
    return _("A code is on its way to %(mail)s.") % {"mail": account.email}


def _change_mail(account: Account, by: Account, given: Given, why: str) -> str:
    new = given.get("mail", "").strip()
    try:
        validate_email(new)
    except ValidationError:
        raise Refused(_("Please write a whole mail address.")) from None
    mail_change.request_change(account, new, by)
    return _("We have written to %(mail)s. The address changes once it is confirmed there.") % {"mail": new}


def _comp(account: Account, by: Account, given: Given, why: str) -> str:
    days = _number(given.get("days", ""), _MOST_DAYS)
    with transaction.atomic():
        now = clock.now()
        right = Right.objects.create(
            account=account, kind=RightKind.COMPLIMENTARY, start=now, until=now + timedelta(days=days), why=why
        )
        rights.project(account)
    return _("They read until %(day)s.") % {"day": f"{right.until:%Y-%m-%d}"}


def _cancel(account: Account, by: Account, given: Given, why: str) -> str:
    held = lifecycle.cancel(_subscription(account, given), why=why, by=by)
    return _("Cancelled, with the same letter as if they had done it themselves. It ends on %(day)s.") % {
        "day": f"{held.period_end or held.ended:%Y-%m-%d}"
    }


def _move(account: Account, by: Account, given: Given, why: str) -> str:
    to = _other(given)
    lifecycle.move(_subscription(account, given), to)
    return _("Moved to %(who)s.") % {"who": to}


def _refund(account: Account, by: Account, given: Given, why: str) -> str:
    payment = account.payments.filter(number=_number(given.get("payment", ""), 10**9)).first()
    if payment is None:
        raise Refused(_("There is no such receipt."))
    try:
        made = lifecycle.refund(payment, _amount(given, payment), why)
    except lifecycle.TooMuch:
        raise Refused(_("That is more than is left of this payment.")) from None
    return _("%(amount)s goes back the way it came.") % {"amount": made.money.shown("en")}


def _sign_out(account: Account, by: Account, given: Given, why: str) -> str:
    sign_out_everywhere(account)
    return _("All devices are signed out.")


def _note(account: Account, by: Account, given: Given, why: str) -> str:
    account.note = f"{account.note}\n{clock.today():%Y-%m-%d} {by}: {why}".strip()[-2000:]
    account.save(update_fields=["note"])
    return _("Noted.")


def _merge(account: Account, by: Account, given: Given, why: str) -> str:
    gone = _other(given)
    try:
        merging.merge(account, gone)
    except merging.CannotMerge:
        raise Refused(_("These two cannot be made one: both must be in use, and neither one of the staff's.")) from None
    return _("%(who)s is part of this account now. It can be taken back for 30 days.") % {"who": gone}


def _undo_merge(account: Account, by: Account, given: Given, why: str) -> str:
    done = Merge.objects.filter(kept=account, undone=None, pk=_number(given.get("merge", ""), 10**9)).first()
    if done is None:
        raise Refused(_("There is nothing to take back."))
    try:
        merging.undo(done)
    except merging.TooLate:
        raise Refused(_("That was more than 30 days ago, and can be taken back no longer.")) from None
    return _("They are two accounts again.")


def _other(given: Given) -> Account:
    """The other account, by its number."""
    found = Account.objects.filter(number=given.get("number", "").strip(), is_active=True).first()
    if found is None:
        raise Refused(_("There is no account of this number."))
    return found


def _subscription(account: Account, given: Given) -> Subscription:
    found = account.subscriptions.filter(pk=_number(given.get("subscription", ""), 10**12)).first()
    if found is None:
        raise Refused(_("There is no such subscription."))
    return found


def _amount(given: Given, payment: Payment) -> int:
    try:
        return read_amount(given.get("amount", ""), payment.currency)
    except Unreadable:
        raise Refused(_("Please write an amount such as 8.00.")) from None


def _number(said: str, most: int) -> int:
    if not said.strip().isdecimal() or not 0 < int(said) <= most:
        raise Refused(_("Please write a number from 1 to %(most)s.") % {"most": most})
    return int(said)


ACTIONS: dict[str, Action] = {
    "send-code": _send_code,
    "change-mail": _change_mail,
    "comp": _comp,
    "cancel": _cancel,
    "move": _move,
    "refund": _refund,
    "sign-out": _sign_out,
    "note": _note,
    "merge": _merge,
    "undo-merge": _undo_merge,
}
"""Everything by its name in the forms of the page."""
