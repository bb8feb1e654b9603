"""Passkeys: signing in by one, and adding and removing one's own."""

from __future__ import annotations

import struct

from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from cryptography.exceptions import InvalidSignature
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pennypress.office import clock, letters
from pennypress.office.models import Account
from pennypress.office.signin import limits, way_back
from pennypress.office.signin.devices import label
from pennypress.office.signin.entering import on
from pennypress.office.signin.limits import TooMany

_MOST = 20


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The challenge for a passkey, as JSON; and taking the answer to it."""
    if request.method != "POST":
        return JsonResponse({"request_options": auth.begin_authentication(user=None)})
    try:
        limits.take("passkey", request.META["REMOTE_ADDR"], request.META["REMOTE_ADDR"])
    except TooMany:
        return _not_taken(request, 429)
    form = LoginWebAuthnForm(data=request.POST)
    if not _is_good(form):
        return _not_taken(request, 200)
    passkey: Authenticator = form.cleaned_data["credential"]
    if not passkey.user.is_active:
        return _not_taken(request, 200)
    login = Login(user=passkey.user, redirect_url=on(way_back.path(request)))
    answer: HttpResponse = perform_passwordless_login(request, passkey, login)
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def passkeys(request: HttpRequest) -> HttpResponse:
    """The reader's passkeys, to add one and to remove any."""
    account = request.user
    assert isinstance(account, Account)
    if request.method != "POST":
        return _page(request, account)
    if "remove" in request.POST:
        _own(account).filter(pk=_number(request.POST["remove"])).delete()
        return redirect("account-passkeys")
    form = AddWebAuthnForm(data={**request.POST.dict(), "passwordless": "on"}, user=account)
    if _own(account).count() >= _MOST or not _is_good(form):
        return _page(
            request, account, error=_("The passkey could not be added. Nothing was changed: please try again.")
        )
    name = form.cleaned_data["name"][:120]
    passkey = auth.WebAuthn.add(account, name, form.cleaned_data["credential"]).instance
    _tell(account, passkey)
    return redirect("account-passkeys")


def _is_good(form: Form) -> bool:
    """Whether an answer holds; django-allauth and fido2 let through what some malformed ones raise."""
    try:
        return form.is_valid()
    except (AttributeError, InvalidSignature, LookupError, TypeError, ValueError, struct.error):
        return False


def _page(request: HttpRequest, account: Account, error: str = "") -> HttpResponse:
    facts = {
        "passkeys": _own(account).order_by("created_at"),
        "options": {"creation_options": auth.begin_registration(account, True)},
        "name": label(request),
        "error": error,
    }
    return render(request, "office/signin/passkeys.html", facts)


def _own(account: Account) -> QuerySet[Authenticator]:
    own: QuerySet[Authenticator] = Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN)
    return own


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else 0


def _tell(account: Account, passkey: Authenticator) -> None:
    if account.email:
        facts: dict[str, object] = {"name": passkey.wrap().name, "moment": clock.now()}
        language = account.language or translation.get_language() or "en"
        key = f"passkey-added-{passkey.pk}"
        letters.send("passkey-added", key, account.email, facts, language=language, account=account)


def _not_taken(request: HttpRequest, status: int) -> HttpResponse:
    facts = {
        "title": _("This passkey could not be used"),
        "advice": _("Please try again, or sign in with a code by mail."),
        "offers_sign_in": True,
        "from": way_back.sealed(request),
    }
    return render(request, "office/signin/told.html", facts, status=status)
