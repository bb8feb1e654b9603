"""The page of the docs that says what becomes of each failure names its tests, and they are there."""

from __future__ import annotations

import ast
import re

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "failure.md").read_text("utf-8")


def rows() -> list[list[str]]:
    """The cells of every row of every table, without the heads."""
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] != "what fails" and set(row[0]) != {"-"}]


def test_each_row_names_a_test_and_each_test_is_there() -> None:
    there = {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(rows()) > 30
    for row in rows():
        named = re.findall(r"`(test_\w+)`", row[-1])
        assert named, f"no test is named for: {row[0]}"
        assert [name for name in named if name not in there] == []


def test_each_test_of_this_folder_is_in_the_table() -> None:
    own = {
        node.name
        for path in (ROOT / "tests" / "failure").glob("test_*.py")
        if path.name not in ("test_docs.py", "test_guard_workers.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }
    assert {name for name in own if name not in PAGE} == set()
