"""Where Stripe tells that something has changed. What has, is asked of Stripe: an event is a knock at the door."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pennypress.office import clock
from pennypress.office.installation import installation
from pennypress.office.models import StripeEvent
from pennypress.office.till.base import TillDown
from pennypress.office.till.stripe_facts import moment
from pennypress.office.till.taking_in import Outcome, take_in, take_in_session
from pennypress.office.till.taking_in_refunds import take_in_refunds

_TOLERANCE_SECONDS = 300
_MOST_BYTES = 1_000_000
UNKNOWN = "nobody here"
"""What is noted of an event about something that was not begun here."""

_log = logging.getLogger("pennypress")


class _Refused(Exception):
    """It is not from Stripe, or is no event."""


@dataclass(frozen=True, slots=True)
class _Event:
    id: str
    kind: str
    created: datetime
    about: dict[str, Any]


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Take an event in, once. 400 for what Stripe did not sign, 503 and 500 for what Stripe is to send again."""
    try:
        event = _read(request)
    except _Refused as refused:
        _log.warning("a webhook was refused: %s", refused)
        return _said(400, str(refused))
    kept, _ = StripeEvent.objects.get_or_create(event=event.id, defaults={"kind": event.kind, "created": event.created})
    if kept.handled is not None:
        return _said(200, "taken in before")
    try:
        outcome = _handle(event)
    except TillDown as error:
        return _again(kept, 503, error)
    except Exception as error:
        _log.exception("the webhook %s failed; Stripe will send it again", event.id)
        return _again(kept, 500, error)
    if outcome is Outcome.UNKNOWN:
        _log.warning("the webhook %s (%s) is about nobody here", event.id, event.kind)
    kept.failure = UNKNOWN if outcome is Outcome.UNKNOWN else ""
    kept.handled = clock.now()
    kept.save(update_fields=["handled", "failure"])
    return _said(200, "taken in")


def _read(request: HttpRequest) -> _Event:
    """The event that a request carries. Raises _Refused."""
    if int(request.headers.get("Content-Length") or 0) > _MOST_BYTES:
        raise _Refused("too large")
    body = request.body
    _verify(body, request.headers.get("Stripe-Signature", ""))
    try:
        said = json.loads(body)
        about = said["data"]["object"]
        event = _Event(str(said["id"])[:64], str(said["type"])[:80], moment(int(said["created"])), about)
    except (ValueError, KeyError, TypeError, OverflowError):
        raise _Refused("no event") from None
    if not isinstance(about, dict):
        raise _Refused("no event")
    return event


def _verify(body: bytes, signature: str) -> None:
    """Raise _Refused unless one of our secrets signed this body in the last five minutes."""
    file = installation().config.stripe.webhook
    if file is None:
        raise _Refused("webhooks are not set up: [stripe] webhook is missing")
    for secret in installation().secret(file, "[stripe] webhook"):
        try:
            stripe.WebhookSignature.verify_header(body.decode("utf-8"), signature, secret, _TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, UnicodeDecodeError, ValueError):
            continue
        return
    raise _Refused("the signature is not of Stripe, or too old")


def _handle(event: _Event) -> Outcome:
    about, which = event.about, str(event.about.get("id") or "")
    match about.get("object"):
        case "checkout.session":
            return take_in_session(which)
        case "subscription":
            return take_in(which)
        case "invoice":
            subscription = _billed(about)
            return take_in(subscription) if subscription else Outcome.NOT_YET
        case "charge":
            return take_in_refunds(str(about.get("payment_intent") or ""))
        case _:
            return Outcome.NOT_YET


def _billed(invoice: dict[str, Any]) -> str:
    """The name of the subscription that an invoice bills, at its place of now or of older versions of the interface,
    in which an endpoint may be told: what it says besides is not looked at."""
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    named = details.get("subscription") or invoice.get("subscription")
    return str(named.get("id") if isinstance(named, dict) else named or "")


def _again(kept: StripeEvent, status: int, error: Exception) -> HttpResponse:
    kept.failure = type(error).__name__
    kept.save(update_fields=["failure"])
    return _said(status, "not now, please send it again")


def _said(status: int, words: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
