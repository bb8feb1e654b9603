"""A reader's own pages, beside a till that takes no money."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.office.lifecycle.conftest import order, subscribed

if TYPE_CHECKING:
    from pennypress.config import Config

__all__ = ["order", "subscribed", "till"]


@pytest.fixture(autouse=True)
def till(paper: Callable[..., Config]) -> None:
    """The demo's till, so that nothing outside is asked."""
    paper(office={"demo_till": True})
