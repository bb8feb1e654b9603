"""The desk's pages for money that comes without a card."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pennypress.office import clock
from pennypress.office.bank import matching
from pennypress.office.bank.recording import (
    AlreadyRecorded,
    Wanted,
    WrongAmount,
    open_promises,
    record,
    recorded_alike,
    wanted_by,
)
from pennypress.office.bank.references import references_in
from pennypress.office.bank.reminding import due as due_now
from pennypress.office.bank.statements import Unreadable, read_statement
from pennypress.office.desk.permissions import staff
from pennypress.office.lifecycle import AlreadySubscribed
from pennypress.office.lifecycle.holding import hold_account
from pennypress.office.models import Account, BankLine, Letter, Method, Payment, Plan, Role, Subscription
from pennypress.office.money import Money
from pennypress.office.signin.card import make_card
from pennypress.office.subscribe import ordering
from pennypress.office.subscribe.amounts import Unreadable as NoAmount
from pennypress.office.subscribe.amounts import read_amount, typed_amount
from pennypress.office.till import till_of
from pennypress.office.till.promise import PromiseTill

_BY_HAND = [
    (method.value, method.label)
    for method in (Method.TRANSFER, Method.STANDING_ORDER, Method.CHEQUE, Method.CASH, Method.TELEPHONE)
]
_MOST_FOUND = 20
_ONE_PRESS = timedelta(minutes=10)


class PaymentForm(forms.Form):
    """A payment that came."""

    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=20)
    amount = forms.CharField(label=gettext_lazy("Amount"), max_length=20)
    method = forms.ChoiceField(label=gettext_lazy("Paid by"), choices=_BY_HAND)
    day = forms.DateField(label=gettext_lazy("Came on"), widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def clean_reference(self) -> Wanted:
        """What the reference stands for."""
        found = [wanted_by(reference) for reference in references_in(self.cleaned_data["reference"])]
        wanted = next((each for each in found if each is not None), None)
        if wanted is None:
            raise ValidationError(_("Nothing is waited for under this reference. Search by name, number or mail."))
        return wanted

    def clean_day(self) -> datetime:
        """Noon of a day that is not ahead."""
        day = self.cleaned_data["day"]
        if day > clock.today():
            raise ValidationError(_("This day has not come yet."))
        return datetime.combine(day, time(12), UTC)


class StatementForm(forms.Form):
    """A statement of the bank."""

    file = forms.FileField(
        label=gettext_lazy("Statement"), help_text=gettext_lazy("CSV or camt.053, as your bank exports it; up to 8 MB.")
    )


class SubscriberForm(forms.Form):
    """A subscriber who comes by post or telephone."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    address = forms.CharField(
        label=gettext_lazy("Postal address"), max_length=400, required=False, widget=forms.Textarea
    )
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=16, required=False)
    telephone = forms.CharField(label=gettext_lazy("Telephone"), max_length=32, required=False)
    mail = forms.EmailField(
        label=gettext_lazy("Mail address"), required=False, help_text=gettext_lazy("Empty where there is none.")
    )
    plan = forms.ModelChoiceField(label=gettext_lazy("Plan"), queryset=Plan.objects.none(), empty_label=None)
    method = forms.ChoiceField(label=gettext_lazy("Pays by"), choices=_BY_HAND)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["plan"].queryset = Plan.objects.filter(offered=True)  # type: ignore[attr-defined]


@staff(Role.SUBSCRIPTIONS)
@require_http_methods(["GET", "POST"])
def payments(request: HttpRequest) -> HttpResponse:
    """Find who has paid, and record it in one form."""
    form = PaymentForm(request.POST or None, initial=_begun(request))
    if request.method == "POST" and form.is_valid() and _recorded(request, form):
        return redirect("desk-payments")
    sought = request.GET.get("q", "").strip()
    facts = {"form": form, "q": sought, "found": _found(sought) if sought else []}
    return render(request, "office/desk/payments/record.html", facts, status=400 if form.errors else 200)


def _currency() -> str:
    """The currency of statements that name none: that of the plans."""
    return Plan.objects.values_list("currency", flat=True).first() or "GBP"


def _begun(request: HttpRequest) -> dict[str, object]:
    begun: dict[str, object] = {"day": clock.today()}
    found = [wanted_by(reference) for reference in references_in(request.GET.get("reference", ""))]
    wanted = next((each for each in found if each is not None), None)
    if wanted is not None:
        amount = wanted.due
        begun |= {"reference": request.GET["reference"], "amount": typed_amount(amount.amount, amount.currency)}
        held = wanted.subscription or wanted.order
        begun["method"] = held.method if held is not None else Method.TRANSFER
    return begun


def _recorded(request: HttpRequest, form: PaymentForm) -> bool:
    """Whether the payment was recorded; the form says why where it was not."""
    wanted: Wanted = form.cleaned_data["reference"]
    currency = wanted.due.currency
    try:
        amount = Money(read_amount(form.cleaned_data["amount"], currency), currency)
        method = Method(form.cleaned_data["method"])
        payment = _record(wanted, amount, method, form)
    except AlreadyRecorded:
        form.add_error(
            "note",
            _("The same amount of this day is recorded already. If it came twice, say so in the note."),
        )
    except NoAmount:
        form.add_error("amount", _("Please write an amount such as 8.00."))
    except WrongAmount as wrong:
        shown = wrong.due.shown("en")
        form.add_error("amount", _("%(due)s is due, or a multiple of it. Nothing was recorded.") % {"due": shown})
    except AlreadySubscribed:
        form.add_error("reference", _("This reader has another subscription. Nothing was recorded."))
    else:
        facts = {"number": payment.number, "who": wanted.account}
        messages.success(request, _("Recorded: receipt %(number)s, of %(who)s.") % facts)
        return True
    return False


def _record(wanted: Wanted, amount: Money, method: Method, form: PaymentForm) -> Payment:
    """Record what the form says; a second press of the button records nothing. Raises as ``record``."""
    day, note = form.cleaned_data["day"], form.cleaned_data["note"]
    with transaction.atomic():
        hold_account(wanted.account.pk)
        if not note and recorded_alike(wanted, amount, day):
            raise AlreadyRecorded
        return record(wanted, amount, method, day, note=note)


def _found(sought: str) -> list[Wanted]:
    """Subscriptions without a till of their own whose reader's name, number, mail or reference holds these words."""
    accounts = Account.objects.filter(
        Q(name__icontains=sought) | Q(number__startswith=sought) | Q(email__icontains=sought)
    )[:_MOST_FOUND]
    held = Subscription.objects.select_related("account", "plan").filter(
        Q(account__in=[account.pk for account in accounts]) | Q(reference__iexact=sought),
        method__in=PromiseTill.methods,
        reference__isnull=False,
    )
    return [Wanted(each, None) for each in held[:_MOST_FOUND]]


@staff(Role.SUBSCRIPTIONS)
@require_http_methods(["GET", "POST"])
def statement(request: HttpRequest) -> HttpResponse:
    """Read a statement: each line once, however often it is read."""
    form = StatementForm(request.POST or None, request.FILES or None)
    faults: tuple[object, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            read = read_statement(form.cleaned_data["file"].read(), _currency())
        except Unreadable as unreadable:
            form.add_error("file", str(unreadable))
        else:
            faults = read.faults
            if not faults:
                new, known = matching.take_in(read)
                facts = {"new": new, "known": known}
                messages.success(request, _("%(new)s new lines, %(known)s known already.") % facts)
                return redirect("desk-lines")
    status = 400 if form.errors or faults else 200
    return render(request, "office/desk/payments/statement.html", {"form": form, "faults": faults}, status=status)


@staff(Role.SUBSCRIPTIONS)
@require_GET
def lines(request: HttpRequest) -> HttpResponse:
    """The lines that pay for nothing yet, with what each may pay for."""
    promised = open_promises()
    shown = [(line, matching.proposals(line, promised)) for line in matching.open_lines()]
    sure = sum(any(each.is_sure for each in proposed) for _line, proposed in shown)
    return render(request, "office/desk/payments/lines.html", {"shown": shown, "sure": sure})


@staff(Role.SUBSCRIPTIONS)
@require_POST
def record_sure(request: HttpRequest) -> HttpResponse:
    """Record every line that is matched beyond doubt."""
    count = matching.record_sure()
    said = ngettext("%(count)s payment recorded.", "%(count)s payments recorded.", count)
    messages.success(request, said % {"count": count})
    return redirect("desk-lines")


@staff(Role.SUBSCRIPTIONS)
@require_POST
def confirm_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a line as what somebody says that it is, or set it aside with a reason."""
    line = get_object_or_404(BankLine, pk=pk, payment=None)
    if request.POST.get("do") == "aside":
        return _set_aside(request, line)
    wanted = next(iter(map(wanted_by, references_in(request.POST.get("reference", "")))), None)
    if wanted is None:
        messages.error(request, _("Nothing is waited for under this reference. Nothing was recorded."))
        return redirect("desk-lines")
    try:
        matching.record_line(line, wanted)
    except WrongAmount as wrong:
        shown = wrong.due.shown("en")
        messages.error(request, _("%(due)s is due, or a multiple of it. Nothing was recorded.") % {"due": shown})
    except AlreadyRecorded:
        messages.error(request, _("This was paid already. Nothing was recorded."))
    except AlreadySubscribed:
        messages.error(request, _("This reader has another subscription. Nothing was recorded."))
    else:
        messages.success(request, _("Recorded, of %(who)s.") % {"who": wanted.account})
    return redirect("desk-lines")


def _set_aside(request: HttpRequest, line: BankLine) -> HttpResponse:
    why = request.POST.get("why", "").strip()[:200]
    if not why:
        messages.error(request, _("Please say why the line is set aside."))
        return redirect("desk-lines")
    BankLine.objects.filter(pk=line.pk, payment=None).update(set_aside=why)
    messages.success(request, _("Set aside."))
    return redirect("desk-lines")


@staff(Role.SUBSCRIPTIONS)
@require_GET
def due(request: HttpRequest) -> HttpResponse:
    """What is due, the earliest first."""
    return render(request, "office/desk/payments/due.html", {"due": [Wanted(each, None) for each in due_now()]})


@staff(Role.SUBSCRIPTIONS)
@require_http_methods(["GET", "POST"])
def letters(request: HttpRequest) -> HttpResponse:
    """The letters to those without a mail address, to be printed and posted; once posted they are done."""
    waiting = Letter.objects.filter(to="", sent=None).select_related("account").order_by("pk")
    if request.method == "POST":
        posted = waiting.filter(pk__in=[pk for pk in request.POST.getlist("letter") if pk.isdigit()])
        messages.success(request, _("%(count)s letters are done.") % {"count": posted.update(sent=clock.now())})
        return redirect("desk-letters")
    return render(request, "office/desk/payments/letters.html", {"letters": waiting})


@staff(Role.SUBSCRIPTIONS)
@require_http_methods(["GET", "POST"])
def subscriber(request: HttpRequest) -> HttpResponse:
    """Take a subscription by post or telephone, also of somebody without a mail address."""
    form = SubscriberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        account = _account(form.cleaned_data)
        try:
            _begin(account, form.cleaned_data)
        except AlreadySubscribed:
            form.add_error("mail", _("This reader is subscribed already. Nothing was changed."))
        else:
            messages.success(request, _("Taken: number %(number)s.") % {"number": account.number})
            return redirect("desk-card", account.number)
    return render(request, "office/desk/payments/subscriber.html", {"form": form}, status=400 if form.errors else 200)


def _account(given: dict[str, object]) -> Account:
    facts = {name: given[name] for name in ("name", "address", "postcode", "telephone")}
    mail = str(given["mail"] or "") or None
    known = Account.objects.with_mail(mail) if mail else _just_made(facts)
    return known or Account.objects.make(mail, **facts)


def _just_made(facts: dict[str, object]) -> Account | None:
    """The account that a first press of the button made, of somebody without a mail address."""
    return Account.objects.filter(email=None, created__gt=clock.now() - _ONE_PRESS, **facts).first()


def _begin(account: Account, given: dict[str, object]) -> None:
    plan, method = given["plan"], Method(str(given["method"]))
    assert isinstance(plan, Plan)
    terms = ordering.terms_for(account, plan)
    order = ordering.place(account, terms, method, shown=_("Taken by the paper's staff."), language="", back="")
    till_of(method).checkout(order)


@staff(Role.SUBSCRIPTIONS)
@require_http_methods(["GET", "POST"])
def card(request: HttpRequest, number: str) -> HttpResponse:
    """Make a card with which somebody signs in without a mail address; it is shown once, to be printed."""
    account = get_object_or_404(Account, number=number)
    code = make_card(account) if request.method == "POST" else ""
    held = account.subscriptions.first()
    facts = {"account": account, "code": code, "due": Wanted(held, None).due if held else None, "held": held}
    return render(request, "office/desk/payments/card.html", facts)
