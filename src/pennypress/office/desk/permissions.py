"""Who of the paper may open which page of the desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pennypress.office.desk.second_factor import is_lacking
from pennypress.office.installation import installation
from pennypress.office.models import Account, Role
from pennypress.office.signin import way_back

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

_SAFE = frozenset(("GET", "HEAD"))


def staff(*roles: Role) -> Callable[[View[P]], View[P]]:
    """A view for these roles and the owner; who may only look sees it and changes nothing.

    Who is not signed in is sent to the sign-in and comes back; any other is refused (403).
    """

    def decorated(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                sealed = installation().returns.seal(request.get_full_path() if request.method in _SAFE else "/")
                return redirect(way_back.page("sign-in", sealed))
            if not may(request, roles):
                raise PermissionDenied
            if is_lacking(request.user):
                return redirect("second-factor")
            return view(request, *args, **kwargs)

        wrapped.staff_roles = roles  # type: ignore[attr-defined]
        return wrapped

    return decorated


def may(request: HttpRequest, roles: tuple[Role, ...]) -> bool:
    """Whether who asks has one of these roles, is the owner, or only looks and may."""
    account = request.user
    if not isinstance(account, Account) or not account.is_active or not account.is_staff:
        return False
    if account.role == Role.READ_ONLY:
        return request.method in _SAFE
    return account.role == Role.OWNER or account.role in roles
