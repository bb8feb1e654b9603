"""Addresses of ours with what is carried along: the way back to the article as ``from``, and a code."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect

from pennypress.office.installation import installation
from pennypress.office.signin.way_back import page


def carrying(path: str, **values: str) -> str:
    """The path with these values in its query, but for those that are empty; ``from_`` is the sealed way back."""
    named = {name.rstrip("_"): value for name, value in values.items() if value}
    return f"{path}?{urlencode(named)}" if named else path


def by_sign_in(path: str) -> HttpResponse:
    """To the sign-in, and from there to a path of ours."""
    return redirect(page("sign-in", installation().returns.seal(path)))
