"""The devices on which an account is signed in."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from pennypress.core.meter import ReaderId
from pennypress.office import clock
from pennypress.office.beside import beside
from pennypress.office.models import Account, Device
from pennypress.office.rights import project
from tests.office.browser import Browser

SignIn = Callable[..., Browser]
Make = Callable[..., Account]


def device(account: Account, label: str) -> ReaderId:
    """A device that is signed in, here and beside the meter."""
    project(account)
    key = ReaderId(secrets.token_bytes(16))
    Device.objects.create(
        account=account, key=key.hex(), anonymous=secrets.token_hex(16), label=label, made=clock.now()
    )
    beside().sign_in(key, account.reader)
    return key


def test_each_device_is_listed_and_signed_out_by_itself(account: Make, signed_in: SignIn) -> None:
    ann = account()
    keys = {label: device(ann, label) for label in ("Firefox, Android", "Safari, Mac")}
    page = signed_in(ann).get("/account/devices")
    assert all(label in page.text for label in keys)
    done = page.submit(button="Sign out")
    assert "The device is signed out." in done.text
    left = Device.objects.get().label
    gone = next(label for label in keys if label != left)
    assert left in done.text
    assert gone not in done.text
    assert beside().get(keys[gone]) is None
    assert beside().get(keys[left]) is not None


def test_everywhere_means_here_too(account: Make, signed_in: SignIn) -> None:
    ann = account()
    phone = device(ann, "Firefox, Android")
    reader = signed_in(ann)
    reader.get("/account/devices").submit(button="Sign out everywhere")
    assert beside().get(phone) is None
    assert reader.get("/account").url.startswith("/sign-in")


def test_nobody_signs_out_anothers_device(account: Make, signed_in: SignIn) -> None:
    device(account("ben@example.com"), "Ben's")
    kept = Device.objects.get()
    ann = signed_in(account())
    page = ann.get("/account/devices")
    assert "Ben" not in page.text
    for named in (str(kept.pk), "x", "9" * 40, ""):
        token = page.tree.css_first("[name=csrfmiddlewaretoken]")
        assert token is not None
        answer = ann.post("/account/devices", {"device": named, "csrfmiddlewaretoken": token.attributes["value"]})
        assert answer.status == 404
    assert Device.objects.count() == 1
