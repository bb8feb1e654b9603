"""The two steps of a sign-in through another provider: there, and back."""

from __future__ import annotations

import logging
import secrets

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pennypress.office.models import Account
from pennypress.office.signin import way_back
from pennypress.office.signin.entering import Closed, account_of, enter
from pennypress.office.signin.openid import WIRE_ERRORS, AnswerRefused, Connection, Person

_log = logging.getLogger("pennypress")


@require_POST
def begin(request: HttpRequest, provider: str) -> HttpResponse:
    """Send the reader to the provider."""
    connection = _connection(request, provider)
    nonce = secrets.token_urlsafe(24)
    there = connection.get_provider()
    there.oauth2_adapter_class = Connection
    try:
        answer: HttpResponse = there.redirect(
            request,
            process="login",
            data={"nonce": nonce, "back": way_back.path(request)},
            auth_params={"nonce": nonce},
        )
    except WIRE_ERRORS as error:
        return _failed(request, provider, f"cannot be reached: {type(error).__name__}")
    return answer


@require_GET
def back(request: HttpRequest, provider: str) -> HttpResponse:
    """Take the provider's answer: once, in the browser that was sent there."""
    connection = _connection(request, provider)
    state = statekit.unstash_state(request, state_id=request.GET.get("state", ""), provider_id=provider)
    if state is None:
        return _failed(request, provider, "answered a question that was not asked here, or not now")
    if "code" not in request.GET:
        return _failed(request, provider, "gave no code")
    app = connection.get_provider().app
    try:
        client = connection.get_client(request, app)
        token = connection.get_access_token_data(request, app, client, state.get("pkce_code_verifier"))
        person = connection.person(token, state["data"]["nonce"])
    except AnswerRefused as refused:
        return _failed(request, provider, f"was refused: {refused}")
    except WIRE_ERRORS as error:
        return _failed(request, provider, f"failed: {type(error).__name__}")
    return _signed_in(request, app, person, state["data"]["back"])


def _connection(request: HttpRequest, provider: str) -> Connection:
    connection = Connection(request, provider)
    try:
        connection.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404(provider) from None
    return connection


def _signed_in(request: HttpRequest, app: SocialApp, person: Person, back: str) -> HttpResponse:
    try:
        account = _account(request, app.provider_id, person)
        if account is None:
            return _told(
                request,
                _("%(provider)s did not vouch for your mail address") % {"provider": app.name},
                _("Please sign in with a code by mail: it takes a minute, and needs no password."),
            )
        return enter(request, account, back)
    except Closed:
        return _told(request, _("This account is closed"), _("Please write to us if you want it back."))


def _account(request: HttpRequest, provider: str, person: Person) -> Account | None:
    """The account that a person signed in to before; else that of the mail that the provider vouches for."""
    known = SocialAccount.objects.filter(provider=provider, uid=person.subject).select_related("user").first()
    if known is not None:
        SocialAccount.objects.filter(pk=known.pk).update(last_login=timezone.now())
        assert isinstance(known.user, Account)
        return known.user
    if person.mail is None or not _is_mail(person.mail):
        return None
    account = account_of(person.mail, request.META["REMOTE_ADDR"], translation.get_language() or "en")
    try:
        with transaction.atomic():
            SocialAccount.objects.create(user=account, provider=provider, uid=person.subject)
    except IntegrityError:
        _log.info("a reader signed in through %s twice at once", provider)
    return account


def _is_mail(mail: str) -> bool:
    try:
        validate_email(mail)
    except ValidationError:
        return False
    return True


def _failed(request: HttpRequest, provider: str, why: str) -> HttpResponse:
    _log.warning("the sign-in through %s %s", provider, why)
    return _told(
        request,
        _("This sign-in did not work"),
        _("Nobody was signed in. Please try again, or sign in with a code by mail."),
        status=403,
    )


def _told(request: HttpRequest, title: str, advice: str, status: int = 200) -> HttpResponse:
    facts = {"title": title, "advice": advice, "offers_sign_in": True}
    return render(request, "office/signin/told.html", facts, status=status)
