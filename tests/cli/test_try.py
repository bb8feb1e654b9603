"""``pennypress try``: a live site through the meter, for one's own browser."""

from __future__ import annotations

import signal
import tomllib
from pathlib import Path

import pytest

from pennypress.cli.trying import site_name
from tests.cli.program import Origin, free_port, get, pennypress, serving, story


@pytest.fixture
def site(origin: Origin) -> Origin:
    """The origin as a live site: its articles say that they are, and its links name its host."""
    for n in range(1, 6):
        head = f'<meta property="og:type" content="article"><link rel="canonical" href="{origin.url}/news/a{n}">'
        origin.pages[f"/news/a{n}"] = story(f"story{n}", head=head)
    head = '<title>Le Port | Journal</title><meta property="og:site_name" content="Le Port &amp; la Mer">'
    origin.pages["/"] = (
        f'<!doctype html><html lang="fr"><head>{head}</head><body><a href="{origin.url}/news/a1">Un</a></body></html>'
    )
    origin.pages["/robots.txt"] = "User-agent: *\nDisallow: /private\n"
    return origin


def test_one_reads_a_live_site_through_the_meter_and_gets_its_file_at_the_end(tmp_path: Path, site: Origin) -> None:
    port = free_port()
    with serving(tmp_path, port, "try", site.url, "--limit", "2", "--port", str(port)) as process:
        assert f'href="http://127.0.0.1:{port}/news/a1"' in get(port, "/").body
        first = get(port, "/news/a1", {"Accept-Language": "en"})
        assert "You can read 1 more article this month" in first.body
        assert "full, granted, 1 left" in first.body, "the strip shows the state"
        cookie = {"Cookie": first.headers["set-cookie"].partition(";")[0], "Accept-Language": "en"}
        assert "This is the last article" in get(port, "/news/a2", cookie).body
        walled = get(port, "/news/a3", cookie)
        assert walled.headers["pennypress-access"] == "preview"
        assert "Story3 12" not in walled.body
        assert get(port, "/private/x", cookie).status == 403
        assert get(port, "/news/a4", cookie, method="POST").status == 405
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert 'article "story1": whole, granted, 1 left' in printed
    assert 'body by "article": 252 words in 12 blocks' in printed
    assert 'the preview begins: "Story1 1: The ferry of' in printed
    assert "a second time in structured data" in printed
    proposed = tomllib.loads("[paper]" + printed.partition("[paper]")[2])
    assert proposed["articles"]["paths"] == ["/news/**"]
    assert proposed["meter"]["mode"] == "observe"
    assert (proposed["paper"]["url"], proposed["paper"]["languages"]) == (site.url, ["fr"])
    assert proposed["paper"]["name"] == "Le Port & la Mer"
    assert list(tmp_path.iterdir()) == [], "nothing is installed"
    assert {method for method, _, _ in site.asked} == {"GET"}
    assert not [path for _, path, _ in site.asked if path.startswith("/private")]
    assert all("pennypress" not in headers.get("cookie", "") for _, _, headers in site.asked)


def test_a_site_that_asks_programs_to_stay_away_is_left_alone(tmp_path: Path, site: Origin) -> None:
    site.pages["/robots.txt"] = "User-agent: *\nDisallow: /\n"
    ended = pennypress(tmp_path, "try", site.url)
    assert ended.code == 1
    assert ended.err == f"{site.url}/robots.txt asks programs to stay away; try a site of your own.\n"
    assert [path for _, path, _ in site.asked] == ["/robots.txt"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("not a site",), "no address of a site"),
        (("ftp://paper.example",), "no address of a site"),
        (("http://127.0.0.1:9",), "look whether your browser can reach it"),
    ],
)
def test_a_wrong_address_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    ended = pennypress(tmp_path, "try", *arguments)
    assert ended.code == 1
    assert words in ended.err
    assert ended.err.count("\n") == 1


def test_a_limit_below_1_is_told(tmp_path: Path, site: Origin) -> None:
    ended = pennypress(tmp_path, "try", site.url, "--limit", "0")
    assert ended.code == 1
    assert "limit is 0" in ended.err


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("<title>The Harbour Post | News from the sea</title>", "The Harbour Post"),
        ("<title> The Harbour\n Post </title>", "The Harbour Post"),
        ("<title>Saint-Malo Matin — Accueil</title>", "Saint-Malo Matin"),
        ("", ""),
    ],
)
def test_a_site_is_called_what_its_front_page_says(head: str, name: str) -> None:
    assert site_name(f"<!doctype html><head>{head}</head>".encode()) == name
