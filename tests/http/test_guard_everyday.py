"""The guard beside what stands everywhere: calendars, alphabets and tables, headlines and names. None of it is cut."""

from __future__ import annotations

import json
import string

import pytest

from tests.http.browser import Site
from tests.http.guarded import CRANE, Build, page, used_up

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
