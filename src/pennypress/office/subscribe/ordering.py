"""Orders: what somebody wants to buy, on the terms that were shown."""

from __future__ import annotations

import copy
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from pennypress.office import clock
from pennypress.office.law import Terms, terms_of
from pennypress.office.models import Account, Code, Method, Order, OrderState, Period, Plan
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
        # What the till has noted on one that was begun stays.
        order.save(update_fields=None if order._state.adding else ["shown", "language", "back"])
    return order


def terms_for(
    account: Account | None, plan: Plan, *, price: int | None = None, code: Code | None = None, gift: int = 0
) -> Terms:
    """The terms on which an account is offered a plan: whoever had a trial or an introductory price has had it."""
    offered = plan if account is None or not _had_an_offer(account) else _without_offer(plan)
    return terms_of(offered, price=price, code=code, gift=gift)


def terms_of_order(order: Order) -> Terms:
    """The terms of an order, as they were when it was placed."""
    return Terms(
        plan=order.plan,
        price=order.price,
        currency=order.currency,
        period=Period(order.plan.period),
        intro_price=order.intro_price,
        intro_periods=order.intro_periods,
        trial_days=order.trial_days,
        gift=order.gift,
        code=order.code,
    )


def _begun(account: Account, terms: Terms, method: Method) -> Order | None:
    open_ = Order.objects.filter(state__in=(OrderState.OPEN, OrderState.AT_TILL), made__gt=clock.now() - _SAME_FOR)
    return open_.filter(account=account, method=method, **_facts(terms)).first()


def _new(account: Account, terms: Terms, method: Method) -> Order:
    key = secrets.token_urlsafe(24)
    return Order(key=key, account=account, method=method, made=clock.now(), **_facts(terms))


def _facts(terms: Terms) -> dict[str, Any]:
    """The terms as an order keeps them."""
    return {
        "plan_id": terms.plan.pk,
        "code": terms.code,
        "price": terms.price,
        "currency": terms.currency,
        "intro_price": terms.intro_price,
        "intro_periods": terms.intro_periods,
        "trial_days": terms.trial_days,
        "gift": terms.gift,
    }


def _had_an_offer(account: Account) -> bool:
    introduced = Q(intro_price__isnull=False, code__isnull=True)
    return account.subscriptions.filter(Q(trial_end__isnull=False) | introduced).exists()


def _without_offer(plan: Plan) -> Plan:
    plain = copy.copy(plan)
    plain.trial_days, plain.intro_price, plain.intro_periods = 0, None, 0
    return plain
