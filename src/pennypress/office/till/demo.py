"""The till of the demo, which takes no money: everything else is as if it did."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pennypress.office import clock, lifecycle
from pennypress.office.installation import installation
from pennypress.office.models import Account, Method, Order, OrderState, Payment, Period, Status, Subscription
from pennypress.office.periods import after
from pennypress.office.subscribe.ordering import terms_of_order

_MANDATES = frozenset({Method.BACS, Method.SEPA})
_CLEARS_AFTER = timedelta(days=3)
"""How long a direct debit is under way."""

_NAME = "demo-"
"""With what the names begin that this till gives to subscriptions and payments."""

_AHEAD = timedelta(minutes=10)
"""How long before a period ends the next is paid for, so that nobody is without a right between the two."""


class DemoTill:
    """A till that keeps nothing outside the records: its checkout is a page of ours, and its bank always pays."""

    methods: tuple[Method, ...] = (Method.CARD, Method.BACS, Method.SEPA)

    def checkout(self, order: Order) -> str:
        """The page on which one says whether the payment works."""
        Order.objects.filter(pk=order.pk, state=OrderState.OPEN).update(state=OrderState.AT_TILL)
        return reverse("till-demo", args=[order.key])

    def cancel(self, subscription: Subscription, *, now: bool = False) -> None:
        """Nothing: ``renew_due`` goes by the records."""

    def go_on(self, subscription: Subscription) -> None:
        """Nothing, likewise."""

    def pause(self, subscription: Subscription, until: datetime) -> None:
        """Nothing, likewise."""

    def unpause(self, subscription: Subscription) -> None:
        """Nothing, likewise."""

    def change_price(self, subscription: Subscription, price: int, since: date) -> None:
        """Nothing, likewise."""

    def refund(self, payment: Payment, amount: int, key: str) -> str | None:
        """A name for the money that went back."""
        return f"{_NAME}{key}"[:64]

    def portal(self, account: Account, back: str) -> str | None:
        """None: there is no card to change."""
        return None


_AT_THIS_TILL = (OrderState.AT_TILL, OrderState.DONE)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, key: str) -> HttpResponse:
    """The page of the till: pay, have the payment declined, or pay and never come back."""
    if not installation().config.office.demo_till:
        raise Http404
    order = get_object_or_404(
        Order, key=key, account__pk=request.user.pk, method__in=DemoTill.methods, state__in=_AT_THIS_TILL
    )
    if order.state == OrderState.DONE:
        return redirect("till-return", order.key)
    asked = request.POST.get("do")
    if asked not in ("pay", "close"):
        return _page(request, order, declined=asked == "decline")
    try:
        paid(order)
    except lifecycle.AlreadySubscribed:
        return redirect("subscribe-plan", order.plan.slug)
    if asked == "close":
        return render(request, "office/till/demo_closed.html")
    return redirect("till-return", order.key)


def paid(order: Order) -> None:
    """What becomes of an order that was paid; a second time changes nothing. Raises AlreadySubscribed."""
    with transaction.atomic(), translation.override(order.language):
        if order.plan.recurs:
            _begin(order)
        else:
            lifecycle.begin(order, status=Status.ACTIVE, period_end=None)
            _receive(order, terms_of_order(order).now.amount, order.plan.name_in(order.language), "whole")
        if order.gift:
            _receive(order, order.gift, _("A gift beside the subscription"), "gift", is_gift=True)


def renew_due() -> int:
    """Let every mandate clear, and every period be paid for, whose time has come; how many payments that were."""
    return sum(_clear(held) for held in _held(Status.PENDING)) + sum(
        _renew(held) for held in _held(Status.ACTIVE, Status.TRIALING)
    )


def _begin(order: Order) -> None:
    now = clock.now()
    days = terms_of_order(order).trial_days
    trial_end = now + timedelta(days=days) if days else None
    period_end = trial_end or after(now, Period(order.plan.period))
    is_slow = order.method in _MANDATES
    status = Status.TRIALING if trial_end else Status.PENDING if is_slow else Status.ACTIVE
    begun = lifecycle.begin(
        order, status=status, started=now, period_end=period_end, trial_end=trial_end, stripe=f"{_NAME}{order.pk}"
    )
    if begun is not None and status is Status.ACTIVE:
        _pay(begun, begun.started, period_end)


def _clear(subscription: Subscription) -> int:
    if subscription.started + _CLEARS_AFTER > clock.now() or subscription.period_end is None:
        return 0
    _pay(subscription, subscription.started, subscription.period_end)
    return 1


def _renew(subscription: Subscription) -> int:
    """Pay for every period that has begun since; a clock that is moved forward may pass several."""
    renewed = 0
    while subscription.period_end is not None and subscription.period_end <= clock.now() + _AHEAD:
        _pay(subscription, subscription.period_end, _next_end(subscription, subscription.period_end))
        subscription.refresh_from_db()
        renewed += 1
    return renewed


def _pay(subscription: Subscription, start: datetime, end: datetime) -> None:
    account = subscription.account
    lifecycle.receive(
        account,
        subscription.next_money.amount,
        subscription.currency,
        Method(subscription.method),
        received=clock.now(),
        what=subscription.plan.name_in(account.language or "en"),
        subscription=subscription,
        period=(start, end),
        stripe=f"{subscription.stripe}-{end:%Y%m%d%H%M%S}",
    )


def _receive(order: Order, amount: int, what: str, part: str, *, is_gift: bool = False) -> None:
    lifecycle.receive(
        order.account,
        amount,
        order.currency,
        Method(order.method),
        received=clock.now(),
        what=what,
        stripe=f"{_NAME}{order.pk}-{part}",
        is_gift=is_gift,
    )


def _held(*statuses: Status) -> list[Subscription]:
    """The subscriptions of this till that go on by themselves."""
    held = Subscription.objects.filter(status__in=statuses, stripe__startswith=_NAME, cancelled=None)
    return list(held.select_related("account", "plan"))


def _next_end(subscription: Subscription, end: datetime) -> datetime:
    """The end of the period after the one that ends at ``end``, counted from the first."""
    first = subscription.trial_end or subscription.started
    ends = (after(first, Period(subscription.period), number) for number in count(1))
    return next(later for later in ends if later > end)


def _page(request: HttpRequest, order: Order, *, declined: bool) -> HttpResponse:
    terms = terms_of_order(order)
    facts = {
        "order": order,
        "name": order.plan.name_in(get_language() or "en"),
        "due": terms.total_now,
        "declined": declined,
    }
    return render(request, "office/till/demo.html", facts)
