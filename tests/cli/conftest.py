"""An origin for the commands that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.program import Origin, running_origin


@pytest.fixture
def origin() -> Iterator[Origin]:
    """A fresh origin with five articles."""
    with running_origin() as running:
        yield running
