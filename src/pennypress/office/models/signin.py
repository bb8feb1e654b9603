"""Codes for signing in."""

from __future__ import annotations

from django.db import models


class SignInCode(models.Model):
    """A code, and a link beside it, sent to an address; both are kept as keyed hashes. Several may be good at once."""

    address = models.CharField(max_length=254, db_index=True)
    code = models.CharField(max_length=64)
    link = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=16, default="sign-in")
    made = models.DateTimeField()
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    back = models.CharField(max_length=2000, blank=True)
