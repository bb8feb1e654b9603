"""Making two accounts of one reader one, and taking that back."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Model

from pennypress.core.meter import ReaderId
from pennypress.office import clock, rights
from pennypress.office.beside import beside
from pennypress.office.models import (
    Account,
    Consent,
    Device,
    Letter,
    Merge,
    Order,
    Payment,
    Redemption,
    Right,
    Subscription,
)

UNDONE_WITHIN = timedelta(days=30)
_MOVED: tuple[type[Model], ...] = (Subscription, Payment, Right, Order, Consent, Redemption, Letter, Device)


class CannotMerge(Exception):
    """These two cannot be made one."""


class TooLate(Exception):
    """A merge can be taken back for thirty days."""


def merge(kept: Account, gone: Account) -> Merge:
    """Move everything of one account to another, their meters as a union; the mail of the one that is gone then signs
    in to the other. Raises CannotMerge, and StoreUnavailable or TimeoutError, with nothing changed.
    """
    if kept.pk == gone.pk or kept.is_staff or gone.is_staff or not (kept.is_active and gone.is_active):
        raise CannotMerge
    beside().merge(gone.reader, kept.reader)
    with transaction.atomic():
        moved = {model.__name__: _move(model, gone, kept) for model in _MOVED}
        Account.objects.filter(pk=gone.pk).update(is_active=False)
        done = Merge.objects.create(kept=kept, gone=gone, moved=moved, done=clock.now())
        _follow(kept, moved["Device"])
    gone.refresh_from_db()
    return done


def undo(done: Merge) -> None:
    """Give everything back that was moved and is still there. Which articles counted stays with the account that was
    kept; the other begins with their number. Raises TooLate, StoreUnavailable, TimeoutError."""
    if done.undone is not None or clock.now() - done.done > UNDONE_WITHIN:
        raise TooLate
    gone, kept = done.gone, done.kept
    name = secrets.token_hex(16)
    beside().carry(kept.reader, ReaderId(bytes.fromhex(name)))
    with transaction.atomic():
        for model in _MOVED:
            model._default_manager.filter(pk__in=done.moved[model.__name__], account=kept).update(account=gone)
        Account.objects.filter(pk=gone.pk).update(is_active=True, meter=name)
        done.undone = clock.now()
        done.save(update_fields=["undone"])
        gone.refresh_from_db()
        _follow(gone, done.moved["Device"])
        rights.project(kept)


def _move(model: type[Model], gone: Account, kept: Account) -> list[int]:
    """Hand the rows of one table over; the names of those that were. A code that both have used stays with each."""
    rows = model._default_manager.filter(account=gone)
    if model is Redemption:
        rows = rows.exclude(code__in=Redemption.objects.filter(account=kept).values("code"))
    names = list(rows.values_list("pk", flat=True))
    model._default_manager.filter(pk__in=names).update(account=kept)
    return names


def _follow(account: Account, devices: list[int]) -> None:
    """Let these devices read as those of this account, once its rights are written."""
    rights.project(account)
    keys = [bytes.fromhex(key) for key in Device.objects.filter(pk__in=devices).values_list("key", flat=True)]

    def sign_in() -> None:
        for key in keys:
            beside().sign_in(ReaderId(key), account.reader)

    transaction.on_commit(sign_in, robust=True)
