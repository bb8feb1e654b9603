"""The one Django app of the office."""

from __future__ import annotations

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """Accounts, plans, subscriptions, payments, letters."""

    name = "pennypress.office"
    label = "office"
    verbose_name = "Pennypress"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have changes written down from the start."""
        from pennypress.office.desk.auditing import register

        register()
