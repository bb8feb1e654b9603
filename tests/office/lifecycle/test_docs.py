"""The page on the law names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
NAMED = re.findall(r"`(test_\w+\.py)::(test_\w+)`", (ROOT / "docs" / "law.md").read_text("utf-8"))


def test_every_line_of_the_law_has_its_test() -> None:
    lines = [line for line in (ROOT / "docs" / "law.md").read_text("utf-8").splitlines() if " | `test_" in line]
    assert len(lines) == len(NAMED) > 20


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_test_of_a_line_exists(file: str, name: str) -> None:
    (found,) = (ROOT / "tests" / "office").glob(f"*/{file}") if file != "test_pages.py" else (_account_pages(),)
    assert f"def {name}(" in found.read_text("utf-8")


def _account_pages() -> Path:
    return ROOT / "tests" / "office" / "account" / "test_pages.py"
