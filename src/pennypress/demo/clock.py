"""The demo's clock: the time of day, and so many days later as somebody has asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path


class DemoClock:
    """Now, moved forward by the days that a file says; every process of the demo reads the same file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "days-later"

    def __call__(self) -> datetime:
        """The moment, aware, in UTC."""
        return datetime.now(UTC) + timedelta(days=self.days)

    @property
    def days(self) -> int:
        """How many days it is ahead."""
        try:
            return int(self._file.read_text())
        except FileNotFoundError:
            return 0

    def forward(self, days: int) -> None:
        """Let so many days pass."""
        new = self._file.with_suffix(".new")
        new.write_text(str(self.days + days))
        new.replace(self._file)
