"""Orders: what somebody wants to buy, on the terms that were shown."""

from __future__ import annotations

import copy
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from pennypress.office import clock, rights
from pennypress.office.law.terms import Terms, terms_of
from pennypress.office.models import Account, Code, Method, Order, OrderState, Plan, Status, Subscription
from pennypress.office.subscribe import codes

_SAME_FOR = timedelta(hours=23)
"""How long the same wish is the same order: less than any till keeps a payment open."""


def place(account: Account, terms: Terms, method: Method, *, shown: str, language: str, back: str) -> Order:
    """The order for what was shown; the same one at a second click and from a second tab, until it is paid.

    Raises CodeRefused where the code of the terms has been used up in the meantime.
    """
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if terms.code is not None:
            codes.reserve(terms.code, account, terms.plan)
        order = _begun(account, terms, method) or _new(account, terms, method)
        order.shown, order.language, order.back = shown, language, back
        order.save()
    return order


def running(account: Account) -> Subscription | None:
    """The subscription with which an account reads, or will again after its pause; None where it may buy one."""
    held = account.subscriptions.filter(ended=None).select_related("plan")
    return next((subscription for subscription in held if _runs(subscription)), None)


def terms_for(
    account: Account | None, plan: Plan, *, price: int | None = None, code: Code | None = None, gift: int = 0
) -> Terms:
    """The terms on which an account is offered a plan: whoever had a trial or an introductory price has had it."""
    offered = plan if account is None or not _had_an_offer(account) else _without_offer(plan)
    return terms_of(offered, price=price, code=code, gift=gift)


def terms_of_order(order: Order) -> Terms:
    """The terms of an order, as they were when it was placed."""
    had = _had_an_offer(order.account, other_than=order.subscription_id)
    plan = _without_offer(order.plan) if had else order.plan
    return terms_of(plan, price=order.price, code=order.code, gift=order.gift)


def _runs(subscription: Subscription) -> bool:
    status = Status(subscription.status)
    until = rights.access_until(subscription)
    is_over = until is not None and until <= clock.now()
    is_live = rights.reads(status) and not is_over
    return subscription.plan.gives_access and (is_live or status is Status.PAUSED)


def _begun(account: Account, terms: Terms, method: Method) -> Order | None:
    return Order.objects.filter(
        account=account,
        plan_id=terms.plan.pk,
        code=terms.code,
        price=terms.price,
        currency=terms.currency,
        gift=terms.gift,
        method=method,
        state__in=(OrderState.OPEN, OrderState.AT_TILL),
        made__gt=clock.now() - _SAME_FOR,
    ).first()


def _new(account: Account, terms: Terms, method: Method) -> Order:
    return Order(
        key=secrets.token_urlsafe(24),
        account=account,
        plan_id=terms.plan.pk,
        code=terms.code,
        price=terms.price,
        currency=terms.currency,
        gift=terms.gift,
        method=method,
        made=clock.now(),
    )


def _had_an_offer(account: Account, other_than: int | None = None) -> bool:
    earlier = account.subscriptions.exclude(pk=other_than) if other_than else account.subscriptions.all()
    introduced = Q(intro_price__isnull=False, code__isnull=True)
    return earlier.filter(Q(trial_end__isnull=False) | introduced).exists()


def _without_offer(plan: Plan) -> Plan:
    plain = copy.copy(plan)
    plain.trial_days, plain.intro_price, plain.intro_periods = 0, None, 0
    return plain
