"""Who changed what, when and why: written by django-auditlog, changed by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from auditlog.context import set_extra_data
from auditlog.models import LogEntry
from auditlog.registry import auditlog

from pennypress.office.models import Account, Code, Payment, Plan, PriceChange, Refund, Right, Subscription

_SECRET = ["password", "card_code", "meter", "rights_due", "used", "last_login"]


def register() -> None:
    """Have every change of these written down; secrets are left out. Called once, when Django is set up."""
    auditlog.register(Account, exclude_fields=_SECRET)
    auditlog.register(Subscription, exclude_fields=["taken_in", "reminded"])
    for model in (Plan, PriceChange, Code, Right, Payment, Refund):
        auditlog.register(model)


@contextmanager
def because(reason: str, by: Account) -> Iterator[None]:
    """Write down the reason, and who it was, with every change that is made in the block."""
    with set_extra_data({"actor": by, "additional_data": {"why": reason}}):
        yield


def note_action(account: Account, by: Account, what: str, why: str) -> None:
    """Write down something that was done for an account and changes no field of it, such as a code that was sent."""
    LogEntry.objects.log_create(
        account,
        force_log=True,
        action=LogEntry.Action.ACCESS,
        changes=None,
        actor=by,
        actor_email=by.email,
        additional_data={"what": what, "why": why},
    )
