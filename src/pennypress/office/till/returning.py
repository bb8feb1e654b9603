"""Where every till sends the reader back to: on to the article once it is paid, and a page that waits until then."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pennypress.office.account.own import of_reader
from pennypress.office.installation import installation
from pennypress.office.models import Account, Method, Order, OrderState
from pennypress.office.signin import way_back
from pennypress.office.till import till_of
from pennypress.office.till.base import TillDown
from pennypress.office.till.taking_in import Outcome, take_in_order

_LOOK_AGAIN_SECONDS = 4


@require_safe
def returned(request: HttpRequest, key: str) -> HttpResponse:
    """On to the article, or to the thanks; while no payment is known, a page that looks again by itself.

    Coming here is no proof of a payment: only what the till says is.
    """
    if not request.user.is_authenticated:
        here = installation().returns.seal(reverse("till-return", args=[key]))
        return redirect(way_back.page("sign-in", here))
    order = get_object_or_404(Order.objects.select_related("plan", "account"), key=key, account__pk=request.user.pk)
    is_second = order.state != OrderState.DONE and order.session != "" and _asked(order) is Outcome.SECOND
    order.refresh_from_db(fields=["state"])
    if order.state == OrderState.DONE:
        return redirect(order.back or reverse("subscribe-done", args=[order.key]))
    name = order.plan.name_in(get_language() or "en")
    if is_second:
        return render(request, "office/till/second.html", {"order": order, "name": name})
    facts = {"order": order, "name": name}
    answer = render(request, "office/till/waiting.html", facts)
    answer["Refresh"] = str(_LOOK_AGAIN_SECONDS)
    return answer


@require_safe
@of_reader
def portal(request: HttpRequest, account: Account) -> HttpResponse:
    """On to the page where the reader changes the card or the mandate, and comes back from to the account."""
    try:
        address = till_of(Method.CARD).portal(account, reverse("account"))
    except TillDown:
        messages.error(request, _("The page for your card cannot be reached now. Please try again in a few minutes."))
        address = None
    return redirect(address or reverse("account"))


def _asked(order: Order) -> Outcome:
    """What the till says became of an order; nothing yet where it cannot be asked now: word of it comes later."""
    try:
        return take_in_order(order)
    except TillDown:
        return Outcome.NOT_YET
