"""The devices on which an account is signed in."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pennypress.office import clock
from pennypress.office.account.own import of_reader
from pennypress.office.models import Account
from pennypress.office.signin import devices


@require_http_methods(["GET", "HEAD", "POST"])
@of_reader
def devices_page(request: HttpRequest, account: Account) -> HttpResponse:
    """Each with its day, and a button that signs it out."""
    if request.method != "POST":
        return _page(request, account)
    if "all" in request.POST:
        devices.sign_out_everywhere(account)
        return redirect("sign-in")
    named = request.POST.get("device", "")
    device = get_object_or_404(account.devices, pk=int(named) if named.isdecimal() and len(named) < 12 else 0)
    devices.sign_out_device(device)
    messages.success(request, _("The device is signed out."))
    return redirect("account-devices")


def _page(request: HttpRequest, account: Account) -> HttpResponse:
    signed_in = account.devices.filter(Q(until=None) | Q(until__gt=clock.now())).order_by("-made")
    here = {device.pk for device in devices.held_by(request)}
    facts = {"devices": [(device, device.pk in here) for device in signed_in]}
    return render(request, "office/account/devices.html", facts)
