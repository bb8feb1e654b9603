"""The office as an ASGI application, for the server to mount."""

from __future__ import annotations

import threading

from pennypress.config import Config
from pennypress.http.fetch import App
from pennypress.office.settings import configure
from pennypress.readers.keys import load

_first = threading.Lock()


def application(config: Config) -> App:
    """The office of a paper; Django is set up at the first call in a process. Raises ConfigurationError, KeysError."""
    from django.conf import settings

    with _first:
        if not settings.configured:
            configure(config, load(config.secrets.keys))
    from django.core.asgi import get_asgi_application

    return get_asgi_application()


def prepare(config: Config) -> None:
    """Bring the records' tables up to date. To be called by one process before any serves."""
    application(config)
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
