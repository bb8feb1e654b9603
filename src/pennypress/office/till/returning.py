"""Where every till sends the reader back to: on to the article once it is paid, and a page that waits until then."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from pennypress.office.installation import installation
from pennypress.office.models import Order, OrderState
from pennypress.office.signin import way_back

_LOOK_AGAIN_SECONDS = 4


@require_safe
def returned(request: HttpRequest, key: str) -> HttpResponse:
    """On to the article, or to the thanks; while no payment is known, a page that looks again by itself.

    Coming here is no proof of a payment: only what the till says is.
    """
    if not request.user.is_authenticated:
        here = installation().returns.seal(reverse("till-return", args=[key]))
        return redirect(way_back.page("sign-in", here))
    order = get_object_or_404(Order.objects.select_related("plan"), key=key, account__pk=request.user.pk)
    if order.state == OrderState.DONE:
        return redirect(order.back or reverse("subscribe-done", args=[order.key]))
    facts = {"order": order, "name": order.plan.name_in(get_language() or "en")}
    answer = render(request, "office/till/waiting.html", facts)
    answer["Refresh"] = str(_LOOK_AGAIN_SECONDS)
    return answer
