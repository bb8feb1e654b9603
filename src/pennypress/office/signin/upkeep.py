"""What the sign-in lets go of by itself."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings

from pennypress.office.signin import codes, limits


def forget_old() -> None:
    """Delete codes, tries and sessions that are of no more use."""
    codes.forget_old()
    limits.forget_old()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
