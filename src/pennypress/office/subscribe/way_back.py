"""The way back to the article that a reader came from, carried through every page as ``from``."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from pennypress.office.installation import installation


def sealed(request: HttpRequest) -> str:
    """The sealed way back that the request carries; empty where there is none, or one that we did not seal."""
    value = request.POST.get("from") or request.GET.get("from") or ""
    return value if installation().returns.open(value) is not None else ""


def way_back(request: HttpRequest) -> str:
    """The path of the article that the reader came from; empty where there is none."""
    return installation().returns.open(sealed(request)) or ""


def carrying(path: str, **values: str) -> str:
    """The path with these values in its query, but for those that are empty; ``from_`` is the way back."""
    named = {name.rstrip("_"): value for name, value in values.items() if value}
    return f"{path}?{urlencode(named)}" if named else path


def to_sign_in(path: str) -> HttpResponse:
    """To the sign-in, and from there to a path of ours."""
    return redirect(carrying(reverse("sign-in"), from_=installation().returns.seal(path)))
