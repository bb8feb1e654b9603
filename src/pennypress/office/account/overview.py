"""The account's first page: what the reader has, until when, what is paid next, and how to change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from pennypress.office import clock, law, lifecycle
from pennypress.office.account.own import of_reader
from pennypress.office.models import Account, Order, Period, Right, Status, Subscription
from pennypress.office.rights import access_until, reads

_OVER = (Status.ENDED, Status.INCOMPLETE)
_NO_NEXT = (Status.UNPAID, Status.PROMISED)


@dataclass(frozen=True, slots=True)
class Held:
    """A subscription as its reader sees it."""

    subscription: Subscription
    name: str
    price: str
    reads: bool
    until: datetime | None
    next_payment: datetime | None
    withdraw_until: date | None
    can_pause: bool
    promise: str

    @property
    def state(self) -> str:
        """Which sentence describes it: its status, or that it is cancelled."""
        is_cancelled = self.subscription.cancelled is not None
        return "cancelled" if is_cancelled else Status(self.subscription.status).value


@require_safe
@of_reader
def account_page(request: HttpRequest, account: Account) -> HttpResponse:
    """All of it on one page."""
    subscriptions = list(account.subscriptions.select_related("plan"))
    now = clock.now()
    facts = {
        "account": account,
        "held": [held(each) for each in subscriptions if each.status not in _OVER],
        "ended": next((each for each in subscriptions if each.status == Status.ENDED), None),
        "rights": [right for right in Right.objects.filter(account=account, revoked=None) if _is_on(right, now)],
    }
    return render(request, "office/account/account.html", facts)


def held(subscription: Subscription) -> Held:
    """A subscription in the language that is active."""
    language = get_language() or "en"
    withdrawal = law.withdrawal(subscription, clock.now())
    goes_on = subscription.cancelled is None and subscription.status not in _NO_NEXT
    return Held(
        subscription=subscription,
        name=subscription.plan.name_in(language),
        price=law.each(subscription.money, Period(subscription.period), language),
        reads=reads(Status(subscription.status)),
        until=access_until(subscription) or subscription.period_end,
        next_payment=subscription.period_end if goes_on else None,
        withdraw_until=withdrawal.window.last_day if withdrawal is not None else None,
        can_pause=lifecycle.can_pause(subscription),
        promise=_promise(subscription),
    )


def _promise(subscription: Subscription) -> str:
    """The key of the order whose page says how to pay; empty where nothing is promised."""
    if subscription.status != Status.PROMISED:
        return ""
    order = Order.objects.filter(subscription=subscription).order_by("-made").first()
    return order.key if order is not None else ""


def _is_on(right: Right, now: datetime) -> bool:
    return right.until is None or right.until > now
