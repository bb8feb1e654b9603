"""Money that goes back, the way it came."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Sum

from pennypress.office import clock
from pennypress.office.lifecycle import writing
from pennypress.office.lifecycle.holding import till_for
from pennypress.office.models import Payment, Refund

_log = logging.getLogger("pennypress")


class TooMuch(Exception):
    """More than is left of the payment; nothing was given back."""

    def __init__(self, left: int) -> None:
        super().__init__(f"only {left} can be given back")
        self.left = left


def refund(payment: Payment, amount: int, why: str) -> Refund:
    """Give back ``amount`` of a payment by its till. Raises TooMuch.

    Where the till cannot be asked it is kept and tried again; where the till sends no money, ``sent`` stays None until
    staff have sent it.
    """
    made = keep(payment, amount, why)
    transaction.on_commit(lambda: send(made))
    return made


def keep(payment: Payment, amount: int, why: str) -> Refund:
    """Note that an amount goes back, and say so to the reader. Raises TooMuch."""
    with transaction.atomic():
        held = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
        left = held.amount - (held.refunds.aggregate(all=Sum("amount"))["all"] or 0)
        if not 0 < amount <= left:
            raise TooMuch(left)
        made = Refund.objects.create(payment=held, amount=amount, made=clock.now(), why=why[:200])
        writing.refunded(made)
    return made


def send(refund: Refund) -> bool:
    """Ask the till to send it; False where the till cannot be asked, or sends no money."""
    from pennypress.office.till.base import TillDown  # the tills call this part of the office

    held = Refund.objects.select_related("payment").get(pk=refund.pk)
    if held.sent is not None:
        return True
    try:
        name = till_for(held.payment.method).refund(held.payment, held.amount, f"refund-{held.pk}")
    except TillDown as error:
        _log.warning("refund %s could not be sent and will be again: %s", held.pk, type(error).__name__)
        return False
    if name is None:
        return False
    Refund.objects.filter(pk=held.pk).update(stripe=name, sent=clock.now())
    refund.refresh_from_db()
    return True


def send_due() -> int:
    """Send every refund that has not left yet; how many did."""
    return sum(send(refund) for refund in Refund.objects.filter(sent=None).order_by("made"))
