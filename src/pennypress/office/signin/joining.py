"""Joining a browser to the account that has signed in on it, and knowing it again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from pennypress.errors import StoreUnavailable
from pennypress.office import clock
from pennypress.office.models import Account
from pennypress.office.signin.devices import DEVICE, held_by, is_signed_in, join

TO_JOIN = "to-join"
"""In the session from the sign-in until the browser is joined: the moment from which that may be tried."""
PROVEN = "same-site"
"""In the session once a form of ours has proved that the browser is on our pages."""

_PAUSE = 60.0
"""Seconds until it is tried again where the store did not answer: every try costs the reader its patience."""
_log = logging.getLogger("pennypress")


class Joining:
    """Middleware: at the first same-site GET after a sign-in, the browser's meter becomes the account's.

    A session ends with its device's sign-out. A browser that is still signed in as a reader's device needs no code.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the device's pass where the browser was joined."""
        key = request.session.get(DEVICE)
        if key is not None and not is_signed_in(key):
            logout(request)
        if request.method != "GET":
            return self._get_response(request)
        if not request.user.is_authenticated:
            _know_again(request)
        cookie = _joined(request)
        response = self._get_response(request)
        if cookie is not None:
            set_pass(response, cookie)
        return response


def set_pass(response: HttpResponse, cookie: bytes) -> None:
    """Add a Set-Cookie field of the reader's pass to an answer."""
    response.cookies.load(cookie.decode("ascii"))


def is_same_site(request: HttpRequest) -> bool:
    """Whether the browser, by its own word, asks from one of our pages or from its address bar."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    referrer = urlsplit(request.headers.get("referer", "")).netloc
    return referrer == request.get_host() or request.session.get(PROVEN, False) is True


def _joined(request: HttpRequest) -> bytes | None:
    since, now = request.session.get(TO_JOIN), clock.now().timestamp()
    if since is None or since > now or not isinstance(request.user, Account) or not is_same_site(request):
        return None
    try:
        device, cookie = join(request, request.user)
    except (StoreUnavailable, TimeoutError) as error:
        _log.warning("a browser could not be joined to its account and will be later: %s", error)
        request.session[TO_JOIN] = now + _PAUSE
        return None
    request.session[DEVICE] = device.key
    del request.session[TO_JOIN]
    request.session.pop(PROVEN, None)
    return cookie


def _know_again(request: HttpRequest) -> None:
    """Open a session for the reader whose device this is; staff sign in."""
    for device in held_by(request):
        account = device.account
        if account is not None and account.is_active and not account.is_staff:
            get_adapter().login(request, account)
            request.session[DEVICE] = device.key
            del request.session[TO_JOIN]
            return
