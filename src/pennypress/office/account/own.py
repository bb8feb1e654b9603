"""What belongs to the reader who asks, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from pennypress.office.installation import installation
from pennypress.office.models import Account, Status, Subscription
from pennypress.office.signin import way_back

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Account, P], HttpResponse]


def of_reader(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view for the account that is signed in; anybody else is sent to the sign-in, and from there back."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if isinstance(request.user, Account):
            return view(request, request.user, *args, **kwargs)
        path = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("account")
        return redirect(way_back.page("sign-in", installation().returns.seal(path)))

    return wrapped


def running(account: Account, pk: int) -> Subscription:
    """A subscription of this account that has not ended. Raises Http404."""
    held = account.subscriptions.filter(pk=pk).exclude(status=Status.ENDED).select_related("plan", "account").first()
    if held is None:
        raise Http404
    return held
