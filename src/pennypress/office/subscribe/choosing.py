"""The choices on the page of a plan: how to pay, how much, a gift beside it, a code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pennypress.office.models import Code, Kind, Method, Plan
from pennypress.office.money import Money
from pennypress.office.subscribe.amounts import Unreadable, read_amount, typed_amount
from pennypress.office.subscribe.codes import CodeRefused
from pennypress.office.subscribe.refusals import advice

_CURRENCY_OF = {Method.BACS: "GBP", Method.SEPA: "EUR"}
BY_HAND = frozenset({Method.TRANSFER, Method.STANDING_ORDER, Method.CHEQUE, Method.CASH, Method.TELEPHONE})
"""What the reader sends, sooner or later."""

_AT_ONCE = frozenset({Method.CARD})
"""What is paid for at once: the only ways to buy a pass, which would be over before other money came."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen; ``price`` is None where the plan sets it."""

    method: Method
    price: int | None
    gift: int
    code: Code | None


class Choices(forms.Form):
    """The form on the page of a plan; ``read_code`` finds the code that was typed, or raises CodeRefused."""

    price = forms.CharField(max_length=32)
    gift = forms.CharField(max_length=32, required=False)
    code = forms.CharField(max_length=40, required=False)
    method = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(
        self, typed: Mapping[str, str], *, plan: Plan, methods: tuple[Method, ...], read_code: Callable[[str], Code]
    ) -> None:
        super().__init__(typed, auto_id="%s")
        self._plan = plan
        self._read_code = read_code
        self.fields["method"].choices = [(method.value, method_words(method)) for method in methods]  # type: ignore[attr-defined]
        for name in _absent(plan):
            del self.fields[name]

    @property
    def chosen(self) -> Chosen:
        """What was chosen, of a form without faults."""
        held = self.cleaned_data
        return Chosen(Method(held["method"]), held.get("price"), held.get("gift") or 0, held.get("code"))

    def clean_price(self) -> int:
        """The reader's own price. Raises ValidationError below the floor."""
        price = self._amount(self.cleaned_data["price"])
        least = Money(self._plan.floor or 1, self._plan.currency)
        if price < least.amount:
            message = _("The least for this offer is %(least)s. Please choose that, or more.")
            raise forms.ValidationError(message % {"least": least.shown(get_language() or "en")})
        return price

    def clean_gift(self) -> int:
        """The gift of money beside it; nothing where the field is empty."""
        return self._amount(self.cleaned_data["gift"]) if self.cleaned_data["gift"].strip() else 0

    def clean_code(self) -> Code | None:
        """The code, where one was typed. Raises ValidationError with what to do about it."""
        typed = self.cleaned_data["code"].strip()
        if not typed:
            return None
        try:
            return self._read_code(typed)
        except CodeRefused as refused:
            raise forms.ValidationError(advice(refused, get_language() or "en")) from None

    def _amount(self, typed: str) -> int:
        try:
            return read_amount(typed, self._plan.currency)
        except Unreadable:
            message = _("This amount could not be read. Please write it in figures, such as %(example)s.")
            example = typed_amount(self._plan.price, self._plan.currency)
            raise forms.ValidationError(message % {"example": example}) from None


def methods_for(plan: Plan, offered: tuple[Method, ...]) -> tuple[Method, ...]:
    """The ways to pay for a plan, of those that are offered."""
    return tuple(
        method
        for method in offered
        if _CURRENCY_OF.get(method, plan.currency) == plan.currency and (plan.kind != Kind.PASS or method in _AT_ONCE)
    )


def method_words(method: Method) -> str:
    """How a way to pay is called where one chooses it."""
    return _METHODS[method]()


def _absent(plan: Plan) -> list[str]:
    """The fields that the page of a plan does not have."""
    absent = [] if plan.chooses_price else ["price"]
    if not plan.recurs or plan.chooses_price:
        absent.append("gift")
    return [*absent, "code"] if plan.kind == Kind.DONATION else absent


_METHODS = {
    Method.CARD: lambda: _("Card"),
    Method.BACS: lambda: _("Direct Debit from your bank account"),
    Method.SEPA: lambda: _("SEPA direct debit from your bank account"),
    Method.TRANSFER: lambda: _("Bank transfer"),
    Method.STANDING_ORDER: lambda: _("Standing order at your bank"),
    Method.CHEQUE: lambda: _("Cheque by post"),
    Method.CASH: lambda: _("Cash, at our office"),
    Method.TELEPHONE: lambda: _("By telephone, with one of us"),
    Method.NONE: lambda: _("Nothing to pay"),
}
