"""The pages on which a reader signs in by mail or by card, goes on, and signs out."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pennypress.office.installation import installation
from pennypress.office.models import SignInCode
from pennypress.office.signin import codes, limits, way_back
from pennypress.office.signin.adapters import Accounts
from pennypress.office.signin.card import of_card
from pennypress.office.signin.codes import CodeRefused, Refusal
from pennypress.office.signin.devices import part
from pennypress.office.signin.entering import Closed, account_of, enter
from pennypress.office.signin.forms import CardForm, CodeForm, MailForm
from pennypress.office.signin.joining import PROVEN, TO_JOIN, set_pass
from pennypress.office.signin.limits import TooMany
from pennypress.office.signin.mail_change import AddressTaken, change_by
from pennypress.office.signin.providers import providers

_ASKED = "sign-in-asked"
"""In the session, and under this salt in the address of the page: the letter that the reader waits for."""

_get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@_get_or_post
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the mail address, and write a letter to it. Whether it has an account shows nowhere."""
    form = MailForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _sign_in_page(request, form)
    try:
        return _ask(request, form.cleaned_data["mail"], way_back.path(request))
    except TooMany:
        form.add_error("mail", _asked_too_often())
        return _sign_in_page(request, form, status=429)


@_get_or_post
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Take the code that was sent."""
    asked = _asked(request)
    if asked is None:
        return redirect(way_back.page("sign-in", way_back.sealed(request)))
    if request.method != "POST":
        return _code_page(request, asked, CodeForm())
    if "again" in request.POST:
        return _ask_again(request, asked)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, asked, form)
    try:
        limits.take("code", asked.address, request.META["REMOTE_ADDR"])
        return _signed_in(request, codes.of_code(asked.address, form.cleaned_data["code"]))
    except TooMany:
        form.add_error("code", _tried_too_often())
        return _code_page(request, asked, form, status=429)
    except CodeRefused as refused:
        form.add_error("code", _why(refused.refusal))
        return _code_page(request, asked, form)


@_get_or_post
def sign_in_link(request: HttpRequest) -> HttpResponse:
    """Sign in by the link of a letter: by a press, since the programs that scan mail follow links too."""
    try:
        code = codes.of_link(request.POST.get("key") or request.GET.get("key") or "")
        if request.method == "POST":
            return _signed_in(request, code)
    except CodeRefused as refused:
        return _refused_link(request, refused.refusal)
    return _page(request, "link", {"address": code.address, "key": request.GET.get("key")})


@_get_or_post
def sign_in_card(request: HttpRequest) -> HttpResponse:
    """Sign in by the number and the code on a card."""
    form = CardForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            limits.take("card", form.cleaned_data["number"], request.META["REMOTE_ADDR"])
            account = of_card(form.cleaned_data["number"], form.cleaned_data["code"])
            if account is not None:
                return enter(request, account, way_back.path(request))
            form.add_error(
                "code", _("This number and this code do not belong together. Please compare both with your card.")
            )
        except TooMany:
            status = 429
            form.add_error("code", _("This was tried too often. Please wait for an hour, or ask us for help."))
    return _page(request, "card", {"form": form}, status=status)


@_get_or_post
def sign_in_on(request: HttpRequest) -> HttpResponse:
    """Send whoever has signed in on, once the browser is joined to the account.

    A browser that came here from another site is first asked to come from a page of ours.
    """
    back = way_back.path(request) or installation().config.office.account
    if request.method == "POST":
        request.session[PROVEN] = True
        if TO_JOIN in request.session:
            request.session[TO_JOIN] = 0.0
        return redirect(way_back.page("sign-in-on", way_back.sealed(request)))
    if not request.user.is_authenticated:
        return redirect(way_back.page("sign-in", way_back.sealed(request)))
    if TO_JOIN in request.session:
        again = way_back.page("sign-in-on", way_back.sealed(request), again="1")
        return _page(request, "on", {"again": again, "is_again": "again" in request.GET, "back": back})
    return redirect(back)


@_get_or_post
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign this browser out, by a press."""
    if request.method != "POST":
        return _page(request, "sign-out", {})
    cookie = part(request)
    Accounts(request).logout(request)
    response = _page(request, "signed-out", {})
    if cookie is not None:
        set_pass(response, cookie)
    return response


@_get_or_post
def confirm_mail(request: HttpRequest) -> HttpResponse:
    """Confirm by a press that an account moves to the address that this link was sent to."""
    try:
        code = codes.of_link(request.POST.get("key") or request.GET.get("key") or "")
        if code.account is None:
            raise CodeRefused(Refusal.WRONG)
        if request.method == "POST":
            change_by(code)
            return _page(request, "mail-changed", {"address": code.address})
    except CodeRefused as refused:
        return _refused_link(request, refused.refusal)
    except AddressTaken:
        return _told(
            request,
            _("This address belongs to another account"),
            _("Nothing was changed. If both accounts are yours, please write to us: we make one of them."),
        )
    return _page(request, "mail", {"address": code.address, "key": request.GET.get("key")})


def _ask(request: HttpRequest, mail: str, back: str) -> HttpResponse:
    limits.take("letter", mail, request.META["REMOTE_ADDR"])
    code = codes.send(mail, language=translation.get_language() or "en", back=back)
    asked = signing.dumps(code.pk, salt=_ASKED)
    request.session[_ASKED] = asked
    return redirect(way_back.page("sign-in-code", asked=asked))


def _ask_again(request: HttpRequest, asked: SignInCode) -> HttpResponse:
    try:
        return _ask(request, asked.address, asked.back)
    except TooMany:
        form = CodeForm({"code": ""})
        form.errors.clear()
        form.add_error("code", _asked_too_often())
        return _code_page(request, asked, form, status=429)


def _asked(request: HttpRequest) -> SignInCode | None:
    """The letter that the reader waits for: named by the form, by the address of the page, or by the session."""
    for value in (request.POST.get("asked"), request.GET.get("asked"), request.session.get(_ASKED)):
        try:
            return SignInCode.objects.filter(pk=signing.loads(value or "", salt=_ASKED), account=None).first()
        except signing.BadSignature:
            continue
    return None


def _signed_in(request: HttpRequest, code: SignInCode) -> HttpResponse:
    """Raises CodeRefused."""
    if code.account is not None:
        raise CodeRefused(Refusal.WRONG)
    codes.use(code)
    try:
        account = account_of(code.address, request.META["REMOTE_ADDR"], translation.get_language() or "en")
        return enter(request, account, code.back)
    except Closed:
        return closed_page(request)


def _why(refusal: Refusal) -> str:
    if refusal is Refusal.USED:
        return _("This code was used already. Please let us send you another one.")
    if refusal is Refusal.EXPIRED:
        return _("This code has expired. Please let us send you another one.")
    return _("This is not the code from our mail. Please compare it with the mail, or let us send you another one.")


def _asked_too_often() -> str:
    return _("We have sent you many mails already. Please use the newest one, or wait for an hour.")


def _tried_too_often() -> str:
    return _("This was tried too often. Please press the link in our mail instead, or wait for an hour.")


def _refused_link(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    title = {
        Refusal.USED: _("This link was used already"),
        Refusal.EXPIRED: _("This link has expired"),
        Refusal.WRONG: _("This link cannot be read"),
    }[refusal]
    return _told(request, title, _("Please ask for a new mail: it takes a minute."), status=410, offers_sign_in=True)


def closed_page(request: HttpRequest) -> HttpResponse:
    """To somebody whose account is not in use any more."""
    return _told(request, _("This account is closed"), _("Please write to us if you want it back."), status=403)


def _sign_in_page(request: HttpRequest, form: MailForm, status: int = 200) -> HttpResponse:
    return _page(request, "sign-in", {"form": form, "providers": providers()}, status=status)


def _code_page(request: HttpRequest, asked: SignInCode, form: CodeForm, status: int = 200) -> HttpResponse:
    facts = {
        "form": form,
        "address": asked.address,
        "asked": signing.dumps(asked.pk, salt=_ASKED),
        "sender": installation().config.mail.sender,
        "minutes": int(installation().config.office.code.total_seconds() // 60),
        "restart": way_back.page("sign-in", installation().returns.seal(asked.back) if asked.back else ""),
    }
    return _page(request, "code", facts, status=status)


def _told(
    request: HttpRequest, title: str, advice: str, *, status: int = 200, offers_sign_in: bool = False
) -> HttpResponse:
    facts = {"title": title, "advice": advice, "offers_sign_in": offers_sign_in}
    return _page(request, "told", facts, status=status)


def _page(request: HttpRequest, name: str, facts: dict[str, Any], status: int = 200) -> HttpResponse:
    facts = {"from": way_back.sealed(request), **facts}
    return render(request, f"office/signin/{name}.html", facts, status=status)
