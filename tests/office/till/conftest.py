"""A Stripe of the test's own, its clock that of the office, and readers who buy there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pennypress.config import Config
    from tests.office.conftest import SettableClock
    from tests.office.till.world import World


@pytest.fixture
def world(clock: SettableClock, paper: Callable[..., Config], tmp_path: Path) -> Iterator[World]:
    """The paper beside its Stripe account; webhooks wait until they are delivered."""
    from tests.office.till.world import World, secret_file
    from tests.stripe_server.running import running

    with running(now=int(clock.moment.timestamp())) as server:
        key, webhook = secret_file(tmp_path / "key", server.key), secret_file(tmp_path / "hook", server.webhook_secret)
        debit = ("bacs_debit", "sepa_debit")
        paper(stripe={"key": key, "webhook": webhook, "address": server.address, "debit": debit})
        yield World(server, clock)
