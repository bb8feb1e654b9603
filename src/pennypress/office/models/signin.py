"""Codes for signing in, and how often somebody tried."""

from __future__ import annotations

from django.db import models

from pennypress.office.models.account import Account


class SignInCode(models.Model):
    """A code, and a link beside it, sent to an address; both are kept as keyed hashes. Several may be good at once.

    With an account it confirms that the account's mail address is to become this one.
    """

    address = models.CharField(max_length=254, db_index=True)
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=64)
    link = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(db_index=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)
    back = models.CharField(max_length=2000, blank=True)


class Attempt(models.Model):
    """That somebody did something of which only so many are allowed; ``what`` is a keyed hash."""

    what = models.CharField(max_length=64)
    made = models.DateTimeField(db_index=True)

    class Meta:
        indexes = (models.Index(fields=["what", "made"], name="attempts_at_one_thing"),)
