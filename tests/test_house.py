"""The house: what holds of the source as a whole."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCE = ROOT / "src" / "pennypress"


def imported(module: Path) -> Iterator[str]:
    """The top-level names that a module imports."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def named(requirement: str) -> str:
    """The name of the distribution that a requirement asks for."""
    return re.split(r"[>=<\[ ]", requirement)[0].lower()


@pytest.mark.parametrize("module", sorted((SOURCE / "core").glob("*.py")), ids=lambda path: path.name)
def test_the_core_imports_the_standard_library_and_itself_alone(module: Path) -> None:
    assert set(imported(module)) <= sys.stdlib_module_names | {"pennypress"}


def test_every_module_says_in_its_first_line_what_it_owns() -> None:
    silent = [path.name for path in SOURCE.rglob("*.py") if not re.match(r'"""\S', path.read_text("utf-8"))]
    assert silent == []


def test_requirements_bear_hashes_and_name_no_host() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text("utf-8")
        assert "://" not in text, path.name
        assert "-url" not in text, path.name
        assert "find-links" not in text, path.name
        pinned = [line for line in text.splitlines() if "==" in line and not line.lstrip().startswith("#")]
        assert pinned, path.name
        assert all(line.endswith("\\") for line in pinned), path.name


def test_what_the_package_imports_is_what_it_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {named(requirement) for requirement in project["dependencies"]}
    owners = packages_distributions()
    modules = {name for path in SOURCE.rglob("*.py") for name in imported(path)} - sys.stdlib_module_names
    used = {owners[module][0].lower() for module in modules - {"pennypress"}}
    assert used <= declared
    # zoneinfo reads tzdata where the system has no zones; granian and Django take the others by their names.
    assert declared - used == {"psycopg", "tzdata", "uvloop", "whitenoise"}


def test_a_wheel_holds_catalogues_templates_and_styles(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    inside = zipfile.ZipFile(wheel).namelist()
    for source in SOURCE.rglob("*"):
        if source.suffix == ".po":
            assert str(source.with_suffix(".mo").relative_to(SOURCE.parent)) in inside
        elif source.is_file() and source.suffix not in {".pyc", ".mo"}:
            assert str(source.relative_to(SOURCE.parent)) in inside


def test_every_declared_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    run = [*project["project"]["dependencies"], *groups["build"]]
    for file, declared in (("run.txt", run), ("dev.txt", [*run, *groups["dev"]])):
        pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / file).read_text("utf-8"), re.MULTILINE))
        assert {named(requirement) for requirement in declared} <= pinned
