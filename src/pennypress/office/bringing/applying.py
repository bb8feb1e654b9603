"""Bringing them over: all rows or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from pennypress.office import rights
from pennypress.office.bringing.comparing import Change, Comparison, Planned, values
from pennypress.office.bringing.rows import Row
from pennypress.office.models import Account, Right, RightKind, Subscription

Step = Callable[[], None]
"""Called once a row, for a progress bar."""


@transaction.atomic
def apply(comparison: Comparison, now: datetime, step: Step) -> list[Account]:
    """Write every new and changed row, or none; the accounts of those who are new here, in the order of the rows.

    Nothing is charged, and nothing at Stripe is touched. Their rights stand beside the meter once this is committed.
    """
    brought: dict[int, Account] = {}
    for planned in comparison.planned:
        if planned.change in (Change.NEW, Change.CHANGED):
            account = _bring(planned, now)
            if planned.change is Change.NEW:
                brought[account.pk] = account
        step()
    return list(brought.values())


def _bring(planned: Planned, now: datetime) -> Account:
    row = planned.row
    account = _account(row, now)
    if row.complimentary:
        _complimentary(row, account, now)
    elif row.status is not None:
        _subscription(planned, account, now)
    rights.project(account)
    return account


def _account(row: Row, now: datetime) -> Account:
    """The account of this mail address or of this Stripe customer; made where there is none. A name that stands
    already stays."""
    held = Subscription.objects.filter(imported=row.key).select_related("account").first()
    account = held.account if held else None
    account = account or (Account.objects.with_mail(row.mail) if row.mail else None)
    account = account or Account.objects.make(row.mail, name=row.name[:120], created=now, mail_verified=None)
    account.name = account.name or row.name[:120]
    taken = Account.objects.filter(stripe_customer=row.stripe_customer).exclude(pk=account.pk).exists()
    if row.stripe_customer and not account.stripe_customer and not taken:
        account.stripe_customer = row.stripe_customer
    account.save(update_fields=["name", "stripe_customer"])
    return account


def _complimentary(row: Row, account: Account, now: datetime) -> None:
    Right.objects.update_or_create(
        kind=RightKind.COMPLIMENTARY,
        external=row.key,
        defaults={
            "account": account,
            "start": row.started or now,
            "until": row.paid_until,
            "why": f"brought over from {row.source.value}",
        },
    )


def _subscription(planned: Planned, account: Account, now: datetime) -> None:
    row, plan = planned.row, planned.plan
    assert plan is not None
    wanted = values(row, plan, now)
    held = (
        Subscription.objects.filter(stripe=row.stripe_subscription).first() if row.stripe_subscription else None
    ) or Subscription.objects.filter(imported=row.key).first()
    subscription = held or Subscription(account=account, started=row.started or now, imported=row.key)
    subscription.plan = plan
    subscription.status = wanted.status
    subscription.method = wanted.method
    subscription.price = wanted.price
    subscription.currency = wanted.currency
    subscription.period = wanted.period
    subscription.period_end = wanted.period_end
    subscription.trial_end = wanted.trial_end
    subscription.stripe = wanted.stripe
    subscription.cancelled = (subscription.cancelled or now) if wanted.is_cancelled else None
    subscription.ended = (row.paid_until or now) if wanted.status == "ended" else None
    subscription.save()
