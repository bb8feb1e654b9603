"""The office as an ASGI application, for the server to mount. Django is imported at the first request."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from pennypress.config import Config
from pennypress.errors import PennypressError
from pennypress.http.fetch import App, Receive, Scope, Send
from pennypress.http.mounted import Mounted, MountedDown
from pennypress.office.installation import Installation, install
from pennypress.office.settings import PREFIX, configure
from pennypress.readers.keys import load

_first = threading.Lock()
_is_ready = False
_LOCK = int.from_bytes(b"pennypr")
_log = logging.getLogger("pennypress")


def mounted(config: Config) -> Mounted | None:
    """The office of a paper, where it has one. Raises ConfigurationError for secrets that cannot be read, KeysError."""
    if not config.office.enabled:
        return None
    office = config.office
    Installation(config, load(config.secrets.keys)).check_secrets()
    own = tuple(f"{PREFIX}{part}" for part in ("till", "desk", "api", "admin", "static"))
    return Mounted(_Awakened(config), (office.sign_in, office.subscribe, office.account, *own))


def application(config: Config) -> App:
    """The office of a paper, its records' tables up to date; Django is set up at the first call in a process.

    Raises ConfigurationError, KeysError, and what the database raises.
    """
    from django.conf import settings

    global _is_ready
    with _first:
        if settings.configured:
            install(Installation(config, load(config.secrets.keys)))
        else:
            configure(config, load(config.secrets.keys))
        if not _is_ready:
            _make_tables()
            _is_ready = True
    from django.core.asgi import get_asgi_application

    return cast(App, get_asgi_application())


class _Awakened:
    """The application, made in a thread when somebody first asks; made anew by the next where that failed."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._app: App | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises MountedDown where the office cannot begin."""
        app = self._app or await self._begin()
        await app(scope, receive, send)

    async def _begin(self) -> App:
        async with self._making:
            if self._app is None:
                try:
                    self._app = await asyncio.to_thread(application, self._config)
                except Exception as error:
                    _log.error("the office cannot begin: %s", _told(error))
                    raise MountedDown("the office cannot begin") from error
            return self._app


def _told(error: Exception) -> str:
    """What may stand in the log: our own sentences, else the kind alone, since a database's may hold its password."""
    return str(error) if isinstance(error, PennypressError) else type(error).__name__


def _make_tables() -> None:
    """Bring the tables up to date, one process at a time."""
    from django.core.management import call_command
    from django.db import connection

    with _alone_on_sqlite() if connection.vendor == "sqlite" else _alone_on_postgresql():
        call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def _alone_on_sqlite() -> Iterator[None]:
    from django.db import connection

    with Path(f"{connection.settings_dict['NAME']}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _alone_on_postgresql() -> Iterator[None]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
