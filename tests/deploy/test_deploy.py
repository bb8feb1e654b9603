"""What is shipped for running the gateway: the systemd unit and the container file."""

from __future__ import annotations

import re
import subprocess
from configparser import ConfigParser
from pathlib import Path

from tests.conftest import ROOT, needs

UNIT = ROOT / "deploy" / "pennypress.service"
CONTAINER = ROOT / "deploy" / "Containerfile"


def test_the_unit_has_no_fault_that_systemd_would_name(tmp_path: Path) -> None:
    programs = tmp_path / "pennypress.service"
    programs.write_text(UNIT.read_text("utf-8").replace("/opt/pennypress/bin/pennypress", "/bin/true"))
    verdict = subprocess.run([needs("systemd-analyze"), "verify", "--man=no", programs], capture_output=True, text=True)
    assert [line for line in verdict.stderr.splitlines() if "pennypress.service" in line] == []


def test_the_unit_leaves_the_service_little_to_break() -> None:
    command = [needs("systemd-analyze"), "security", "--offline=true", "--threshold=25", str(UNIT)]
    assert subprocess.run(command, capture_output=True).returncode == 0


def test_a_reload_is_checked_and_then_told_to_the_running_process() -> None:
    text = UNIT.read_text("utf-8")
    reloads = re.findall(r"^ExecReload=(.*)$", text, re.MULTILINE)
    assert reloads == [
        "/opt/pennypress/bin/pennypress check --config /var/lib/pennypress/pennypress.toml",
        "/bin/kill -HUP $MAINPID",
    ]
    unit = ConfigParser(strict=False, interpolation=None)
    unit.read_string(text)
    assert unit["Service"]["ExecStart"].endswith("pennypress gateway --config /var/lib/pennypress/pennypress.toml")


def test_every_file_that_the_container_takes_is_in_the_repository() -> None:
    taken = re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINER.read_text("utf-8"), re.MULTILINE)
    assert taken
    for names in taken:
        assert all((ROOT / name).exists() for name in names.split())


def test_the_container_runs_as_nobody_in_particular() -> None:
    assert re.search(r"^USER 10001$", CONTAINER.read_text("utf-8"), re.MULTILINE)
