"""The file of ``[office] openid``: the OpenID Connect providers by which readers may sign in."""

from __future__ import annotations

import logging
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pennypress.errors import ConfigurationError, Fault
from pennypress.office.installation import Installation, installation

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialApp

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_FIELDS = ("id", "name", "issuer", "client", "secret")
_MEND = (
    "write for each: [[provider]], id = a short word, name = as readers know it, issuer = its https address, "
    "client and secret = as it gave them"
)
_log = logging.getLogger("pennypress")


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider: ``id`` stands in our addresses, ``name`` on the button."""

    id: str
    name: str
    issuer: str
    client: str
    secret: str

    def app(self) -> SocialApp:
        """It, in the words of django-allauth."""
        from allauth.socialaccount.models import SocialApp

        return SocialApp(
            provider="openid_connect",
            provider_id=self.id,
            name=self.name,
            client_id=self.client,
            secret=self.secret,
            settings={"server_url": self.issuer, "oauth_pkce_enabled": True},
        )


def providers() -> tuple[Provider, ...]:
    """The providers; none where the file has a fault, which is logged: the other ways to sign in go on."""
    try:
        return read(installation())
    except ConfigurationError as error:
        _log.error("sign-in through other providers is not offered: %s", error)
        return ()


def read(installed: Installation) -> tuple[Provider, ...]:
    """The providers of an installation, none where none are configured. Raises ConfigurationError."""
    file = installed.config.office.openid
    if file is None:
        return ()
    place = "[office] openid"
    try:
        document = tomllib.loads("\n".join(installed.secret(file, place)))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError((Fault(place, f"{file} cannot be read: {error}", _MEND),)) from None
    entries = document.get("provider")
    if not isinstance(entries, list) or not entries:
        raise ConfigurationError((Fault(place, f"{file} names no provider", _MEND),))
    read = tuple(_provider(entry, place) for entry in entries)
    if len({provider.id for provider in read}) != len(read):
        raise ConfigurationError((Fault(place, "two providers have one id", "give each an id of its own"),))
    return read


def _provider(entry: Any, place: str) -> Provider:
    values = {name: entry.get(name) if isinstance(entry, dict) else None for name in _FIELDS}
    for name, value in values.items():
        if not isinstance(value, str) or not value:
            raise ConfigurationError((Fault(place, f"a provider lacks {name}", _MEND),))
    provider = Provider(**{name: str(value) for name, value in values.items()})
    is_near = provider.issuer.startswith(("http://127.0.0.1:", "http://localhost:"))
    if not _ID.fullmatch(provider.id) or not (provider.issuer.startswith("https://") or is_near):
        raise ConfigurationError((Fault(place, f"the provider {provider.id!r} cannot be used", _MEND),))
    return provider
