"""The way back to the article, which every page of the sign-in passes on as ``from``."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.core import context
from django.http import HttpRequest
from django.urls import reverse

from pennypress.office.installation import installation


def sealed(request: HttpRequest) -> str:
    """The sealed way back that a request carries; empty where there is none, or one that we did not seal.

    ``next``, a path of this site, is what Django adds where somebody must sign in first.
    """
    returns, value = installation().returns, request.POST.get("from") or request.GET.get("from") or ""
    if returns.open(value) is not None:
        return value
    asked = returns.seal(request.GET.get("next", ""))
    return asked if returns.open(asked) == request.GET.get("next") else ""


def path(request: HttpRequest) -> str:
    """The path that the reader came from; empty where there is none."""
    return installation().returns.open(sealed(request)) or ""


def page(name: str, back: str = "", **values: str) -> str:
    """A page of ours with these values in its query, and ``back``, a sealed way back, where there is one."""
    query = {**values, **({"from": back} if back else {})}
    return f"{reverse(name)}?{urlencode(query)}" if query else reverse(name)


def absolute(page: str) -> str:
    """A page of ours as it is written in a letter, or told another site."""
    config = installation().config
    if config.paper.url:
        return f"{config.paper.url.rstrip('/')}{page}"
    asked = context.request
    return (
        f"{asked.scheme}://{asked.get_host()}{page}" if asked is not None else f"http://{config.gateway.listen}{page}"
    )
