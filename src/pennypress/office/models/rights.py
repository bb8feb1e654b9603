"""Rights that are no subscription: given, handed over, from a code or a pass."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypress.office.models.account import Account


class RightKind(models.TextChoices):
    """Where a right comes from."""

    COMPLIMENTARY = "complimentary", _("complimentary")
    PASS = "pass", _("pass")
    CODE = "code", _("code")
    HANDED_OVER = "handed-over", _("handed over by the paper's own system")
    STAFF = "staff", _("staff")


class Right(models.Model):
    """A right to read from ``start`` until ``until`` (None: until it is taken back), and why."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="rights")
    kind = models.CharField(_("kind"), max_length=16, choices=RightKind.choices)
    start = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    why = models.CharField(_("why"), max_length=200)
    external = models.CharField(_("name elsewhere"), max_length=128, blank=True)
    revoked = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "external"], condition=~models.Q(external=""), name="a_right_handed_over_once"
            )
        ]
