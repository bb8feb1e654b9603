"""What keeps the office running: when each job ran, and which events came."""

from __future__ import annotations

from django.db import models


class JobRun(models.Model):
    """When a job last ran; ``lease`` keeps two processes from running it at once."""

    name = models.CharField(max_length=40, unique=True)
    lease = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True)


class StripeEvent(models.Model):
    """An event of Stripe's that was taken in, once."""

    event = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=80)
    created = models.DateTimeField()
    handled = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True)
