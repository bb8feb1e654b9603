"""The reader's own data: what is kept, all of it as a file, and its deletion."""

from __future__ import annotations

import json

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from pennypress.errors import StoreUnavailable
from pennypress.office.models import Account, Status
from pennypress.office.privacy.deletion import delete
from pennypress.office.privacy.export import everything
from pennypress.office.till.base import TillDown


class SureForm(forms.Form):
    """That it is meant."""

    sure = forms.BooleanField(
        label=gettext_lazy("Delete my account and everything that is kept under it"),
        error_messages={"required": gettext_lazy("Please tick the box, if you mean it.")},
    )


@login_required
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """What is kept of this reader."""
    account = _account(request)
    return render(request, "office/privacy/data.html", {"account": account, "devices": account.devices.count()})


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """All of it, as a file."""
    try:
        kept = everything(_account(request))
    except (StoreUnavailable, TimeoutError):
        return _later(request)
    answer = HttpResponse(json.dumps(kept, indent=2, ensure_ascii=False), content_type="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def deletion(request: HttpRequest) -> HttpResponse:
    """Delete the account, once its reader says that it is meant."""
    account = _account(request)
    form = SureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            delete(account)
        except (StoreUnavailable, TillDown, TimeoutError):
            return _later(request)
        logout(request)
        messages.success(request, _("Your account is deleted, with everything that was kept under it."))
        return redirect("sign-in")
    going_on = account.subscriptions.exclude(status=Status.ENDED).select_related("plan")
    facts = {"form": form, "account": account, "subscriptions": going_on, "payments": account.payments.exists()}
    return render(request, "office/privacy/delete.html", facts, status=400 if form.errors else 200)


def _later(request: HttpRequest) -> HttpResponse:
    advice = _("Nothing was changed. This is our fault: please try again in a few minutes.")
    facts = {"title": _("This could not be done just now"), "advice": advice}
    return render(request, "office/error.html", facts, status=503)


def _account(request: HttpRequest) -> Account:
    account = request.user
    assert isinstance(account, Account)
    return account
