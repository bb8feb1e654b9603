"""A paper for each test, with a folder and a site of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.failure.world import Paper, running_site


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    with running_site() as site:
        yield Paper(tmp_path, site)
