"""A PostgreSQL server of our own, for as long as the tests run."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.conftest import needs

_START_SECONDS = 30


def start() -> str:
    """Start a server with an empty database, ended with this process; the ``[store] records`` that names it."""
    programs = _programs()
    home = Path(tempfile.mkdtemp(prefix="pennypress-pg-", dir="/tmp"))  # a socket's path must be short
    who = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    if who:
        shutil.chown(home, "postgres", "postgres")
    data = home / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "pennypress", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=home,
        **who,  # type: ignore[call-overload]
    )
    options = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", f"unix_socket_directories={home}"]
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, *options],
        stdout=subprocess.DEVNULL,
        stderr=(home / "log").open("wb"),
        cwd=home,
        **who,  # type: ignore[call-overload]
    )
    atexit.register(_end, server, home)
    _await_ready(programs, home)
    subprocess.run(
        [programs / "createdb", "-h", home, "-U", "pennypress", "records"], check=True, stdout=subprocess.DEVNULL
    )
    return f"postgresql://pennypress@/records?host={home}"


def _programs() -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return installed[-1] if installed else Path(needs("initdb")).parent


def _await_ready(programs: Path, home: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    asked: list[str | Path] = [programs / "pg_isready", "-h", home, "-U", "pennypress", "-t", "1"]
    while subprocess.run(asked, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        assert time.monotonic() < end, (home / "log").read_text()
        time.sleep(0.05)


def _end(server: subprocess.Popen[bytes], home: Path) -> None:
    server.send_signal(signal.SIGINT)
    server.wait()
    shutil.rmtree(home, ignore_errors=True)
