"""Orders: what a reader was shown and agreed to, before anything is paid."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypress.office.models.account import Account
from pennypress.office.models.payments import Method
from pennypress.office.models.plans import Code, Plan
from pennypress.office.models.subscriptions import Subscription


class OrderState(models.TextChoices):
    """How far an order is."""

    OPEN = "open", _("begun")
    AT_TILL = "at-till", _("at the till")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


class Order(models.Model):
    """One wish to buy; ``key`` makes a second click, and a second tab, the same order.

    ``shown`` is the summary as it stood above the button, in ``language``; ``back`` the article the reader came from.
    """

    key = models.CharField(max_length=64, unique=True, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="orders")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    code = models.ForeignKey(Code, models.SET_NULL, null=True, blank=True)
    price = models.PositiveIntegerField(_("price"))
    currency = models.CharField(_("currency"), max_length=3)
    intro_price = models.PositiveIntegerField(_("introductory price"), null=True, blank=True)
    intro_periods = models.PositiveSmallIntegerField(_("periods at the introductory price"), default=0)
    trial_days = models.PositiveSmallIntegerField(_("days of trial"), default=0)
    gift = models.PositiveIntegerField(_("gift beside it"), default=0)
    method = models.CharField(_("paid by"), max_length=16, choices=Method.choices)
    state = models.CharField(_("state"), max_length=8, choices=OrderState.choices, default=OrderState.OPEN)
    shown = models.TextField(_("what was shown"))
    language = models.CharField(_("language"), max_length=16)
    back = models.CharField(max_length=2000, blank=True)
    made = models.DateTimeField(_("made"))
    session = models.CharField(max_length=128, blank=True, db_index=True)
    subscription = models.ForeignKey(Subscription, models.SET_NULL, null=True, blank=True, related_name="orders")


class Consent(models.Model):
    """A box that a reader ticked: its wording and when."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="consents")
    order = models.ForeignKey(Order, models.SET_NULL, null=True, blank=True, related_name="consents")
    kind = models.CharField(_("kind"), max_length=32)
    wording = models.TextField(_("wording"))
    language = models.CharField(_("language"), max_length=16)
    given = models.DateTimeField(_("given"))
