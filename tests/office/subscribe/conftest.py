"""What the tests of the offers have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pennypress.office.models import Account, Plan, Subscription


@pytest.fixture
def subscribed() -> Callable[..., Subscription]:
    """Makes a subscription that is paid for until in 30 days."""
    from pennypress.office import clock
    from pennypress.office.models import Status, Subscription

    def make(account: Account, plan: Plan, **facts: Any) -> Subscription:
        now = clock.now()
        given = {"status": Status.ACTIVE, "method": "card", "period_end": now + timedelta(days=30), **facts}
        bought = {"price": plan.price, "currency": plan.currency, "period": plan.period}
        return Subscription.objects.create(account=account, plan=plan, started=now, **bought, **given)

    return make
