"""Handing over rights: what a paper with accounts of its own says about who may read."""

from __future__ import annotations

import hmac
import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pennypress.office import clock
from pennypress.office.api.handing_over import HandedOver, Unfit, hand_over, read
from pennypress.office.installation import installation

_MOST = 1000


@csrf_exempt
@require_POST
def entitlements(request: HttpRequest) -> HttpResponse:
    """Take over one right, or a list of at most 1,000: all of them, or with any fault none."""
    if not _has_key(request):
        return _refused(401, "the server key is missing or wrong", "send it as Authorization: Bearer KEY")
    try:
        wanted = _wanted(request.body)
    except Unfit as unfit:
        return _refused(400, unfit.wrong, unfit.mend, unfit.place)
    taken = hand_over(wanted, clock.now())
    return JsonResponse({"entitlements": [_told(one) for one in taken]})


def _has_key(request: HttpRequest) -> bool:
    file = installation().config.office.server_key
    said = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if file is None or not said:
        return False
    keys = installation().secret(file, "[office] server_key")
    fits = [hmac.compare_digest(said.encode(), key.encode()) for key in keys]
    return any(fits)


def _wanted(body: bytes) -> tuple[HandedOver, ...]:
    try:
        said: Any = json.loads(body)
    except ValueError:
        raise Unfit("the body", "is no JSON", 'send {"id": "…", "mail": "…", "until": "…"}') from None
    many = said.get("entitlements", [said]) if isinstance(said, dict) else None
    if not isinstance(many, list) or not 0 < len(many) <= _MOST:
        raise Unfit("entitlements", f"is no list of 1 to {_MOST} rights", "send several requests")
    return tuple(read(one, f"entitlements[{place}]") for place, one in enumerate(many))


def _told(one: tuple[str, str, datetime | None, bool]) -> dict[str, object]:
    name, number, until, is_new = one
    return {"id": name, "account": number, "until": until.isoformat() if until else None, "new": is_new}


def _refused(status: int, wrong: str, mend: str, place: str = "") -> JsonResponse:
    answer = JsonResponse({"error": {"place": place, "wrong": wrong, "mend": mend}}, status=status)
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
