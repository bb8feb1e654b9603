"""A paper for the questions that need no configuration of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.doctor.paper import House, gateway, house_in


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A paper whose gateway runs and trusts a front on this machine; the front is each test's own."""
    with house_in(tmp_path_factory.mktemp("paper")) as house:
        house.write(network='trusted_proxies = ["127.0.0.1"]')
        with gateway(house):
            yield house
