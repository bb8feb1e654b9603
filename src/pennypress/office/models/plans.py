"""Plans: what is offered, at what price, and the codes that change it."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypress.office.money import Money

_PAGES = frozenset({"code", "done"})
"""The pages beside those of the plans, whose addresses no plan may take."""


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

    def name_in(self, language: str) -> str:
        """The name in a language, or as it was first given."""
        return _in_language(self.names, language) or self.name

    def summary_in(self, language: str) -> str:
        """What it gives, in a language, or as it was first written."""
        return _in_language(self.summaries, language) or self.summary

    @property
    def chooses_price(self) -> bool:
        """Whether the reader chooses what to pay, from a floor on."""
        return self.floor is not None

    @property
    def recurs(self) -> bool:
        """Whether it renews by itself."""
        return self.kind in (Kind.SUBSCRIPTION, Kind.CONCESSION, Kind.SOLIDARITY)

    @property
    def gives_access(self) -> bool:
        """Whether one reads on with it."""
        return self.kind != Kind.DONATION

    def clean(self) -> None:
        """Refuse what no reader could be offered. Raises ValidationError."""
        if self.slug in _PAGES:
            raise ValidationError({"slug": _("This name is the address of another page. Please choose another.")})
        if self.kind == Kind.PASS and not self.days:
            raise ValidationError({"days": _("A pass needs the number of its days.")})
        if self.floor is not None and self.floor > self.price:
            raise ValidationError({"floor": _("The least price is above the price that is suggested.")})
        if (self.intro_price is None) != (self.intro_periods == 0):
            raise ValidationError({"intro_periods": _("An introductory price needs the number of its periods.")})


def _in_language(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts.get(language.partition("-")[0]) or ""


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


CODE_LETTERS = "3479CDFGHJKMNPQRTVWXY"
"""No two that look alike, and no vowels: no code that is drawn is a word."""


def one_code(text: str) -> str:
    """The one spelling of a code: capitals and digits alone, however it was typed."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).upper() if letter.isalnum())


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
        return self.printed

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep it in the one spelling under which it is looked up."""
        self.code = one_code(self.code)
        super().save(*args, **kwargs)

    @property
    def printed(self) -> str:
        """As it is printed: ``K7M3-PQ9T``; a code in words, such as ``SUMMER``, stays as it is."""
        is_drawn = len(self.code) == 8 and not set(self.code) - set(CODE_LETTERS)
        return f"{self.code[:4]}-{self.code[4:]}" if is_drawn else self.code


class Redemption(models.Model):
    """That an account used a code; once each."""

    code = models.ForeignKey(Code, models.CASCADE, related_name="redemptions")
    account = models.ForeignKey("office.Account", models.CASCADE, related_name="redemptions")
    when = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code", "account"], name="a_code_once_an_account")
        ]
