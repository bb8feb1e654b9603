"""Starting and ending the demo."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.conftest import ROOT

START = """
import sys, pathlib
from pennypress.demo import run

run(keep=pathlib.Path(sys.argv[1]) if sys.argv[1:] else None)
"""


def begin(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A demo whose temporary folders lie in ``folder``."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", START, *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )


def words_of(demo: subprocess.Popen[str]) -> list[str]:
    """What a demo prints until it says how it is ended."""
    assert demo.stdout is not None
    words = []
    for line in demo.stdout:
        words.append(line)
        if line.startswith("Ctrl-C"):
            break
    return words


def test_the_demo_prints_the_gateway_first_answers_there_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    demo = begin(tmp_path)
    try:
        addresses = re.findall(r"http://127\.0\.0\.1:\d+/", "".join(words_of(demo)))
        with urllib.request.urlopen(addresses[0] + "news/harbour-bridge", timeout=10) as answer:
            assert answer.headers["pennypress-access"] == "full"
            assert b"pennypress-strip" in answer.read()
        with urllib.request.urlopen(addresses[1] + "news/harbour-bridge", timeout=10) as answer:
            assert "pennypress-access" not in answer.headers
        assert [path.name.startswith("pennypress-demo-") for path in tmp_path.iterdir()] == [True]
        began = time.monotonic()
        demo.send_signal(signal.SIGINT)
        assert demo.wait(10) == 0
        assert time.monotonic() - began < 5
    finally:
        demo.kill()
        demo.wait()
    assert list(tmp_path.iterdir()) == []
    for address in addresses:
        port = int(address.rpartition(":")[2].strip("/"))
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_kept_folder_holds_the_store_and_the_log_and_no_address(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    demo = begin(tmp_path, str(kept))
    try:
        (address, *_) = re.findall(r"http://127\.0\.0\.1:\d+/", "".join(words_of(demo)))
        with urllib.request.urlopen(address + "news/harbour-bridge", timeout=10):
            pass
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(10)
    assert {"pennypress.toml", "pennypress.db", "pennypress.keys", "gateway.log"} <= {
        path.name for path in kept.iterdir()
    }
    log = (kept / "gateway.log").read_text()
    assert '"/news/harbour-bridge"' in log
    assert "127.0.0.1" not in log
