"""``pennypress explain --as``: what a crawler will see, and which of Google's rules it keeps."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.program import Origin, pennypress, story, write_config

LAST = "Story1 12: The ferry of 12 o'clock carried bread"


def rules(printed: str) -> dict[str, str]:
    """The rules by what they say, to kept or BROKEN and what was found."""
    found = re.findall(r"^(kept|BROKEN) {2}(.+?) {2,}(.+)$", printed, re.MULTILINE)
    return {rule: f"{kept}: {told}" for kept, rule, told in found}


def test_a_good_article_keeps_every_rule_and_its_text_is_shown_in_two_parts(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin)
    ended = pennypress(tmp_path, "explain", "/news/a1", "--as", "googlebot")
    assert (ended.code, ended.err) == (0, "")
    told = rules(ended.out)
    assert len(told) == 15
    assert all(found.startswith("kept") for found in told.values())
    assert told["Each part is named by a class"] == "kept: .pennypress-withheld"
    assert '"isAccessibleForFree": false' in ended.out
    opening, _, withheld = ended.out.partition("Seen by it, and withheld from a reader whose limit is used up")
    assert LAST not in opening
    assert LAST in withheld
    assert re.search(r"x-robots-tag +noarchive", ended.out)
    assert not (tmp_path / "pennypress.db").exists(), "nothing is made or counted"


def test_programs_get_the_page_itself_as_the_crawler_will(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin)
    told = json.loads(pennypress(tmp_path, "explain", "/news/a1", "--as", "BINGBOT", "--json").out)
    assert (told["as"], told["status"]) == ("Bingbot", 200)
    assert LAST in told["html"]
    assert "pennypress-notice" not in told["html"]
    assert all(rule["kept"] for rule in told["rules"])
    assert any("bingbot" in headers["user-agent"] for _, _, headers in origin.asked)


@pytest.mark.parametrize(
    ("path", "page", "broken"),
    [
        ("/robots.txt", "User-agent: Googlebot\nDisallow: /news/", "robots.txt lets it in"),
        ("/news/a1", story("story1", head='<meta name="Robots" content="noindex">'), "It may stand in the index"),
        ("/news/a1 Googlebot", story("story1", 30), "The site gives readers what it gives the crawler"),
    ],
)
def test_a_broken_rule_is_named_and_exits_with_1(
    tmp_path: Path, origin: Origin, path: str, page: str, broken: str
) -> None:
    write_config(tmp_path, origin)
    origin.pages[path] = page
    ended = pennypress(tmp_path, "explain", "/news/a1", "--as", "googlebot")
    assert ended.code == 1
    assert [rule for rule, found in rules(ended.out).items() if found.startswith("BROKEN")] == [broken]


def test_a_free_article_that_says_it_is_not_is_told(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin, more="[[rules]]\naccess = 'free'\npaths = ['/news/a1']\n")
    assert pennypress(tmp_path, "explain", "/news/a1", "--as", "googlebot").code == 0
    origin.pages["/news/a1"] = story("story1").replace('"@type": "NewsArticle"', '"@type": "NewsArticle", '
                                                        '"isAccessibleForFree": false')  # fmt: skip
    ended = pennypress(tmp_path, "explain", "/news/a1", "--as", "googlebot")
    assert ended.code == 1
    assert "BROKEN  It is free, and does not say otherwise" in ended.out


def test_a_crawler_that_is_kept_to_the_preview_is_shown_that(tmp_path: Path, origin: Origin) -> None:
    more = '[[crawlers]]\nname = "Examplebot"\nuser_agents = ["Examplebot"]\nzones = ["a.test"]\naccess = "preview"\n'
    write_config(tmp_path, origin, more=more)
    ended = pennypress(tmp_path, "explain", "/news/a1", "--as", "examplebot")
    assert ended.code == 0, ended.out
    told = rules(ended.out)
    assert told["The preview goes out"] == "kept: not-spent"
    assert told["Each part is named by a class"] == "kept: .pennypress-wall"
    assert "Withheld from it too" in ended.out


def test_a_page_that_is_no_article_goes_out_as_it_is(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin)
    ended = pennypress(tmp_path, "explain", "/", "--as", "googlebot")
    assert ended.code == 0
    assert rules(ended.out)["It is no article"] == "kept: it goes out as the site made it"


def test_a_crawler_that_nobody_knows_is_refused(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin)
    ended = pennypress(tmp_path, "explain", "/news/a1", "--as", "nobody")
    assert ended.code == 1
    assert ended.err == "nobody is no crawler that is known here: pennypress crawlers list names them.\n"
