"""Cancelling, taking it back, and changing one's mind: each on one page, by one press."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pennypress.office import clock, law, lifecycle
from pennypress.office.account.overview import held
from pennypress.office.account.own import of_reader, running
from pennypress.office.models import Account, Status, Subscription
from pennypress.office.till.base import TillDown

_TILL_DOWN = 503
_get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@_get_or_post
@of_reader
def cancel_page(request: HttpRequest, account: Account, pk: int) -> HttpResponse:
    """Say when it would end, and end it by a press."""
    subscription = running(account, pk)
    if subscription.cancelled is not None:
        return redirect("account")
    if request.method != "POST":
        return _cancel_page(request, subscription)
    try:
        lifecycle.cancel(subscription)
    except TillDown:
        return _cancel_page(request, subscription, till_down=True)
    messages.success(request, _cancelled(subscription))
    return redirect("account")


@require_POST
@of_reader
def go_on_page(request: HttpRequest, account: Account, pk: int) -> HttpResponse:
    """Take a cancellation back."""
    try:
        lifecycle.go_on(running(account, pk))
        messages.success(request, _("Your subscription goes on. Thank you."))
    except TillDown:
        messages.error(request, _not_reached())
    return redirect("account")


@_get_or_post
@of_reader
def withdraw_page(request: HttpRequest, account: Account, pk: int) -> HttpResponse:
    """Say what goes back, and end it at once by a press."""
    subscription = running(account, pk)
    offered = law.withdrawal(subscription, clock.now())
    if offered is None:
        return redirect("account-cancel", pk)
    if request.method != "POST":
        return _withdraw_page(request, subscription, offered)
    try:
        agreed = lifecycle.withdraw(subscription)
    except TillDown:
        return _withdraw_page(request, subscription, offered, till_down=True)
    messages.success(request, _withdrawn(agreed))
    return redirect("account")


def _cancel_page(request: HttpRequest, subscription: Subscription, **told: bool) -> HttpResponse:
    facts = {"held": held(subscription), **told}
    return render(request, "office/account/cancel.html", facts, status=_TILL_DOWN if told else 200)


def _withdraw_page(
    request: HttpRequest, subscription: Subscription, withdrawal: law.Withdrawal, **told: bool
) -> HttpResponse:
    facts = {"held": held(subscription), "withdrawal": withdrawal, **told}
    return render(request, "office/account/withdraw.html", facts, status=_TILL_DOWN if told else 200)


def _cancelled(subscription: Subscription) -> str:
    if subscription.status == Status.ENDED or subscription.period_end is None:
        return _("Your subscription has ended. Nothing more is charged.")
    day = date_format(localtime(subscription.period_end), "DATE_FORMAT")
    return _("You have cancelled. You read on until %(day)s, and nothing more is charged.") % {"day": day}


def _withdrawn(agreed: law.Withdrawal | None) -> str:
    if agreed is None or not agreed.money.amount:
        return _("Your subscription has ended. Nothing more is charged.")
    amount = agreed.money.shown(get_language() or "en")
    return _("Your subscription has ended. %(amount)s goes back to you, the way it was paid.") % {"amount": amount}


def _not_reached() -> str:
    return _("We could not reach the payment service, so nothing was changed. Please try again in a few minutes.")
