"""Receipts, to look at and to print."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pennypress.office.account.own import of_reader
from pennypress.office.installation import installation
from pennypress.office.lifecycle.writing import seller
from pennypress.office.models import Account, Payment


@require_safe
@of_reader
def receipts_page(request: HttpRequest, account: Account) -> HttpResponse:
    """Every payment, newest first."""
    payments = Payment.objects.filter(account=account).prefetch_related("refunds__payment")
    return render(request, "office/account/receipts.html", {"payments": payments})


@require_safe
@of_reader
def receipt_page(request: HttpRequest, account: Account, number: int) -> HttpResponse:
    """One receipt, with the tax that is contained."""
    payment = get_object_or_404(Payment, account=account, number=number)
    facts = {
        "payment": payment,
        "account": account,
        "seller": seller(),
        "rate": f"{payment.tax / 100:g}",
        "tax": payment.money.tax_contained(payment.tax),
        "refunds": payment.refunds.select_related("payment").order_by("made"),
        "sender": installation().config.mail.sender,
    }
    return render(request, "office/account/receipt.html", facts)
