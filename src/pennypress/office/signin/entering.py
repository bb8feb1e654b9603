"""Signing in somebody who has proved who they are, by whatever means."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from pennypress.office import clock
from pennypress.office.installation import installation
from pennypress.office.mailboxes import one_spelling
from pennypress.office.models import Account, Newcomer
from pennypress.office.rights import project
from pennypress.office.signin.hashes import keyed, line


class Closed(Exception):
    """The account is not in use any more."""


def account_of(mail: str, address: str, language: str) -> Account:
    """The account of somebody who has proved that a mail address is theirs: made where there is none. Raises Closed.

    A new one is noted as a newcomer of the reader's address.
    """
    account = Account.objects.with_mail(mail) or _made(mail, address, language)
    if not account.is_active:
        raise Closed(account.number)
    if account.mail_verified is None:
        account.mail_verified = clock.now()
        account.save(update_fields=["mail_verified"])
        project(account)
    return account


def enter(request: HttpRequest, account: Account, back: str = "") -> HttpResponse:
    """Sign an account in, under a new session id, and send the reader on to ``back``, a path of this site.

    Whoever has a second factor is asked for it first. Raises Closed.
    """
    if not account.is_active:
        raise Closed(account.number)
    return cast(HttpResponse, perform_login(request, Login(user=account, redirect_url=on(back))))


def on(back: str) -> str:
    """The page that joins the browser and sends the reader on to ``back``, a path of this site."""
    page = reverse("sign-in-on")
    return f"{page}?{urlencode({'from': installation().returns.seal(back)})}" if back else page


def _made(mail: str, address: str, language: str) -> Account:
    try:
        with transaction.atomic():
            account = Account.objects.make(mail, language=language)
            Newcomer.objects.create(account=account, address=keyed("newcomer", line(address)), made=account.created)
    except IntegrityError:
        return Account.objects.get(email=one_spelling(mail))  # made in another tab in the meantime
    return account
