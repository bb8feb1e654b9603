"""The demo's paper: every page stands, every link leads somewhere, and it holds what the meter should be tried on."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from pennypress.config import load
from pennypress.demo.layout import SECTIONS
from pennypress.demo.paper import answer, app
from pennypress.demo.stories import HERE, Kind, Story, stories

ADDRESSES = ("/", "/subscribe", "/about", *(f"/{section}" for section in SECTIONS), *(s.path for s in stories()))
_LINK = re.compile(r'(?:href|src)="([^"]*)"')
_STRUCTURED = re.compile(r'<script type="application/ld\+json">(.*?)</script>')


def page(address: str) -> str:
    path, _, query = address.partition("?")
    found = answer(path, query, "http://paper.example")
    assert found.status == 200
    return found.body.decode()


def structured(address: str) -> dict[str, Any]:
    found = _STRUCTURED.search(page(address))
    assert found is not None
    held: dict[str, Any] = json.loads(found[1])
    return held


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_link_of_a_page_is_root_relative_and_leads_somewhere(address: str) -> None:
    for link in _LINK.findall(page(address).replace('href="http://paper.example/', 'href="/')):
        if link.startswith("#"):
            continue
        assert link.startswith("/")
        assert not link.startswith("//")
        path, _, query = link.partition("?")
        assert answer(path, query).status == 200, link


def test_there_are_a_dozen_stories_or_so_each_at_a_section_and_a_slug() -> None:
    assert 12 <= len(stories()) <= 16
    assert all(re.fullmatch(r"/[a-z]+/[a-z-]+", story.path) for story in stories())


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.path)
def test_a_story_says_what_it_is_and_bears_its_text_a_second_time(story: Story) -> None:
    facts = structured(story.path)
    assert facts["@type"] in ("NewsArticle", "OpinionNewsArticle", "LiveBlogPosting")
    assert facts["headline"] == story.title
    assert facts["articleBody"] == story.text(1)
    assert f'<link rel="canonical" href="http://paper.example{story.path}">' in page(story.path)
    assert '<meta property="og:type" content="article">' in page(story.path)


def test_ordinary_stories_have_five_to_nine_hundred_words() -> None:
    ordinary = [story for story in stories() if story.kind is Kind.STORY and story.language != "ar"]
    lengths = {story.path: len(story.text(1).split()) for story in ordinary if len(story.bodies) == 1}
    brief = lengths.pop("/news/ferry-timetable")
    assert all(500 <= length <= 900 for length in lengths.values()), lengths
    assert brief <= 80


def test_the_brief_has_no_more_than_two_blocks() -> None:
    (story,) = [story for story in stories() if story.path == "/news/ferry-timetable"]
    assert story.bodies[0].count("<p>") <= 2


def test_the_second_page_of_a_story_names_the_first_as_canonical() -> None:
    second = page("/features/lighthouse-keeper?page=2")
    assert '<link rel="canonical" href="http://paper.example/features/lighthouse-keeper">' in second
    assert answer("/features/lighthouse-keeper", "page=3").status == 404


def test_the_live_blog_lists_every_update() -> None:
    updates = structured("/live/storm-bettany")["liveBlogUpdate"]
    assert len(updates) == page("/live/storm-bettany").count('<section id="u')
    assert all(update["articleBody"] and update["headline"] for update in updates)


def test_the_arabic_story_runs_from_right_to_left() -> None:
    assert '<html lang="ar" dir="rtl">' in page("/arabic/night-market")


def test_the_long_page_weighs_150_kb() -> None:
    assert 145_000 < len(page("/features/tide-gauge").encode()) < 155_000


def test_sections_say_that_they_are_lists() -> None:
    for section in SECTIONS:
        assert structured(f"/{section}")["@type"] == "CollectionPage"


def test_the_shipped_configuration_can_be_used_and_names_every_section() -> None:
    config = load(HERE / "pennypress.toml")
    assert config.meter.limit == 3
    assert {pattern.text for pattern in config.articles.paths} == {f"/{section}/**" for section in SECTIONS}


async def test_the_paper_is_only_for_reading() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    for method, status in (("POST", 405), ("HEAD", 200)):
        sent.clear()
        scope = {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": []}
        await app(scope, receive, send)
        assert sent[0]["status"] == status
    assert sent[1]["body"] == b""
