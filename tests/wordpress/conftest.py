"""One WordPress with a few posts for all tests here; its editor wrote them through the REST API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import needs
from tests.wordpress.newsroom import WordPress, running_wordpress
from tests.wordpress.stories import BRIEF, STORIES, paragraphs


@pytest.fixture(scope="session")
def wordpress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """The Harbour Gazette: four stories and a brief, at ``/2024/05/01/slug/`` and the days after it."""
    for what in ("wordpress", "wordpress-theme", "mariadbd"):
        needs(what)
    with running_wordpress(tmp_path_factory.mktemp("wordpress"), needs("php")) as running:
        running.install("The Harbour Gazette")
        running.log_in()
        running.set_permalinks("/%year%/%monthnum%/%day%/%postname%/")
        for day, title in enumerate(STORIES, 1):
            running.publish(title, paragraphs(title), date=f"2024-05-0{day}T06:00:00")
        running.publish(BRIEF, ["The tide is late today, and the ferry with it."], date="2024-05-09T06:00:00")
        yield running
