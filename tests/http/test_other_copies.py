"""Second copies of an article wherever software keeps them: none goes past the meter; without the guard each would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pennypress.config import load
from pennypress.errors import OriginError
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.readers.keys import Keys
from pennypress.store.opening import open_store
from tests.http.browser import Browser, Page, Site
from tests.http.copies import CONFIG, COPIES, DATA, FEEDS, HEADS, OWN, REFUSED, TOLD, Copy, paper
from tests.http.guarded import CRANE, WITHHELD, html_of, page
from tests.http.runs import tells

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

Build = Callable[[str], PaywallApp]


@pytest.fixture(scope="module")
def site() -> Site:
    return paper()


@pytest.fixture
async def built(site: Site, tmp_path: Path) -> AsyncIterator[Build]:
    apps: list[PaywallApp] = []

    def build(mode: str) -> PaywallApp:
        path = tmp_path / "pennypress.toml"
        path.write_text(CONFIG.format(mode=mode))
        parts = Parts(open_store("memory:", tmp_path), Keys((bytes(32),)), lambda: NOON)
        apps.append(Paywall(load(path), parts).around(site))
        return apps[-1]

    yield build
    for app in apps:
        await app.close()


async def used_up(app: PaywallApp) -> Browser:
    """A reader who opened the baker and was walled at the crane."""
    reader = Browser(app)
    assert (await reader.get("/news/baker")).header("pennypress-access") == "full"
    assert (await reader.get("/news/crane")).header("pennypress-access") == "preview"
    return reader


async def ask(reader: Browser, copy: Copy) -> Page:
    if copy.method == "GET":
        return await reader.get(copy.target, **copy.asked_with)
    return await reader.ask(copy.method, copy.target, **copy.asked_with)


async def test_no_copy_goes_past_the_meter(built: Build) -> None:
    reader = await used_up(built("withhold"))
    assert [name for name, copy in COPIES.items() if tells(await ask(reader, copy), TOLD)] == []


async def test_each_copy_would_without_the_guard(built: Build) -> None:
    reader = await used_up(built("off"))
    assert [name for name, copy in COPIES.items() if not tells(await ask(reader, copy), TOLD)] == []


async def test_json_and_xml_stay_what_they_are_with_the_opening_and_a_link(built: Build) -> None:
    reader = await used_up(built("withhold"))
    for name, copy in (DATA | FEEDS).items():
        answer = await ask(reader, copy)
        assert answer.status == copy.status, name
        assert answer.header("content-type") == copy.content_type, name
        if copy in FEEDS.values():
            ElementTree.fromstring(answer.body)
        elif copy.target.endswith(".jsonl"):
            assert all(json.loads(line) for line in answer.text.splitlines()), name
        else:
            json.loads(answer.body)
        assert b"Read the whole article" in answer.body.replace(b"\0", b""), name


async def test_what_cannot_be_cut_is_refused(built: Build) -> None:
    reader = await used_up(built("withhold"))
    assert [name for name, copy in REFUSED.items() if (await ask(reader, copy)).status != 403] == []


async def test_a_head_that_tells_loses_that_field_and_nothing_else(built: Build, site: Site) -> None:
    reader = await used_up(built("withhold"))
    for name, copy in HEADS.items():
        answer = await ask(reader, copy)
        assert (answer.status, answer.body) == (copy.status, site.pages[copy.target][2]), name
    moved = await reader.get("/head/location")
    assert moved.header("location") == "/share", "a redirect still leads somewhere"
    site.put("/short", "", 301, location=f"/share/{TOLD.replace(' ', '-')}?x=1")
    assert (await reader.get("/short")).header("location") == "/", "to the front page, where its path tells too"


async def test_who_opened_the_article_gets_every_copy_as_it_is(built: Build, site: Site) -> None:
    app = built("withhold")
    await used_up(app)
    reader = Browser(app)
    assert (await reader.get("/news/crane")).header("pennypress-access") == "full"
    for name, copy in COPIES.items():
        answer = await ask(reader, copy)
        whole = site.pages[copy.target][2]
        assert answer.status == copy.status, name
        assert answer.body == whole or answer.header("pennypress-reason") == "repeated", name


@pytest.mark.parametrize(
    ("target", "content_type", "asked_with"),
    [
        ("/news/crane.md", "text/markdown", {"accept": "text/markdown"}),
        ("/news/crane?format=json", "application/json", {"accept": "application/json"}),
        ("/news/crane?_rsc=1", "text/x-component", {"rsc": "1"}),
        ("/news/crane/index.txt", "text/plain", {}),
        ("/news/crane.pdf", "application/pdf", {}),
    ],
)
async def test_a_twin_under_the_articles_address_goes_under_its_grant(
    built: Build, site: Site, target: str, content_type: str, asked_with: dict[str, str]
) -> None:
    site.put(target, "\n\n".join(CRANE), content_type=content_type)
    app = built("withhold")
    refused = await (await used_up(app)).get(target, **asked_with)
    assert (refused.status, tells(refused, TOLD)) == (403, None)
    reader = Browser(app)
    await reader.get("/news/crane")
    assert tells(await reader.get(target, **asked_with), TOLD)


@pytest.mark.parametrize("target", ["/amp/news/crane", "/news/crane?amp=1", "/news/crane?output=1", "/a/s/crane"])
async def test_a_twin_of_the_page_is_the_article_and_one_charge(built: Build, site: Site, target: str) -> None:
    head = OWN if "amp" in target else ""
    site.put(target, page("The crane", CRANE, head=head))
    app = built("withhold")
    walled = await (await used_up(app)).get(target)
    assert (walled.header("pennypress-access"), tells(walled, TOLD)) == ("preview", None)
    reader = Browser(app)
    assert (await reader.get(target)).header("pennypress-reason") == "granted"
    assert (await reader.get("/news/crane")).header("pennypress-reason") == "repeated"


@pytest.mark.parametrize("pieces", [CRANE, TOLD.split()], ids=["paragraphs", "words"])
async def test_events_break_off_before_the_text(built: Build, site: Site, pieces: list[str]) -> None:
    site.put("/events", "".join(f"data: {piece}\n\n" for piece in pieces), content_type="text/event-stream")
    reader = await used_up(built("withhold"))
    with pytest.raises(OriginError, match="withheld text"):
        await reader.get("/events")


@pytest.mark.parametrize("target", ["/review/x%2F..%2F..%2Fall.txt", "/all.txt%2F..%2Freview%2Fx"])
async def test_a_path_may_quote_only_if_every_reading_of_it_may(built: Build, site: Site, target: str) -> None:
    site.put(target, "\n\n".join(CRANE), content_type="text/plain")
    reader = await used_up(built("withhold"))
    assert tells(await reader.get(target), TOLD) is None


async def test_an_article_met_under_two_names_at_once_is_no_second_article(built: Build, site: Site) -> None:
    for number in range(4):
        site.put(f"/news/lift?x={number}", page("The lift", tuple(part.replace("crane", "lift") for part in CRANE)))
    site.put("/all.txt", "\n\n".join(part.replace("crane", "lift") for part in CRANE), content_type="text/plain")
    reader = await used_up(built("withhold"))
    await asyncio.gather(*(reader.get(f"/news/lift?x={number}") for number in range(4)))
    assert tells(await reader.get("/all.txt"), TOLD) is None


async def test_a_stub_at_an_articles_address_does_not_make_its_text_known_to_all(built: Build, site: Site) -> None:
    whole = site.pages["/news/crane"]
    app = built("withhold")
    reader = await used_up(app)
    site.put("/news/crane", page("One moment", ("Please say that you are a person.",), head=OWN))
    assert (await reader.get("/news/crane")).header("pennypress-reason") == "brief"
    site.pages["/news/crane"] = whole
    while app._guarding.learning._tasks:
        await asyncio.wait(app._guarding.learning._tasks)
    assert tells(await reader.get("/llms-full.txt"), TOLD) is None


@pytest.mark.parametrize("first", ["archive", "articles"])
async def test_an_archive_of_whole_articles_among_the_articles_is_no_second_article(
    built: Build, site: Site, first: str
) -> None:
    stories = {
        name: tuple(f"{name} {part} went {name} out {part} of the {name} {part} and sang {part}." for part in range(9))
        for name in ("dredger", "capstan", "lighter")
    }
    for name, paragraphs in stories.items():
        site.put(f"/news/{name}", page(name, paragraphs))
    whole = "".join(f"<h2>{name}</h2>{html_of(paragraphs)}" for name, paragraphs in stories.items())
    site.put("/news/november", page("November", ("All of it.",)).replace("<p>All of it.</p>", whole))
    app = built("withhold")
    reader = Browser(app)
    await reader.get("/news/baker")
    paths = ["/news/november", "/news/dredger", "/news/capstan", "/news/lighter"]
    for path in paths if first == "archive" else paths[::-1]:
        await reader.get(path)
    site.put("/all.json", json.dumps(stories["dredger"][4]), content_type="application/json")
    told = " ".join(stories["dredger"][3:])
    assert [path for path in ("/all.json", "/news/november") if tells(await reader.get(path), told)] == []


async def test_the_same_bytes_in_another_charset_are_read_anew(built: Build, site: Site) -> None:
    body = "\n\n".join(WITHHELD).encode("utf-16-le")
    site.put("/a.txt", body, content_type="text/plain; charset=iso-8859-1")
    site.put("/b.txt", body, content_type="text/plain; charset=utf-16le")
    reader = await used_up(built("withhold"))
    await reader.get("/a.txt")
    assert tells(await reader.get("/b.txt"), TOLD) is None


async def test_a_walled_page_of_xhtml_says_that_it_is_html_now(built: Build, site: Site) -> None:
    whole = page("The crane", CRANE).replace("<!doctype html><html", '<html xmlns="http://www.w3.org/1999/xhtml"')
    site.put("/print.xhtml", whole, content_type="application/xhtml+xml; charset=utf-8")
    walled = await (await used_up(built("withhold"))).get("/print.xhtml")
    assert (walled.header("pennypress-access"), tells(walled, TOLD)) == ("preview", None)
    assert walled.header("content-type") == "text/html; charset=utf-8"


async def test_an_article_in_the_state_of_a_front_page_goes_and_the_page_stays(built: Build) -> None:
    reader = await used_up(built("withhold"))
    answer = await ask(reader, COPIES["a page state in json"])
    assert "What stays." in answer.text
    assert answer.text.count('class="teaser"') == 6
    assert answer.header("pennypress-access") is None
