"""Letters: every mail that is to leave, kept until it has."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypress.office.models.account import Account

WITH_CODES = frozenset({"sign-in-code", "mail-change-code", "brought-over"})
"""The kinds of letters that hold a code or a link to sign in with: nobody but their reader sees them."""


class Letter(models.Model):
    """One letter; ``key`` makes sure that it is written once. ``to`` is empty for one that is printed and posted."""

    key = models.CharField(max_length=128, unique=True)
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="letters")
    kind = models.CharField(_("kind"), max_length=40)
    to = models.CharField(_("to"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=16)
    made = models.DateTimeField(_("written"))
    due = models.DateTimeField(_("due"))
    sent = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    failure = models.CharField(_("last failure"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")

    @property
    def shown(self) -> str:
        """What staff see of it: its subject, but for one with a code."""
        return str(_("A letter with a code")) if self.kind in WITH_CODES else self.subject
