"""The letters of the demo, which are kept in a folder instead of sent."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

_BETWEEN = re.compile(rb"^-{79}\n", re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:)]")


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as its reader would see it."""

    sent: datetime
    to: str
    subject: str
    text: str

    @property
    def as_html(self) -> str:
        """The text, its links to be clicked."""
        return _ADDRESS.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', html.escape(self.text, quote=False))


def letters(folder: Path) -> list[Letter]:
    """The letters in a folder, newest first; none where the folder is not there."""
    found = [letter for file in folder.glob("*.log") for letter in _in_file(file)]
    return sorted(found, key=lambda letter: letter.sent, reverse=True)


def _in_file(file: Path) -> Iterator[Letter]:
    """Letters written to one file at almost the same time keep their order by the file's own."""
    for raw in _BETWEEN.split(file.read_bytes()):
        if not raw.strip():
            continue
        message = message_from_bytes(raw, EmailMessage, policy=policy.default)
        body = message.get_body(("plain",))
        yield Letter(
            sent=datetime.fromtimestamp(file.stat().st_mtime).astimezone(),
            to=str(message["to"]),
            subject=str(message["subject"]),
            text="" if body is None else str(body.get_content()),
        )
