"""Plans: what is offered, at what price, and the codes that change it."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypress.office.money import Money


class Period(models.TextChoices):
    """How often a subscription is paid."""

    WEEK = "week", _("a week")
    MONTH = "month", _("a month")
    QUARTER = "quarter", _("a quarter")
    YEAR = "year", _("a year")


class Kind(models.TextChoices):
    """What a plan is."""

    SUBSCRIPTION = "subscription", _("subscription")
    CONCESSION = "concession", _("subscription at a concession price")
    SOLIDARITY = "solidarity", _("subscription at a solidarity price")
    PASS = "pass", _("pass for some days, paid once")
    DONATION = "donation", _("donation, without access")


class Plan(models.Model):
    """One offer. Amounts are in minor units of ``currency``."""

    slug = models.SlugField(_("name in addresses"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    summary = models.CharField(_("what it gives, in a sentence"), max_length=200, blank=True)
    summaries = models.JSONField(_("the sentence in other languages"), default=dict, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.SUBSCRIPTION)
    currency = models.CharField(_("currency"), max_length=3, default="GBP")
    price = models.PositiveIntegerField(_("price"), validators=[MinValueValidator(1)])
    period = models.CharField(_("paid"), max_length=8, choices=Period.choices, default=Period.MONTH)
    days = models.PositiveSmallIntegerField(_("days of a pass"), default=0)
    trial_days = models.PositiveSmallIntegerField(_("days of trial"), default=0)
    intro_price = models.PositiveIntegerField(_("introductory price"), null=True, blank=True)
    intro_periods = models.PositiveSmallIntegerField(_("periods at the introductory price"), default=0)
    floor = models.PositiveIntegerField(_("least price, where the reader chooses it"), null=True, blank=True)
    tax = models.PositiveSmallIntegerField(_("tax contained, in hundredths of a per cent"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    offered = models.BooleanField(_("offered"), default=True)
    stripe_price = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "pk"]
        verbose_name = _("plan")
        verbose_name_plural = _("plans")

    def __str__(self) -> str:
        return self.name

    @property
    def money(self) -> Money:
        """The price of a period."""
        return Money(self.price, self.currency)

    @property
    def intro_money(self) -> Money | None:
        """The price of each of the first periods; None where there is no introductory offer."""
        if self.intro_price is None or not self.intro_periods:
            return None
        return Money(self.intro_price, self.currency)

    @property
    def recurs(self) -> bool:
        """Whether it renews by itself."""
        return self.kind in (Kind.SUBSCRIPTION, Kind.CONCESSION, Kind.SOLIDARITY)

    @property
    def gives_access(self) -> bool:
        """Whether one reads on with it."""
        return self.kind != Kind.DONATION


class PriceChange(models.Model):
    """A new price for those who have a plan already, from a day on, told beforehand."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="price_changes")
    price = models.PositiveIntegerField(_("new price"))
    since = models.DateField(_("from"))
    announced = models.DateTimeField(_("announced"), null=True, blank=True)
    done = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("change of price")
        verbose_name_plural = _("changes of price")


class Code(models.Model):
    """A code that was printed or handed out: days to read, or a discount on the first payments."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    days = models.PositiveSmallIntegerField(_("days to read"), default=0)
    percent = models.PositiveSmallIntegerField(_("discount in per cent"), default=0)
    periods = models.PositiveSmallIntegerField(_("periods with the discount"), default=1)
    plan = models.ForeignKey(Plan, models.CASCADE, null=True, blank=True, related_name="codes")
    uses = models.PositiveIntegerField(_("how many may use it"), default=1)
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    until = models.DateTimeField(_("until"))
    why = models.CharField(_("for what"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")

    def __str__(self) -> str:
        return self.code


class Redemption(models.Model):
    """That an account used a code; once each."""

    code = models.ForeignKey(Code, models.CASCADE, related_name="redemptions")
    account = models.ForeignKey("office.Account", models.CASCADE, related_name="redemptions")
    when = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code", "account"], name="a_code_once_an_account")
        ]
