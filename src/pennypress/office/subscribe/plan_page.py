"""The page of one offer: what it costs and means, the choices, and the button that says what it does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from pennypress.office import clock, law, lifecycle
from pennypress.office.installation import installation
from pennypress.office.law import Summary, Terms
from pennypress.office.models import Account, Code, Consent, Method, Order, Plan, Status, Subscription
from pennypress.office.signin import way_back
from pennypress.office.subscribe import ordering
from pennypress.office.subscribe.amounts import typed_amount
from pennypress.office.subscribe.choosing import BY_HAND, Choices, Chosen, methods_for
from pennypress.office.subscribe.codes import CodeRefused
from pennypress.office.subscribe.offers import offer
from pennypress.office.subscribe.pages import reader
from pennypress.office.subscribe.refusals import advice
from pennypress.office.subscribe.tries import code_typed
from pennypress.office.subscribe.way_back import carrying
from pennypress.office.till import offered, till_of
from pennypress.office.till.base import TillDown

_TILL_DOWN = 503


@require_http_methods(["GET", "HEAD", "POST"])
def plan_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The page for who is signed in and may order; for anybody else, what comes first."""
    plan = get_object_or_404(Plan, slug=slug, offered=True)
    account = reader(request)
    if account is None:
        return _sign_in_first(request, plan)
    held = lifecycle.live(account) if plan.gives_access else None
    methods = _methods(plan, held)
    if held is not None and not (methods and _gives_way(held, plan)):
        return _subscribed(request, held)
    asking = _asking(request, plan, account, methods)
    if request.method == "POST" and "total" not in request.POST:
        return _pressed(asking)
    return _page(asking, has_promised=held is not None)


@dataclass(frozen=True, slots=True)
class _Asking:
    """One request for the page: what was chosen, and the terms and the summary that follow from it."""

    request: HttpRequest
    account: Account
    plan: Plan
    methods: tuple[Method, ...]
    form: Choices
    is_valid: bool
    terms: Terms
    summary: Summary
    at_once: str | None

    @property
    def seen(self) -> str:
        """Stands for what the page shows above the button: whoever presses it says that this was it."""
        return sha256(f"{self.summary.text}\n{self.summary.button}".encode()).hexdigest()[:32]


def _methods(plan: Plan, held: Subscription | None) -> tuple[Method, ...]:
    """The ways to pay; beside a subscription that was promised, those that are not another promise."""
    methods = methods_for(plan, offered())
    return methods if held is None else tuple(method for method in methods if method not in BY_HAND)


def _gives_way(subscription: Subscription, plan: Plan) -> bool:
    """Whether it is a promise of which nothing was paid, in whose place another subscription may come."""
    return plan.recurs and subscription.status == Status.PROMISED and not subscription.payments.exists()


def _asking(request: HttpRequest, plan: Plan, account: Account, methods: tuple[Method, ...]) -> _Asking:
    typed = request.POST if request.method == "POST" else _first_choices(request, plan, methods)
    form = Choices(typed, plan=plan, methods=methods, read_code=partial(_read_code, request, account, plan))
    is_valid = form.is_valid()
    terms = _terms(account, plan, form.chosen if is_valid else None)
    summary = law.summary(terms, _language())
    return _Asking(request, account, plan, methods, form, is_valid, terms, summary, law.at_once(terms, _language()))


def _pressed(asking: _Asking) -> HttpResponse:
    """The way to the till, where the button that was pressed stood under the very terms that hold now."""
    if not asking.is_valid:
        return _page(asking)
    if asking.request.POST.get("seen") != asking.seen:
        return _page(asking, changed=True)
    if asking.at_once is not None and "at_once" not in asking.request.POST:
        return _page(asking, unticked=True)
    try:
        order = _placed(asking)
        return redirect(till_of(asking.form.chosen.method).checkout(order))
    except CodeRefused as refused:
        asking.form.add_error("code", advice(refused, _language()))
        return _page(asking)
    except lifecycle.AlreadySubscribed as already:
        return _subscribed(asking.request, already.subscription)
    except TillDown:
        return _page(asking, status=_TILL_DOWN, till_down=True)


@transaction.atomic
def _placed(asking: _Asking) -> Order:
    order = ordering.place(
        asking.account,
        asking.terms,
        asking.form.chosen.method,
        shown=f"{asking.summary.text}\n{asking.summary.button}",
        language=_language(),
        back=way_back.path(asking.request),
    )
    if asking.at_once is not None:
        said = {"wording": asking.at_once, "language": _language(), "given": clock.now()}
        Consent.objects.get_or_create(account=asking.account, order=order, kind=law.AT_ONCE, defaults=said)
    return order


def _terms(account: Account, plan: Plan, chosen: Chosen | None) -> Terms:
    if chosen is None:
        return ordering.terms_for(account, plan)
    return ordering.terms_for(account, plan, price=chosen.price, code=chosen.code, gift=chosen.gift)


def _first_choices(request: HttpRequest, plan: Plan, methods: tuple[Method, ...]) -> dict[str, str]:
    """What stands in the fields before anything was chosen."""
    return {
        "price": typed_amount(plan.price, plan.currency),
        "code": request.GET.get("code", ""),
        "method": methods[0].value if methods else "",
    }


def _read_code(request: HttpRequest, account: Account, plan: Plan, typed: str) -> Code:
    return code_typed(request, account, typed, plan)


def _page(asking: _Asking, status: int = 200, **told: bool) -> HttpResponse:
    way = way_back.sealed(asking.request)
    facts = {
        "offer": offer(asking.plan, _language()),
        "form": asking.form,
        "methods": asking.methods,
        "summary": asking.summary,
        "seen": asking.seen,
        "at_once": asking.at_once,
        "ticked": "at_once" in asking.request.POST,
        "from": way,
        "query": carrying("", from_=way),
        **told,
    }
    return render(asking.request, "office/subscribe/plan.html", facts, status=status)


def _sign_in_first(request: HttpRequest, plan: Plan) -> HttpResponse:
    """What the offer means, and a field for the mail address; the choices come after the sign-in."""
    way, path = way_back.sealed(request), reverse("subscribe-plan", args=[plan.slug])
    back_here = installation().returns.seal(carrying(path, from_=way, code=request.GET.get("code", "")[:40]))
    facts = {
        "offer": offer(plan, _language()),
        "summary": law.summary(ordering.terms_for(None, plan), _language()),
        "back_here": back_here,
        "other_ways": way_back.page("sign-in", back_here),
        "query": carrying("", from_=way),
    }
    return render(request, "office/subscribe/first.html", facts)


def _subscribed(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    name = subscription.plan.name_in(_language())
    facts = {"subscription": subscription, "name": name, "back": way_back.path(request)}
    return render(request, "office/subscribe/subscribed.html", facts)


def _language() -> str:
    return get_language() or "en"
