"""The one resolver of rights: who may read, from when, until when, and why. Nothing else in the office decides it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from pennypress.core.entitlement import Entitlement, EntitlementKind
from pennypress.core.rights import Lapse, LapseKind, Rights
from pennypress.errors import StoreUnavailable
from pennypress.office import clock
from pennypress.office.beside import beside
from pennypress.office.installation import installation
from pennypress.office.models import Account, Right, RightKind, Status, Subscription

_log = logging.getLogger("pennypress")

_SLACK = timedelta(days=3)
"""How long a subscription that Stripe renews reads on when no word of the renewal comes; the nightly reconciliation
makes it good long before."""


class Why(StrEnum):
    """What stands behind a right."""

    SUBSCRIPTION = "subscription"
    TRIAL = "trial"
    GRACE = "grace"
    TRUST = "trust"
    COMPLIMENTARY = "complimentary"
    PASS = "pass"
    CODE = "code"
    HANDED_OVER = "handed-over"
    STAFF = "staff"


_OF_STATUS = {
    Status.TRIALING: Why.TRIAL,
    Status.PAST_DUE: Why.GRACE,
    Status.PROMISED: Why.TRUST,
    Status.PENDING: Why.TRUST,
}
_OF_KIND = {
    RightKind.COMPLIMENTARY: Why.COMPLIMENTARY,
    RightKind.PASS: Why.PASS,
    RightKind.CODE: Why.CODE,
    RightKind.HANDED_OVER: Why.HANDED_OVER,
    RightKind.STAFF: Why.STAFF,
}


def resolve(account: Account, now: datetime) -> Rights:
    """What an account may read: every right that holds or will, and what became of the last one."""
    subscriptions = list(account.subscriptions.select_related("plan"))
    entitlements = (*_of_subscriptions(subscriptions, now), *_of_rights(account, now))
    return Rights(
        account=account.reader,
        registered=account.mail_verified is not None and account.is_active,
        entitlements=entitlements if account.is_active else (),
        lapse=_lapse(account, subscriptions, entitlements, now),
    )


def project(account: Account) -> None:
    """Write an account's rights beside the meter once the transaction under way is committed.

    Where that fails it is noted on the account, and the jobs do it again.
    """
    Account.objects.filter(pk=account.pk).update(rights_due=True)
    transaction.on_commit(lambda: _project(account.pk), robust=True)


def project_due() -> int:
    """Write the rights that could not be written when they changed; how many were."""
    due = list(Account.objects.filter(rights_due=True).values_list("pk", flat=True))
    for pk in due:
        _project(pk)
    return len(due)


def reads(status: Status) -> bool:
    """Whether ``[access]`` lets a subscription of this status read."""
    return bool(getattr(installation().config.access, status.value, False))


def _project(pk: int) -> None:
    account = Account.objects.filter(pk=pk).first()
    if account is None:
        return
    try:
        beside().put(account.reader, resolve(account, clock.now()))
    except (StoreUnavailable, TimeoutError) as error:
        _log.warning("the rights of account %s could not be written and will be again: %s", account.number, error)
        return
    Account.objects.filter(pk=pk).update(rights_due=False)


def _of_subscriptions(subscriptions: list[Subscription], now: datetime) -> Iterator[Entitlement]:
    for subscription in subscriptions:
        status = Status(subscription.status)
        until = access_until(subscription)
        if not subscription.plan.gives_access or not reads(status) or (until is not None and until <= now):
            continue
        why = _OF_STATUS.get(status, Why.SUBSCRIPTION)
        yield Entitlement(EntitlementKind.SUBSCRIBER, subscription.started, until, why=why.value)


def access_until(subscription: Subscription) -> datetime | None:
    """The moment until which a subscription reads, as far as is known; None for one that goes on by itself."""
    end = subscription.period_end
    if subscription.cancelled is not None or subscription.status == Status.PROMISED:
        return end
    if subscription.stripe:
        return None if subscription.status != Status.TRIALING or end is None else end + _SLACK
    return end


def _of_rights(account: Account, now: datetime) -> Iterator[Entitlement]:
    for right in account.rights.filter(revoked=None):
        if right.until is not None and right.until <= now:
            continue
        kind = EntitlementKind.STAFF if right.kind == RightKind.STAFF else EntitlementKind.SUBSCRIBER
        yield Entitlement(kind, right.start, right.until, why=_OF_KIND[RightKind(right.kind)].value)


def _lapse(
    account: Account, subscriptions: list[Subscription], entitlements: tuple[Entitlement, ...], now: datetime
) -> Lapse | None:
    """What became, or will become, of the last right; None for an account that never had one, or whose right goes on
    by itself."""
    if any(right.until is None for right in entitlements):
        return None
    ends = [(right.until, LapseKind.ENDED) for right in entitlements if right.until is not None]
    ends += [end for subscription in subscriptions if (end := _end(subscription, now)) is not None]
    ends += [(end, LapseKind.ENDED) for end in _ended_rights(account)]
    if not ends:
        return None
    moment, kind = max(ends, key=lambda end: end[0])
    return Lapse(kind, moment)


def _end(subscription: Subscription, now: datetime) -> tuple[datetime, LapseKind] | None:
    status, end = Status(subscription.status), access_until(subscription)
    if status in (Status.INCOMPLETE, Status.PAUSED) or not subscription.plan.gives_access:
        return None
    if subscription.failing is not None and (status in (Status.UNPAID, Status.PAST_DUE) or subscription.ended):
        return subscription.ended or subscription.failing, LapseKind.PAYMENT_FAILED
    if end is not None and (status == Status.PROMISED or subscription.end_why == "not-received"):
        return end, LapseKind.NOT_RECEIVED
    if subscription.trial_end is not None and subscription.trial_end == (subscription.ended or end):
        return subscription.trial_end, LapseKind.TRIAL_ENDED
    moment = subscription.ended or end
    return None if moment is None else (moment, LapseKind.ENDED)


def _ended_rights(account: Account) -> Iterator[datetime]:
    for right in Right.objects.filter(account=account):
        end = right.revoked or right.until
        if end is not None:
            yield end
