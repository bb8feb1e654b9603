"""Pausing for a holiday."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from pennypress.office import clock, lifecycle
from pennypress.office.account.overview import held
from pennypress.office.account.own import of_reader, running
from pennypress.office.installation import installation
from pennypress.office.models import Account, Status, Subscription
from pennypress.office.till.base import TillDown

_LONGEST = timedelta(days=92)
_AHEAD = timedelta(days=366)


class PauseForm(forms.Form):
    """The first day of a pause, and the day on which one reads again."""

    start = forms.DateField(
        label=gettext_lazy("First day of the pause"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("The day on which you read again"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_start(self) -> date:
        """Today or later. Raises ValidationError."""
        start: date = self.cleaned_data["start"]
        if start < clock.today():
            raise forms.ValidationError(_("This day is over. Please choose today or a later day."))
        if start > clock.today() + _AHEAD:
            raise forms.ValidationError(_("Please choose a day within a year from now."))
        return start

    def clean(self) -> dict[str, Any]:
        """A pause of a day to three months. Raises ValidationError."""
        start, until = self.cleaned_data.get("start"), self.cleaned_data.get("until")
        if start is not None and until is not None:
            if until <= start:
                self.add_error("until", _("Please choose a day after the first day of the pause."))
            elif until - start > _LONGEST:
                self.add_error("until", _("A pause is three months at most. Please choose an earlier day."))
        return self.cleaned_data


@require_http_methods(["GET", "HEAD", "POST"])
@of_reader
def pause_page(request: HttpRequest, account: Account, pk: int) -> HttpResponse:
    """Choose the days of a pause; end one that is there."""
    subscription = running(account, pk)
    if request.method == "POST" and "end" in request.POST:
        return _end(request, subscription)
    form = PauseForm(request.POST if request.method == "POST" else None, initial={"start": clock.today()})
    if not form.is_valid():
        return render(request, "office/account/pause.html", {"held": held(subscription), "form": form})
    try:
        lifecycle.pause(subscription, _moment(form.cleaned_data["start"]), _moment(form.cleaned_data["until"]))
        messages.success(request, _("Your pause is noted. We have written to you."))
    except lifecycle.CannotPause:
        messages.error(request, _("This subscription cannot pause now. Nothing was changed."))
    return redirect("account")


def _end(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    was_on = subscription.status == Status.PAUSED
    try:
        lifecycle.unpause(subscription)
        messages.success(request, _("You read again.") if was_on else _("The pause is taken back."))
    except TillDown:
        messages.error(
            request,
            _("We could not reach the payment service, so nothing was changed. Please try again in a few minutes."),
        )
    return redirect("account")


def _moment(day: date) -> datetime:
    return datetime.combine(day, time.min, installation().config.paper.timezone)
