"""The guard beside what stands everywhere: calendars, alphabets and tables, headlines and names. None of it is cut."""

from __future__ import annotations

import json
import string

import pytest

from tests.http.browser import Site
from tests.http.guarded import CRANE, Build, page, rss, used_up

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
ROWS = {
    "a chess board": list("abcdefgh"),
    "ten and what precedes it": [str(number) for number in range(1, 11)],
    "the days of a month": [str(number) for number in range(1, 32)],
    "the months": MONTHS,
    "the alphabet": list(string.ascii_uppercase),
    "a league table": ["1", "Rovers", *map(str, range(38, 46)), "2", "Athletic", *map(str, range(20, 28))],
}


def options(values: list[str]) -> str:
    return "".join(f'<option value="{value}">{value}</option>' for value in values)


def cells(row: list[str]) -> str:
    return f"<table><tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr></table>"


EVERYDAY: dict[str, tuple[str, str]] = {
    "/base64.js": ("text/javascript", f'var a="{string.ascii_uppercase}{string.ascii_lowercase}0123456789+/=";'),
    "/hex.js": ("text/javascript", 'var h="0123456789abcdef";for(var i=12345678910;i;)h(i)'),
    "/picker.js": ("text/javascript", f"var months={json.dumps(MONTHS)};"),
    "/board.css": ("text/css", "".join(f".{letter}{{grid-area:{letter}}}" for letter in "abcdefgh")),
    "/days.json": ("application/json", json.dumps(list(range(1, 32)))),
    "/i18n.json": ("application/json", json.dumps({"months": MONTHS})),
    "/form": (
        "text/html",
        page("A form", ("Choose.",), after=f"<select>{options(ROWS['the days of a month'])}</select>"),
    ),
    "/months": ("text/html", page("A form", ("Choose.",), after=f"<select>{options(MONTHS)}</select>")),
    "/index": (
        "text/html",
        page("All", ("Go on.",), after="".join(f'<a href="/{it}">{it}</a>' for it in string.ascii_uppercase)),
    ),
    "/pages": (
        "text/html",
        page("All", ("Go on.",), after="".join(f'<a href="?page={it}">{it}</a>' for it in range(1, 15))),
    ),
    "/table": ("text/html", page("The table", ("As it stands.",), after=cells(ROWS["a league table"]))),
}


@pytest.mark.parametrize("name", ROWS)
async def test_a_row_of_cells_in_an_article_takes_no_script_form_or_table_from_the_site(
    built: Build, site: Site, name: str
) -> None:
    for path, (kind, body) in EVERYDAY.items():
        site.put(path, body, content_type=kind)
    story = page("The crane", CRANE).replace(f"<p>{CRANE[3]}</p>", f"<p>{CRANE[3]}</p>{cells(ROWS[name])}")
    site.put("/news/crane", story)
    reader = await used_up(built())
    for path, (_, body) in EVERYDAY.items():
        answer = await reader.get(path)
        assert (answer.status, answer.text) == (200, body), path


async def test_on_a_walled_page_with_a_table_scripts_and_forms_stay(built: Build, site: Site) -> None:
    script = f'<script>var days={json.dumps(list(range(1, 32)))},a="{string.ascii_letters}"</script>'
    select = f"<select>{options(ROWS['the days of a month'])}</select>"
    tables = cells(ROWS["the days of a month"]) + cells(list(string.ascii_lowercase))
    story = page("The crane", CRANE, after=script + select).replace(f"<p>{CRANE[3]}</p>", f"<p>{CRANE[3]}</p>{tables}")
    site.put("/news/crane", story)
    reader = await used_up(built())
    walled = await reader.get("/news/crane")
    assert "<td>" not in walled.text
    assert script in walled.text
    assert select in walled.text


HEADLINE = "Fishermen of the eastern harbour win a long fight over their quota at last"
OFFICE = "United Nations Office for the Coordination of Humanitarian Affairs"


def within_crane(markup: str) -> str:
    return page("The crane", CRANE).replace(f"<p>{CRANE[3]}</p>", f"<p>{CRANE[3]}</p>{markup}")


def about(headline: str, *, head: str = "") -> str:
    said = json.dumps({"@context": "https://schema.org", "@type": "NewsArticle", "headline": headline})
    return page(headline, STORY, head=f'<script type="application/ld+json">{said}</script>{head}')


STORY = tuple(
    f"The net {number} that {name} mended was hung to dry upon the wall beside the {place} and nobody took it down."
    for number, (name, place) in enumerate(
        (("Ole", "pump"), ("Liv", "inn"), ("Per", "mill"), ("Eva", "ford"), ("Jon", "tip"))
    )
)


@pytest.mark.parametrize(
    "markup",
    [
        f'<p>Read also: <a href="/news/quota">{HEADLINE}</a></p>',
        f'<h3><a href="http://paper.test/news/quota">{HEADLINE}</a></h3>',
        f'<ul><li><a href="/news/quota"><b>{HEADLINE[:20]}</b>{HEADLINE[20:]}</a></li><li>Or not.</li></ul>',
    ],
)
@pytest.mark.parametrize("is_known", [True, False], ids=["known", "not known"])
async def test_a_headline_that_an_article_links_to_stands_everywhere(
    built: Build, site: Site, markup: str, is_known: bool
) -> None:
    front = page("The front", ("News.",), after=f'<ul><li><a href="/news/quota">{HEADLINE}</a></li></ul>')
    news = rss((HEADLINE, "/news/quota", "<p>See there.</p>"))
    site.put("/news/crane", within_crane(markup))
    site.put("/news/quota", about(HEADLINE))
    site.put("/", front)
    site.put("/titles", f"<p>{HEADLINE}</p>", content_type="text/html")
    site.put("/news.json", json.dumps([{"title": HEADLINE}]), content_type="application/json")
    site.put("/rss", news, content_type="application/rss+xml")
    reader = await used_up(built())
    if is_known:
        assert (await reader.get("/news/quota")).header("pennypress-access") == "preview"
        assert (await reader.get("/rss")).text.count(HEADLINE) == 1
    assert (await reader.get("/")).text == front
    assert HEADLINE in (await reader.get("/titles")).text
    assert (await reader.get("/news.json")).text == json.dumps([{"title": HEADLINE}])


async def test_an_articles_own_page_keeps_its_headline_whoever_links_to_it_or_says_it(built: Build, site: Site) -> None:
    for key, headline, said in (
        ("quota", HEADLINE, f'<p>Read also: <a href="/news/quota">{HEADLINE}</a></p>'),
        ("office", f"The {OFFICE} moves", f"<p>Money for it came from the {OFFICE}, as the papers show.</p>"),
    ):
        site.put("/news/crane", within_crane(said))
        site.put(f"/news/{key}", about(headline, head=f'<meta property="og:title" content="{headline}">'))
        reader = await used_up(built())
        walled = await reader.get(f"/news/{key}")
        assert walled.header("pennypress-access") == "preview"
        assert f"<title>{headline}</title>" in walled.text
        assert f"<h1>{headline}</h1>" in walled.text
        assert f'content="{headline}"' in walled.text
        assert f'"headline": "{headline}"' in walled.text.replace('":"', '": "')


async def test_a_headline_beside_a_free_article_stays(built: Build, site: Site) -> None:
    site.put("/news/crane", within_crane(f"<p>As we said: {HEADLINE}, and so it went.</p>"))
    site.put("/news/free/quota", about(HEADLINE))
    site.put("/", page("The front", ("News.",), after=f"<p>{HEADLINE}</p>"))
    app = built()
    reader = await used_up(app)
    assert (await reader.get("/news/free/quota")).text == about(HEADLINE)
    await app.settle()
    assert f"<p>{HEADLINE}</p>" in (await reader.get("/")).text


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param(f'<p><a href="/news/x">{CRANE[3]} {CRANE[4]}</a></p>', id="a paragraph in a link"),
        pytest.param(f'<p>{CRANE[3]} <a href="/x">{CRANE[4][:70]}</a> {CRANE[4][70:]}</p>', id="a link in a paragraph"),
        pytest.param(f'<p><a href="#down">{CRANE[3]}</a></p><p>{CRANE[4]}</p>', id="a link down the page"),
        pytest.param(
            "".join(f'<p><a href="/news/x">{text}</a></p>' for text in CRANE[2:]), id="every paragraph in a link"
        ),
    ],
)
async def test_what_is_no_headline_stays_withheld_though_it_stands_in_a_link(
    built: Build, site: Site, markup: str
) -> None:
    kept = "".join(f"<p>{text}</p>\n" for text in CRANE[3:5])
    site.put("/news/crane", page("The crane", CRANE).replace(kept, markup))
    for number in (3, 4):
        site.put(f"/told/{number}", f"{CRANE[number]}", content_type="text/plain")
    reader = await used_up(built())
    for number in (3, 4):
        assert CRANE[number][:60] not in (await reader.get(f"/told/{number}")).text
