"""What the journeys run against: the demo and gateways as processes of their own, and Debian's Chromium."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.conftest import ROOT

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_START_SECONDS = 60
_DEMO = "from pennypress.demo import run; run({port})"
_GATEWAY = "import sys, pathlib; from pennypress.http.gateway import serve; serve(pathlib.Path(sys.argv[1]))"


@contextmanager
def running_demo(port: int) -> Iterator[str]:
    """The demo as a reader starts it; gives the address that it prints first, without its last slash."""
    with _process(["-c", _DEMO.format(port=port)]) as process:
        yield _first_address(process)


@contextmanager
def running_gateway(configuration: Path, address: str) -> Iterator[str]:
    """A gateway that answers at an address."""
    with _process(["-c", _GATEWAY, str(configuration)]):
        _await_answer(f"{address}/-/pennypress/health")
        yield address


@asynccontextmanager
async def chromium_browser(path: str) -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


@contextmanager
def _process(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


def _first_address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip().startswith("http://127.0.0.1:"):
            return line.strip().rstrip("/")
    raise AssertionError("the demo printed no address")


def _await_answer(address: str) -> None:
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            select.select([], [], [], 0.05)
    raise AssertionError(f"nothing answers at {address}")
