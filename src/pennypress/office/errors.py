"""The pages for what went wrong: each says what to do next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our page, or whose session has ended."""
    return _page(
        request,
        403,
        _("This form could not be accepted"),
        _("It was open for too long, or cookies are switched off. Nothing was changed: please go back and try again."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that is none."""
    return _page(request, 404, _("There is no such page"), _("Please check the address, or begin at the front page."))


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Somebody who may not."""
    return _page(
        request, 403, _("You may not open this page"), _("Sign in with an account that may, or ask the paper.")
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that no page of ours sends."""
    return _page(request, 400, _("This request could not be read"), _("Please go back and try again."))


def failed(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    return _page(
        request,
        500,
        _("Something went wrong on our side"),
        _("Nothing was changed and nothing was charged. Please try again in a few minutes."),
    )


def _page(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    return render(request, "office/error.html", {"title": title, "advice": advice}, status=status)
