"""Payments, what was given back of them, and the lines of bank statements."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypress.office.models.account import Account
from pennypress.office.money import Money


class Method(models.TextChoices):
    """How somebody pays."""

    CARD = "card", _("card")
    BACS = "bacs_debit", _("Direct Debit")
    SEPA = "sepa_debit", _("SEPA direct debit")
    TRANSFER = "transfer", _("bank transfer")
    STANDING_ORDER = "standing-order", _("standing order")
    CHEQUE = "cheque", _("cheque")
    CASH = "cash", _("cash")
    TELEPHONE = "telephone", _("by telephone")
    NONE = "none", _("nothing to pay")


class Payment(models.Model):
    """Money that came, and its receipt: ``number`` runs without gaps. It stays when the account is deleted."""

    number = models.PositiveIntegerField(_("receipt"), unique=True)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="payments")
    subscription = models.ForeignKey(
        "office.Subscription", models.SET_NULL, null=True, blank=True, related_name="payments"
    )
    amount = models.PositiveIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    tax = models.PositiveSmallIntegerField(_("tax contained, in hundredths of a per cent"))
    method = models.CharField(_("paid by"), max_length=16, choices=Method.choices)
    received = models.DateTimeField(_("received"))
    period_start = models.DateTimeField(_("for the time from"), null=True, blank=True)
    period_end = models.DateTimeField(_("until"), null=True, blank=True)
    what = models.CharField(_("for what"), max_length=200)
    is_gift = models.BooleanField(_("gift of money"), default=False)
    stripe = models.CharField(max_length=64, unique=True, null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-received", "-pk"]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")

    @property
    def money(self) -> Money:
        """The amount."""
        return Money(self.amount, self.currency)


class Refund(models.Model):
    """Money that went back, the way it came."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="refunds")
    amount = models.PositiveIntegerField(_("amount"))
    made = models.DateTimeField(_("made"))
    why = models.CharField(_("why"), max_length=200)
    stripe = models.CharField(max_length=64, unique=True, null=True, blank=True)
    sent = models.DateTimeField(_("sent"), null=True, blank=True)

    @property
    def money(self) -> Money:
        """The amount."""
        return Money(self.amount, self.payment.currency)


class BankLine(models.Model):
    """One credit of a bank statement; ``key`` tells it from every other, so that a statement read twice counts once."""

    key = models.CharField(max_length=64, unique=True, editable=False)
    day = models.DateField(_("day"))
    amount = models.PositiveIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    payer = models.CharField(_("payer"), max_length=140, blank=True)
    text = models.CharField(_("text"), max_length=500, blank=True)
    payment = models.OneToOneField(Payment, models.SET_NULL, null=True, blank=True, related_name="bank_line")
    set_aside = models.CharField(_("set aside because"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-day", "-pk"]
        verbose_name = _("line of a statement")
        verbose_name_plural = _("lines of statements")

    @property
    def money(self) -> Money:
        """The amount."""
        return Money(self.amount, self.currency)
