"""The commands as a whole: each teaches itself, and each is on the page in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pennypress.cli.app import app
from tests.cli.program import ROOT, free_port, get, pennypress, serving

COMMANDS = [command.name or "" for command in app.registered_commands]


def test_help_names_every_command_and_says_where_to_begin(tmp_path: Path) -> None:
    for arguments in ((), ("--help",)):
        printed = pennypress(tmp_path, *arguments)
        told = printed.out + printed.err
        assert "Begin with: pennypress demo." in told
        assert all(f" {command} " in told for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_teaches_with_an_example(tmp_path: Path, command: str) -> None:
    ended = pennypress(tmp_path, command, "--help")
    assert ended.code == 0
    assert f"Example: pennypress {command}" in ended.out


def test_every_command_is_on_its_page() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert [command for command in COMMANDS if f"| `{command}" not in page] == []


def test_demo_shows_the_small_newspaper(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port, "demo", "--port", str(port)):
        assert "pennypress-strip" in get(port, "/").body
    assert list(tmp_path.iterdir()) == []
