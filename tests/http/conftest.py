"""The origin and the gateway that the tests of the gateway's lower half share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pennypress.http.asgi import PaywallApp
from tests.clock import Clock
from tests.http.browser import Site
from tests.http.gateway import Gateway, running_gateway
from tests.http.guarded import Build, build, small_paper
from tests.http.origin import Origin, running_origin


@pytest.fixture(scope="session")
def shared_origin() -> Iterator[Origin]:
    with running_origin() as origin:
        yield origin


@pytest.fixture
def origin(shared_origin: Origin) -> Origin:
    """The origin behind ``gateway``, with nothing asked of it yet."""
    shared_origin.reset()
    return shared_origin


@pytest.fixture(scope="session")
def gateway(shared_origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway process for all tests that change nothing in it."""
    log = tmp_path_factory.mktemp("gateway") / "log"
    with running_gateway(f"http://127.0.0.1:{shared_origin.port}", log) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site() -> Site:
    """The small paper of the guard's tests."""
    return small_paper()


@pytest.fixture
async def built(site: Site, tmp_path: Path) -> AsyncIterator[Build]:
    """Builds apps around the small paper, and ends them."""
    apps: list[PaywallApp] = []

    def make(**settings: str) -> PaywallApp:
        apps.append(build(site, tmp_path, **settings))
        return apps[-1]

    yield make
    for app in apps:
        await app.close()
