"""Holding a subscription while it changes, and asking its till."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pennypress.office.models import Account, Method, Subscription

if TYPE_CHECKING:
    from pennypress.office.till.base import Till


def hold(subscription: Subscription) -> Subscription:
    """The subscription as it stands now, held until the transaction ends; its account first, as everywhere."""
    hold_account(subscription.account_id)
    held = Subscription.objects.select_for_update(of=("self",)).select_related("plan", "account")
    return held.get(pk=subscription.pk)


def hold_account(pk: int) -> Account:
    """The account as it stands now, held until the transaction under way ends."""
    return Account.objects.select_for_update().get(pk=pk)


def till_for(method: str) -> Till:
    """The till of a way to pay."""
    from pennypress.office.till import till_of  # the tills call this part of the office

    return till_of(Method(method))
