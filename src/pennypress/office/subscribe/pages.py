"""The page with the offers, the page for codes, and the thanks."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pennypress.office import lifecycle
from pennypress.office.installation import installation
from pennypress.office.models import Account, Code, Order, OrderState
from pennypress.office.signin import way_back
from pennypress.office.subscribe import codes
from pennypress.office.subscribe.codes import CodeRefused
from pennypress.office.subscribe.offers import offers
from pennypress.office.subscribe.refusals import advice
from pennypress.office.subscribe.tries import code_typed
from pennypress.office.subscribe.way_back import by_sign_in, carrying


@require_safe
def offers_page(request: HttpRequest) -> HttpResponse:
    """Why this paper asks for support, three choices at most, then the rest."""
    language = get_language() or "en"
    account = reader(request)
    subscription = lifecycle.live(account) if account is not None else None
    code = request.GET.get("code", "")[:40]
    facts = {
        "offers": offers(language),
        "why": installation().config.office.why,
        "subscribes_to": subscription.plan.name_in(language) if subscription is not None else "",
        "code": code,
        "query": carrying("", from_=way_back.sealed(request), code=code),
        "sign_in": carrying(reverse("sign-in"), from_=way_back.sealed(request)),
    }
    return render(request, "office/subscribe/offers.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
def code_page(request: HttpRequest) -> HttpResponse:
    """A field for a code: days to read begin at once, a discount comes along to the offers."""
    typed = (request.POST.get("code") or request.GET.get("code") or "").strip()[:40]
    if request.method != "POST":
        return _code_page(request, typed)
    account = reader(request)
    if account is None:
        return by_sign_in(carrying(reverse("subscribe-code"), from_=way_back.sealed(request), code=typed))
    try:
        code = code_typed(request, account, typed)
        return _read_on(request, account, code) if code.days else _to_offers(request, code)
    except CodeRefused as refused:
        return _code_page(request, typed, refused=advice(refused, get_language() or "en"))


@require_safe
def done_page(request: HttpRequest, key: str) -> HttpResponse:
    """Thanks, and what comes next, for who came from no article."""
    order = get_object_or_404(Order, key=key, account__pk=request.user.pk)
    if order.state != OrderState.DONE:
        return redirect("till-return", order.key)
    name = order.plan.name_in(get_language() or "en")
    return render(request, "office/subscribe/done.html", {"order": order, "name": name, "next": order.back or "/"})


def reader(request: HttpRequest) -> Account | None:
    """The account that is signed in; None where none is."""
    return request.user if isinstance(request.user, Account) else None


def _code_page(request: HttpRequest, typed: str, refused: str = "") -> HttpResponse:
    way = way_back.sealed(request)
    facts = {"code": typed, "refused": refused, "from": way, "query": carrying("", from_=way)}
    return render(request, "office/subscribe/code.html", facts)


def _read_on(request: HttpRequest, account: Account, code: Code) -> HttpResponse:
    right = codes.redeem(code, account)
    until = date_format(localtime(right.until), "DATE_FORMAT")
    messages.success(request, _("Your code is good: you can read everything until %(until)s.") % {"until": until})
    return redirect(way_back.path(request) or reverse("account"))


def _to_offers(request: HttpRequest, code: Code) -> HttpResponse:
    offered = code.plan is not None and code.plan.offered
    path = reverse("subscribe-plan", args=[code.plan.slug]) if code.plan and offered else reverse("subscribe")
    return redirect(carrying(path, from_=way_back.sealed(request), code=code.printed))
