"""Deleting an account: in every store, handing out no fresh meter, and keeping only what tax law demands."""

from __future__ import annotations

from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from pennypress.office.beside import beside
from pennypress.office.lifecycle.holding import till_for
from pennypress.office.models import Account, Letter, SignInCode, Status


def delete(account: Account) -> None:
    """Delete an account and all that is kept of it, but for its payments, which lose their name.

    What it has opened stays as a bare number on its devices until the span ends. A subscription that goes on is ended
    at its till first, so that nothing is charged any more: raises TillDown where that cannot be asked, and
    StoreUnavailable where the meter cannot; nothing is deleted then.
    """
    for subscription in account.subscriptions.exclude(status=Status.ENDED):
        till_for(subscription.method).cancel(subscription, now=True)
    beside().erase(account.reader)
    with transaction.atomic():
        _delete_records(account)


def _delete_records(account: Account) -> None:
    if account.email:
        SignInCode.objects.filter(address=account.email).delete()
        Letter.objects.filter(to=account.email).delete()
    account.payments.update(note="")
    _blank_the_audit(account)
    with disable_auditlog():  # it would write down what is deleted
        account.delete()


def _blank_the_audit(account: Account) -> None:
    """Take names and addresses out of the record of who changed what; that something was changed stays."""
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Account), object_id=account.pk)
    entries.update(changes=None, changes_text="", object_repr=f"account {account.number}", serialized_data=None)
