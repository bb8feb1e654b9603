"""The browsers that are signed in to an account: joined to its meter, and parted from it."""

from __future__ import annotations

import logging
import os
import re

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from pennypress.core.meter import ReaderId
from pennypress.errors import StoreUnavailable
from pennypress.office import clock
from pennypress.office.beside import beside
from pennypress.office.installation import installation
from pennypress.office.models import Account, Device

DEVICE = "device"
"""In the session of a browser that is joined to its account: the device's key."""

_log = logging.getLogger("pennypress")

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


def join(request: HttpRequest, account: Account) -> tuple[Device, bytes]:
    """Join the browser to an account: what it opened is added to the account's meter, and it reads as one of its
    devices from then on. The device, and the Set-Cookie field that says so. Raises StoreUnavailable, TimeoutError.

    The name that the browser goes back to at the sign-out has the number of articles, so signing out hands out none.
    """
    passes = installation().passes
    held = held_by(request)
    for device in held:
        if device.account_id == account.pk:
            return device, passes.set_device_cookie(ReaderId(bytes.fromhex(device.key)))
    names = _names(request, held)
    anonymous, key = passes.fresh(os.urandom), passes.fresh(os.urandom)
    if names:
        beside().carry(max(names, key=lambda name: beside().standing(name).spent), anonymous)
    for name in names:
        beside().merge(name, account.reader)
    for device in held:
        sign_out_device(device)
    device = Device.objects.create(
        account=account, key=key.hex(), anonymous=anonymous.hex(), label=label(request), made=clock.now()
    )
    beside().sign_in(key, account.reader)
    return device, passes.set_device_cookie(key)


def part(request: HttpRequest) -> bytes | None:
    """Sign the browser's device out; the Set-Cookie field that gives it back its own name, None where it is none."""
    held = held_by(request)
    of_session = _signed_in().filter(key=request.session.get(DEVICE, ""))  # its pass may have been thrown away
    for device in {*held, *of_session}:
        sign_out_device(device)
    if not held:
        return None
    return installation().passes.set_cookie(ReaderId(bytes.fromhex(held[0].anonymous)))


def held_by(request: HttpRequest) -> list[Device]:
    """The devices whose passes the browser holds and that are signed in."""
    keys = [key.hex() for key in installation().passes.read_devices(_cookies(request))]
    return list(_signed_in().filter(key__in=keys)) if keys else []


def is_signed_in(key: str) -> bool:
    """Whether a device is signed in."""
    return _signed_in().filter(key=key).exists()


def sign_out_device(device: Device) -> None:
    """Sign one device out, wherever it is. Where the store cannot be asked now, the jobs do it again."""
    device.until = clock.now()
    device.save(update_fields=["until"])
    _finish(device)


def sign_out_everywhere(account: Account) -> None:
    """Sign out every device of an account, the one that asks among them."""
    account.set_unusable_password()  # every session bears a hash of it
    account.save(update_fields=["password"])
    for device in account.devices.all():
        sign_out_device(device)


def finish_sign_outs() -> int:
    """Tell the store of the devices that are signed out, where it could not be told at once; how many were."""
    return sum(_finish(device) for device in Device.objects.filter(until__lte=clock.now()))


def label(request: HttpRequest) -> str:
    """What a reader would call the browser: "Firefox, Android"; empty for one that we do not know."""
    agent = request.headers.get("user-agent", "")
    browser = next((name for token, name in _BROWSERS if f"{token}/" in agent), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return ", ".join(word for word in (browser, re.sub("Macintosh", "Mac", system)) if word)


def _names(request: HttpRequest, held: list[Device]) -> list[ReaderId]:
    """The anonymous names of the browser: those it holds, and those behind the devices that it holds."""
    passes, cookies = installation().passes, _cookies(request)
    signed_in = {device.key: device.anonymous for device in held}
    behind = [signed_in.get(key.hex(), key.hex()) for key in passes.read_devices(cookies)]
    return [*passes.read(cookies), *(ReaderId(bytes.fromhex(name)) for name in behind)]


def _cookies(request: HttpRequest) -> list[bytes]:
    return [request.META.get("HTTP_COOKIE", "").encode("latin-1", "replace")]


def _signed_in() -> QuerySet[Device]:
    return Device.objects.filter(Q(until=None) | Q(until__gt=clock.now()))


def _finish(device: Device) -> bool:
    key, anonymous = ReaderId(bytes.fromhex(device.key)), ReaderId(bytes.fromhex(device.anonymous))
    try:
        beside().carry(anonymous, key)  # its browser goes on under the device's name until it comes by here
        beside().sign_out(key)
    except (StoreUnavailable, TimeoutError) as error:
        _log.warning("a device could not be signed out and will be again: %s", error)
        return False
    device.delete()
    return True
