"""The demo, the browser and the readers that every journey begins with."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.hydration.pages import HydratedPages, build, serving
from tests.journeys.running import chromium_browser, running_demo, running_gateway


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def demo() -> Iterator[str]:
    """The address of a running demo."""
    with running_demo(free_port()) as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running_browser(chromium: str) -> AsyncIterator[Browser]:
    """Debian's Chromium, begun anew for every module."""
    async with chromium_browser(chromium) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def browser(running_browser: Browser) -> AsyncIterator[Browser]:
    """Debian's Chromium, in which nothing is left of the journey before: each reader has a context of their own."""
    yield running_browser
    for context in running_browser.contexts:
        await context.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the journeys leave their screenshots."""
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="session")
def hydrated_pages(tmp_path_factory: pytest.TempPathFactory) -> HydratedPages:
    """Demo articles rendered by a real React and a real Vue."""
    return build(tmp_path_factory.mktemp("hydration"))


@pytest.fixture(scope="session")
def hydrated_site(hydrated_pages: HydratedPages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a gateway before those pages, limit 1."""
    folder, port = tmp_path_factory.mktemp("gateway"), free_port()
    with serving(hydrated_pages) as origin:
        configuration = folder / "pennypress.toml"
        configuration.write_text(
            '[paper]\nname = "The Skerrow Lantern"\ntimezone = "Europe/London"\nsubscribe_url = "/subscribe"\n'
            '[meter]\nlimit = 1\n[articles]\npaths = ["/news/**"]\n'
            f'[gateway]\nlisten = "127.0.0.1:{port}"\nupstream = "http://127.0.0.1:{origin}"\n'
            '[[crawlers]]\nname = "Examplebot"\nuser_agents = ["Examplebot"]\nranges = "here.json"\n'
        )
        (folder / "here.json").write_text('{"prefixes": [{"ipv4Prefix": "127.0.0.0/8"}, {"ipv6Prefix": "::1/128"}]}')
        with running_gateway(configuration, f"http://127.0.0.1:{port}") as address:
            yield address
