"""What every test may ask for: the material beside the repository, and the programs that a machine may lack."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

_PROGRAMS = {
    "chromium": ("chromium", "chromium-browser"),
    "nginx": ("nginx", "/usr/sbin/nginx"),
    "node": ("node", "nodejs"),
    "npm": ("npm",),
    "php": ("php", "php-cgi"),
    "strace": ("strace",),
    "systemd-analyze": ("systemd-analyze",),
    "mariadbd": ("mariadbd", "/usr/sbin/mariadbd"),
    "wordpress": ("/usr/share/wordpress/wp-load.php",),
    "wordpress-theme": ("/usr/share/wordpress/wp-content/themes/twentytwentythree/theme.json",),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the office keeps its records in the tests."""
    parser.addoption(
        "--records", choices=("sqlite", "postgresql"), default="sqlite", help="where the office's records are"
    )


def lacks(reason: str) -> NoReturn:
    """Skip the running test for this reason; with REQUIRE_BACKENDS=1, under which nothing may be lacking, fail it."""
    if os.environ.get("REQUIRE_BACKENDS") == "1":
        pytest.fail(f"REQUIRE_BACKENDS=1, but {reason}", pytrace=False)
    pytest.skip(reason)


def needs(what: str) -> str:
    """The path of a program (or, ``module:name``, an importable module's name) without which the test cannot run.

    Where it is missing the test is skipped by name and reason, and fails with REQUIRE_BACKENDS=1.
    """
    if what.startswith("module:"):
        module = what.removeprefix("module:")
        if importlib.util.find_spec(module) is None:
            lacks(f"the Python module {module} is not installed on this machine")
        return module
    for candidate in _PROGRAMS.get(what, (what,)):
        if candidate.endswith((".php", ".json")):
            if Path(candidate).is_file():
                return candidate
        elif found := shutil.which(candidate):
            return found
    lacks(f"{what} is not installed on this machine")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of test material beside the repository."""
    if not SHARED.is_dir():
        lacks("the material in ../shared is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium."""
    return needs("chromium")


@pytest.fixture(scope="session")
def nginx() -> str:
    """The path of nginx."""
    return needs("nginx")


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node.js."""
    return needs("node")


@pytest.fixture(scope="session")
def strace() -> str:
    """The path of strace."""
    return needs("strace")
