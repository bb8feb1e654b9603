"""Subscriptions in the states of their lives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pennypress.office import clock, law, lifecycle
from pennypress.office.law import terms_of
from pennypress.office.models import Account, Consent, Method, Order, Payment, Period, Plan, Status, Subscription
from pennypress.office.periods import after
from pennypress.office.subscribe.ordering import place

Make = Callable[..., Account]
MakePlan = Callable[..., Plan]
Subscribe = Callable[..., Subscription]
PlaceOrder = Callable[..., Order]


def order_with(account: Make, plan: MakePlan) -> PlaceOrder:
    """Places an order of Ann's, for £8.00 a month by card unless other facts are given."""

    def make(
        by: Account | None = None,
        *,
        of: Plan | None = None,
        method: Method = Method.CARD,
        at_once: bool = True,
        **said: Any,
    ) -> Order:
        terms = terms_of(of or plan(), **said)
        buyer = by or Account.objects.with_mail("ann@example.com") or account()
        shown = law.summary(terms, "en").text
        placed = place(buyer, terms, method, shown=shown, language="en", back="")
        if at_once:
            wording = law.at_once(terms, "en") or ""
            Consent.objects.create(
                account=buyer, order=placed, kind=law.AT_ONCE, wording=wording, language="en", given=clock.now()
            )
        return placed

    return make


def subscribe_with(order: PlaceOrder) -> Subscribe:
    """Begins a subscription, paid for its first period unless a trial comes first or the status says otherwise."""

    def make(status: Status = Status.ACTIVE, **facts: Any) -> Subscription:
        placed = order(**facts)
        now = clock.now()
        trial_end = now + timedelta(days=placed.trial_days) if placed.trial_days else None
        period_end = trial_end or after(now, Period(placed.plan.period))
        begun = lifecycle.begin(
            placed, status=Status.TRIALING if trial_end else status, period_end=period_end, trial_end=trial_end
        )
        assert begun is not None
        if begun.status == Status.ACTIVE:
            pay(begun)
        return begun

    return make


def pay(subscription: Subscription) -> Payment:
    """Pay for the period under way, or after a trial and later for the next one."""
    is_first = not Payment.objects.filter(subscription=subscription).exists() and subscription.trial_end is None
    start = subscription.started if is_first else subscription.period_end
    assert start is not None
    return lifecycle.receive(
        subscription.account,
        subscription.next_money.amount,
        subscription.currency,
        Method(subscription.method),
        received=clock.now(),
        what="Reader",
        subscription=subscription,
        period=(start, after(start, Period(subscription.period))),
    )
