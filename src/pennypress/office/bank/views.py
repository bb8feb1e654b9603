"""The page that tells a reader what to pay, to whom, and under which reference."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from pennypress.office import clock
from pennypress.office.account.own import of_reader
from pennypress.office.models import Account, Method, Order
from pennypress.office.subscribe.ordering import terms_of_order
from pennypress.office.till.promise import PromiseTill, reference_of


@require_safe
@of_reader
def promise(request: HttpRequest, account: Account, key: str) -> HttpResponse:
    """Account, amount and reference of one order; it can be printed."""
    order = get_object_or_404(
        Order.objects.select_related("plan", "subscription", "account"),
        key=key,
        account=account,
        method__in=PromiseTill.methods,
    )
    terms = terms_of_order(order)
    return render(
        request,
        "office/bank/promise.html",
        {
            "order": order,
            "subscription": order.subscription,
            "name": order.plan.name_in(get_language() or "en"),
            "due": terms.first + terms.gift_money,
            "reference": reference_of(order),
            "now": clock.now(),
            "is_by_bank": order.method in (Method.TRANSFER, Method.STANDING_ORDER),
        },
    )
