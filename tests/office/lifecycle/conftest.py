"""Orders and subscriptions to try their lives with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pennypress.config import Config
    from pennypress.office.models import Account, Order, Plan, Subscription


@pytest.fixture
def order(account: Callable[..., Account], plan: Callable[..., Plan]) -> Callable[..., Order]:
    """Places an order of Ann's, for £8.00 a month by card unless other facts are given."""
    from tests.office.lifecycle.lives import order_with

    return order_with(account, plan)


@pytest.fixture
def subscribed(order: Callable[..., Order]) -> Callable[..., Subscription]:
    """Begins a subscription of Ann's, paid for its first period."""
    from tests.office.lifecycle.lives import subscribe_with

    return subscribe_with(order)


@pytest.fixture(autouse=True)
def till(paper: Callable[..., Config]) -> None:
    """The demo's till, so that nothing outside is asked."""
    paper(office={"demo_till": True})
