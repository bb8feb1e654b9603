"""An application that is mounted beside the meter, under paths of its own: nothing there is metered or goes onward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pennypress.config import Config
from pennypress.errors import PennypressError
from pennypress.http.fetch import App


class MountedDown(PennypressError):
    """A mounted application cannot answer now."""


@dataclass(frozen=True, slots=True)
class Mounted:
    """An application, and the paths (folded, without a last slash) under which it answers; raises MountedDown."""

    app: App
    paths: tuple[str, ...]

    def takes(self, path: str) -> bool:
        """Whether a folded path is one of its."""
        return any(path == own or path.startswith(own + "/") for own in self.paths)


Mount = Callable[[Config], Mounted | None]
"""Gives what is to be mounted for a configuration; None for nothing. Raises ConfigurationError, KeysError."""
