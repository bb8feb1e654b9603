"""Subscriptions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypress.office.models.account import Account
from pennypress.office.models.payments import Method
from pennypress.office.models.plans import Code, Period, Plan
from pennypress.office.money import Money


class Status(models.TextChoices):
    """Where a subscription is in its life; ``[access]`` says which of them read."""

    INCOMPLETE = "incomplete", _("begun, not paid")
    TRIALING = "trialing", _("in its trial")
    PENDING = "pending", _("first payment under way")
    PROMISED = "promised", _("payment promised")
    ACTIVE = "active", _("paid for")
    PAST_DUE = "past_due", _("a payment failed and is tried again")
    UNPAID = "unpaid", _("every try to take the payment failed")
    PAUSED = "paused", _("paused")
    ENDED = "ended", _("ended")


class Subscription(models.Model):
    """What an account subscribes to. ``period_end`` is the moment until which it is paid for (or tried, or trusted).

    ``cancelled`` is when it was cancelled; it then goes on until ``period_end``. ``stripe`` is Stripe's name for it,
    and ``taken_in`` how often its state there was taken over: what was asked for before the last time is too old.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="subscriptions")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="subscriptions")
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)
    method = models.CharField(_("paid by"), max_length=16, choices=Method.choices)
    price = models.PositiveIntegerField(_("price"))
    currency = models.CharField(_("currency"), max_length=3)
    period = models.CharField(_("paid"), max_length=8, choices=Period.choices)
    intro_price = models.PositiveIntegerField(_("introductory price"), null=True, blank=True)
    intro_left = models.PositiveSmallIntegerField(_("periods left at it"), default=0)
    code = models.ForeignKey(Code, models.SET_NULL, null=True, blank=True)
    started = models.DateTimeField(_("began"))
    trial_end = models.DateTimeField(_("end of the trial"), null=True, blank=True)
    period_start = models.DateTimeField(_("period from"), null=True, blank=True)
    period_end = models.DateTimeField(_("period until"), null=True, blank=True)
    cancelled = models.DateTimeField(_("cancelled"), null=True, blank=True)
    ended = models.DateTimeField(_("ended"), null=True, blank=True)
    end_why = models.CharField(_("why it ended"), max_length=24, blank=True)
    failing = models.DateTimeField(_("payment fails since"), null=True, blank=True)
    pause_from = models.DateTimeField(_("pause from"), null=True, blank=True)
    pause_until = models.DateTimeField(_("pause until"), null=True, blank=True)
    reference = models.CharField(_("payment reference"), max_length=8, unique=True, null=True, blank=True)
    stripe = models.CharField(max_length=64, unique=True, null=True, blank=True)
    reminded = models.DateTimeField(null=True, blank=True, editable=False)
    imported = models.CharField(_("brought over from"), max_length=64, blank=True)
    taken_in = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-started", "-pk"]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")

    def __str__(self) -> str:
        return f"{self.plan} ({self.get_status_display()})"

    @property
    def money(self) -> Money:
        """What a period costs, after any introductory offer."""
        return Money(self.price, self.currency)

    @property
    def next_money(self) -> Money:
        """What the next period costs."""
        if self.intro_left and self.intro_price is not None:
            return Money(self.intro_price, self.currency)
        return self.money
