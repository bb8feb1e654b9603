"""The desk's first page, with one search, and one page a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pennypress.office import clock
from pennypress.office.desk.actions import Refused, act
from pennypress.office.desk.auditing import because, note_action
from pennypress.office.desk.merging import UNDONE_WITHIN
from pennypress.office.desk.permissions import staff
from pennypress.office.desk.searching import search
from pennypress.office.explaining import explain
from pennypress.office.models import Account, Merge, Role

_SHOWN = 12


@staff(Role.SUBSCRIPTIONS, Role.EDITOR)
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The search; who is found surely is shown at once."""
    sought = request.GET.get("q", "").strip()[:120]
    found = search(sought)
    if len(found) == 1 and found[0].why != "alike":
        return redirect("desk-person", found[0].account.number)
    return render(request, "office/desk/person/search.html", {"q": sought, "found": found})


@staff(Role.SUBSCRIPTIONS)
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, number: str) -> HttpResponse:
    """One reader: whether they can read, why, what would mend it, and what can be done."""
    account = get_object_or_404(Account, number=number)
    status = 200
    if request.method == "POST":
        by, given = request.user, request.POST.dict()
        assert isinstance(by, Account)
        what, why = str(given.get("do", "")), str(given.get("why", ""))
        try:
            with because(why.strip(), by):
                said = act(what, account, by, {name: str(value) for name, value in given.items()})
        except Refused as refused:
            messages.error(request, str(refused))
            status = 400
        else:
            note_action(account, by, what, why.strip()[:200])
            messages.success(request, said)
            return redirect("desk-person", account.number)
    return render(request, "office/desk/person/person.html", _facts(account), status=status)


def _facts(account: Account) -> dict[str, object]:
    """What the page shows; never what somebody has read."""
    account.refresh_from_db()
    now = clock.now()
    return {
        "account": account,
        "explanation": explain(account, now),
        "subscriptions": account.subscriptions.select_related("plan"),
        "rights": account.rights.filter(revoked=None),
        "payments": account.payments.prefetch_related("refunds")[:_SHOWN],
        "letters": account.letters.order_by("-pk")[:_SHOWN],
        "devices": account.devices.order_by("-pk"),
        "merges": Merge.objects.filter(kept=account, undone=None, done__gte=now - UNDONE_WITHIN),
        "gone_to": Merge.objects.filter(gone=account, undone=None).select_related("kept").first(),
    }
