"""The desk's page for codes that are printed or handed out: make some, and see what became of them."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from pennypress.office import clock
from pennypress.office.desk.permissions import staff
from pennypress.office.models import Code, Plan, Role
from pennypress.office.subscribe.code_report import report
from pennypress.office.subscribe.codes import make_codes


class CodesForm(forms.Form):
    """A batch of codes."""

    count = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=5000, initial=50)
    why = forms.CharField(label=gettext_lazy("For what, such as “harvest fair 2026”"), max_length=120)
    days = forms.IntegerField(label=gettext_lazy("Days to read"), min_value=1, max_value=366, required=False)
    percent = forms.IntegerField(
        label=gettext_lazy("Or a discount, in per cent"), min_value=1, max_value=100, required=False
    )
    periods = forms.IntegerField(
        label=gettext_lazy("Payments with the discount"), min_value=1, max_value=60, initial=1, required=False
    )
    plan = forms.ModelChoiceField(
        label=gettext_lazy("For one plan alone"), queryset=Plan.objects.none(), required=False
    )
    uses = forms.IntegerField(label=gettext_lazy("How many may use each"), min_value=1, max_value=100_000, initial=1)
    until = forms.DateField(label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = Plan.objects.all()  # type: ignore[attr-defined]

    def clean_until(self) -> datetime:
        """The end of a day that is ahead."""
        day = self.cleaned_data["until"]
        if day < clock.today():
            raise ValidationError(_("This day has passed."))
        return datetime.combine(day, time.max, UTC)

    def clean(self) -> dict[str, Any]:
        """Days or a discount, and not both."""
        given = super().clean() or {}
        if bool(given.get("days")) == bool(given.get("percent")):
            raise ValidationError(_("Please write either days to read, or a discount."))
        return given


@staff(Role.EDITOR)
@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """Make codes, which are shown once more in the admin, and the report on all of them."""
    form = CodesForm(request.POST or None)
    made: list[Code] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = make_codes(
            given["count"],
            until=given["until"],
            days=given["days"] or 0,
            percent=given["percent"] or 0,
            periods=given["periods"] or 1,
            plan=given["plan"],
            uses=given["uses"],
            why=given["why"],
        )
    facts = {"form": form if not made else CodesForm(), "made": made, "report": report()}
    return render(request, "office/desk/codes.html", facts, status=400 if form.errors else 200)
