"""The process of the office's jobs, as the gateway starts it beside itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pennypress.config import load
from pennypress.readers.keys import keys_for_start

_CONFIGURATION = """
[paper]
name = "The Test Paper"
[articles]
paths = ["/news/**"]
[office]
enabled = true
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "pennypress.toml"
    path.write_text(_CONFIGURATION)
    keys_for_start(load(path).secrets.keys, store_is_new=True)
    return path


def jobs(config: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "pennypress.cli.main", "jobs", "--config", str(config), *more]


def test_once_runs_what_is_due_and_ends(config: Path) -> None:
    ran = subprocess.run(jobs(config, "--once"), capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.startswith("Ran: letters, rights")
    assert (config.parent / "pennypress-records.db").exists()


def test_it_ends_on_sigterm_however_many_signals_come_before(config: Path) -> None:
    process = subprocess.Popen(jobs(config), stderr=subprocess.PIPE)
    try:
        records = config.parent / "pennypress-records.db"
        while not records.exists():
            assert process.poll() is None
            os.sched_yield()
        for _ in range(200):
            process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM, -signal.SIGHUP)
    finally:
        process.kill()
        process.communicate()
