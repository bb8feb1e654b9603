"""Letting go of what has been kept for long enough. Each is a job of its own; ``[retention]`` says how long."""

from __future__ import annotations

import logging

from auditlog.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Q

from pennypress.errors import StoreUnavailable
from pennypress.office import clock
from pennypress.office.installation import installation
from pennypress.office.models import (
    Account,
    BankLine,
    Device,
    Letter,
    Newcomer,
    Payment,
    Right,
    Role,
    Status,
    StripeEvent,
    Subscription,
)
from pennypress.office.privacy.deletion import delete
from pennypress.office.till.base import TillDown

_log = logging.getLogger("pennypress")


def let_go() -> int:
    """Delete what is older than its setting says; how many rows and accounts went."""
    kept = installation().config.retention
    now = clock.now()
    gone = [
        Letter.objects.exclude(sent=None).filter(sent__lt=now - kept.letters).delete(),
        StripeEvent.objects.exclude(handled=None).filter(created__lt=now - kept.letters).delete(),
        Newcomer.objects.filter(made__lt=now - kept.newcomer).delete(),
        Device.objects.filter(until__lt=now).delete(),
        BankLine.objects.filter(day__lt=(now - kept.payments).date()).delete(),
        Payment.objects.filter(account=None, received__lt=now - kept.payments).delete(),
        LogEntry.objects.filter(timestamp__lt=now - kept.audit).delete(),
        Session.objects.filter(expire_date__lt=now).delete(),
    ]
    rows: int = sum(count for count, _ in gone)
    return rows + _idle_accounts()


def _idle_accounts() -> int:
    """Delete accounts of readers that nobody has used for so long, and that hold no subscription and no right."""
    now = clock.now()
    before = (now - installation().config.retention.idle_accounts).date()
    rights = Right.objects.filter(Q(until=None) | Q(until__gte=now), revoked=None)
    idle = (
        Account.objects.filter(role=Role.NONE, created__date__lt=before)
        .filter(Q(used=None) | Q(used__lt=before))
        .exclude(subscriptions__in=Subscription.objects.exclude(status=Status.ENDED))
        .exclude(rights__in=rights)
    )
    return sum(_deleted(account) for account in idle)


def _deleted(account: Account) -> bool:
    try:
        delete(account)
    except (StoreUnavailable, TillDown, TimeoutError) as error:
        _log.warning("the idle account %s is deleted at the next run: %s", account.number, type(error).__name__)
        return False
    return True
