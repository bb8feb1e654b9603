"""Changing the mail address: the new one confirms it by a code, the old one is told."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pennypress.office.account.own import of_reader
from pennypress.office.models import Account
from pennypress.office.signin.codes import CodeRefused
from pennypress.office.signin.forms import CodeForm, MailForm
from pennypress.office.signin.limits import TooMany
from pennypress.office.signin.mail_change import AddressTaken, confirm_change, request_change

_NEW = "account-new-mail"
"""In the session: the address that was written to."""

_TOO_MANY = 429


@require_http_methods(["GET", "HEAD", "POST"])
@of_reader
def mail_page(request: HttpRequest, account: Account) -> HttpResponse:
    """Ask for the new address, then for the code that was sent there."""
    if request.method == "POST" and "code" in request.POST:
        return _confirm(request, account)
    form = MailForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _write(request, account, form)
    if request.method != "POST" and "other" in request.GET:
        request.session.pop(_NEW, None)
    return _page(request, account, form, CodeForm())


def _write(request: HttpRequest, account: Account, form: MailForm) -> HttpResponse:
    mail = form.cleaned_data["mail"]
    try:
        request_change(account, mail)
    except TooMany:
        form.add_error("mail", _("We have sent many letters already. Please wait for an hour, or ask us for help."))
        return _page(request, account, form, CodeForm(), status=_TOO_MANY)
    request.session[_NEW] = mail
    return redirect("account-mail")


def _confirm(request: HttpRequest, account: Account) -> HttpResponse:
    mail = str(request.session.get(_NEW, ""))
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, account, MailForm(), form)
    try:
        confirm_change(account, mail, form.cleaned_data["code"])
    except TooMany:
        form.add_error("code", _("This was tried too often. Please wait for an hour, or ask us for help."))
        return _page(request, account, MailForm(), form, status=_TOO_MANY)
    except (CodeRefused, AddressTaken):
        wrong = _("This code is not good. Please compare it with our newest letter, or let us send another one.")
        form.add_error("code", wrong)
        return _page(request, account, MailForm(), form)
    request.session.pop(_NEW, None)
    messages.success(request, _("Your mail address is now %(mail)s.") % {"mail": mail})
    return redirect("account")


def _page(request: HttpRequest, account: Account, mail: MailForm, code: CodeForm, status: int = 200) -> HttpResponse:
    facts = {"account": account, "form": mail, "code_form": code, "new": request.session.get(_NEW)}
    return render(request, "office/account/mail.html", facts, status=status)
