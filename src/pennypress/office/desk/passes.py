"""Staff passes: a link that lets one browser read everything as it will be, drafts and previews included."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pennypress.core.meter import ReaderId
from pennypress.office import clock, rights
from pennypress.office.beside import beside
from pennypress.office.installation import installation
from pennypress.office.models import Account, Device, Right, RightKind
from pennypress.office.signin.devices import label
from pennypress.office.signin.joining import set_pass

_SALT = "staff pass"
_OPENED_WITHIN = timedelta(days=7)


def invite(name: str, for_: timedelta) -> str:
    """The path and query of a link that gives one browser a staff pass under a name, for so long. It works once, within
    seven days. A name that has a pass already gets another device under it."""
    now = clock.now()
    with transaction.atomic():
        account = _holder(name) or Account.objects.make(None, name=name, created=now)
        right = Right.objects.create(
            account=account, kind=RightKind.STAFF, start=now, until=now + for_, why=f"staff pass of {name}"
        )
        rights.project(account)
    sealed = signing.dumps({"right": right.pk, "made": now.timestamp()}, salt=_SALT)
    return f"{reverse('staff-pass')}?key={sealed}"


def held() -> list[tuple[str, datetime | None, int]]:
    """The staff passes that hold: name, until when, and on how many devices."""
    passes = Right.objects.select_related("account").filter(kind=RightKind.STAFF, revoked=None, until__gt=clock.now())
    return [(right.account.name, right.until, right.account.devices.count()) for right in passes]


def take_back(name: str) -> bool:
    """End the staff pass of this name on all its devices; False where there is none."""
    account = _holder(name)
    if account is None:
        return False
    Right.objects.filter(account=account, kind=RightKind.STAFF, revoked=None).update(revoked=clock.now())
    rights.project(account)
    for device in account.devices.all():
        beside().sign_out(ReaderId(bytes.fromhex(device.key)))
        device.delete()
    return True


@require_http_methods(["GET", "POST"])
def staff_pass(request: HttpRequest) -> HttpResponse:
    """Ask for a press, since scanners of mail follow links; then give the browser the pass."""
    right = _right(request.GET.get("key", ""))
    if right is None:
        facts = {
            "title": _("This link is not good any more"),
            "advice": _("It works once, within seven days. Ask for another one: pennypress staff add."),
        }
        return render(request, "office/error.html", facts, status=410)
    if request.method == "GET":
        return render(request, "office/desk/pass.html", {"right": right})
    cookie = _give(request, right)
    messages.success(request, _("This browser reads everything now; nothing is counted or shown to it."))
    answer = redirect("sign-in")
    set_pass(answer, cookie)
    return answer


def _give(request: HttpRequest, right: Right) -> bytes:
    passes = installation().passes
    key, anonymous = passes.fresh(os.urandom), passes.fresh(os.urandom)
    Device.objects.create(
        account=right.account,
        key=key.hex(),
        anonymous=anonymous.hex(),
        holder=f"pass-{right.pk}",
        label=label(request),
        made=clock.now(),
    )
    beside().sign_in(key, right.account.reader)
    return passes.set_device_cookie(key)


def _right(sealed: str) -> Right | None:
    """The pass that a link gives; None for a forged, old or used one."""
    try:
        said = signing.loads(sealed, salt=_SALT)
        made = datetime.fromtimestamp(said["made"], tz=clock.now().tzinfo)
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None
    right = Right.objects.select_related("account").filter(pk=said["right"], revoked=None).first()
    is_used = Device.objects.filter(holder=f"pass-{said['right']}").exists()
    is_old = clock.now() - made > _OPENED_WITHIN
    return None if right is None or is_used or is_old else right


def _holder(name: str) -> Account | None:
    """The account that holds staff passes under a name."""
    return Account.objects.filter(name=name, email=None, rights__kind=RightKind.STAFF).distinct().first()
