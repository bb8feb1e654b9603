"""The second factor of the staff: an app that shows codes, with spare codes on paper; or a passkey."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    clear_totp_secret,
    get_totp_secret,
    validate_totp_code,
)
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pennypress.office.account.own import of_reader
from pennypress.office.installation import installation
from pennypress.office.models import Account
from pennypress.office.signin import limits


def is_lacking(account: Account) -> bool:
    """Whether this is somebody of the staff who must set up a second factor before the desk opens."""
    wanted = installation().config.office.second_factor
    return wanted and account.is_staff and not get_adapter().is_mfa_enabled(account)


@require_http_methods(["GET", "POST"])
@of_reader
def set_up(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the secret once, and take it up when the app shows the right code for it; then the spare codes."""
    if not account.is_staff or get_adapter().is_mfa_enabled(account):
        return redirect("account")
    secret = get_totp_secret()
    if request.method == "GET":
        return _page(request, account, secret)
    try:
        limits.take("second factor", account.number)
    except limits.TooMany:
        return _page(request, account, secret, _("Too many codes were wrong. Please wait for an hour."))
    if not validate_totp_code(secret, request.POST.get("code", "").replace(" ", "")):
        return _page(
            request, account, secret, _("This code is not right. Please wait for the next one, and try again.")
        )
    TOTP.activate(account, secret)
    clear_totp_secret(request)
    spare = RecoveryCodes.activate(account).get_unused_codes()
    return render(request, "office/desk/spare_codes.html", {"codes": spare})


def _page(request: HttpRequest, account: Account, secret: str, wrong: str = "") -> HttpResponse:
    adapter = get_adapter()
    picture = mark_safe(adapter.build_totp_svg(adapter.build_totp_url(account, secret)))  # made here, of our own values
    facts = {"secret": secret, "picture": picture, "wrong": wrong}
    return render(request, "office/desk/second_factor.html", facts, status=400 if wrong else 200)
