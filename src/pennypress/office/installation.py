"""What this installation is: the configuration and the keys, kept once they are known to Django."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pennypress.config import Config
from pennypress.errors import ConfigurationError, Fault
from pennypress.readers.keys import Keys
from pennypress.readers.pass_ import Passes

if TYPE_CHECKING:
    from pennypress.readers.returning import Returns


@dataclass(frozen=True)
class Installation:
    """A paper's configuration with its keys."""

    config: Config
    keys: Keys

    @cached_property
    def passes(self) -> Passes:
        """Reads and writes the readers' passes."""
        return Passes(self.keys, secure=self.config.paper.secure)

    @cached_property
    def returns(self) -> Returns:
        """Seals and opens the way back to the article that a reader came from."""
        from pennypress.readers.returning import Returns

        return Returns(self.keys)

    def check_secrets(self) -> None:
        """Raise ConfigurationError for a file with secrets that is named and cannot be used."""
        config = self.config
        named = {
            "[office] server_key": config.office.server_key,
            "[office] openid": config.office.openid,
            "[mail] password": config.mail.password,
            "[stripe] key": config.stripe.key,
            "[stripe] webhook": config.stripe.webhook,
        }
        for place, file in named.items():
            if file is not None:
                self.secret(file, place)
        from pennypress.office.signin import providers

        providers.read(self)

    def secret(self, file: Path, place: str) -> tuple[str, ...]:
        """The lines of a file with secrets. Raises ConfigurationError where there are none, or others can read them."""
        try:
            if file.stat().st_mode & 0o077:
                raise _unusable(place, f"{file} can be read by other users", f"run chmod 600 {file}")
            lines = tuple(line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
        except (OSError, UnicodeDecodeError):
            raise _unusable(place, f"{file} cannot be read", "put the file there for this user") from None
        if not lines:
            raise _unusable(place, f"{file} is empty", "write the secret into it")
        return lines


_installation: Installation | None = None


def install(installation: Installation) -> None:
    """Make this the installation of the process."""
    global _installation
    _installation = installation


def installation() -> Installation:
    """The installation of the process, once there is one."""
    assert _installation is not None, "the office was not configured"
    return _installation


def _unusable(place: str, wrong: str, mend: str) -> ConfigurationError:
    return ConfigurationError((Fault(place, wrong, mend),))
