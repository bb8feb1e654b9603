"""``pennypress explain``: what Pennypress makes of one page, and why; nothing is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import Origin, pennypress, story, write_config


def rows(printed: str) -> dict[str, str]:
    """The rows of two columns, by their first."""
    parted = (line.partition("  ") for line in printed.splitlines())
    return {first: rest.strip() for first, _, rest in parted if first and rest}


def test_an_article_is_explained_from_its_body_to_both_readers(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin)
    ended = pennypress(tmp_path, "explain", "https://paper.example/news/a1?utm_source=x")
    assert (ended.code, ended.err) == (0, "")
    told = rows(ended.out)
    assert told["Article"] == "yes: under the article paths"
    assert told["Counted as"] == "/news/a1"
    assert told["Body"] == 'found by "article": 252 words in 12 blocks'
    assert told["Preview"].endswith("are withheld")
    assert told["Canonical link"] == "none found"
    preview = ended.out.partition("The preview\n")[2].partition("\n\n")[0].splitlines()
    assert [line.partition(":")[0] for line in preview] == ["Story1 1", "Story1 2"]
    assert preview[-1].endswith("nobody on the island had expected.")
    assert told["structured data"].startswith("html > head > script")
    fresh, _, walled = ended.out.partition("A reader whose limit is used up gets the preview: used-up")
    assert "A reader who was never here gets the whole article: granted" in fresh
    assert "granted, 1 of 2 left" in fresh
    assert "used-up, 0 of 2 left" in walled


def test_the_site_is_asked_once_as_nobody_and_nothing_is_counted(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin)
    pennypress(tmp_path, "explain", "https://paper.example/news/a1")
    ((method, path, headers),) = origin.asked
    assert (method, path, headers["host"]) == ("GET", "/news/a1", "paper.example")
    assert "cookie" not in headers
    assert [file.name for file in tmp_path.iterdir()] == ["pennypress.toml"]


def test_the_rules_are_traced_in_order(tmp_path: Path, origin: Origin) -> None:
    more = "[[rules]]\naccess='free'\ntags=['x']\nname='Tagged'\n[[rules]]\naccess='premium'\npaths=['/news/*']\n"
    write_config(tmp_path, origin, more=more)
    out = pennypress(tmp_path, "explain", "/news/a1").out
    assert "A reader who was never here gets the preview: premium" in out
    first = next(line for line in out.splitlines() if "Tagged for /news/a1" in line).split()
    second = next(line for line in out.splitlines() if "rule 2 for /news/a1" in line).split()
    assert (first[0], first[-2:]) == ("no", ["another", "tag"])
    assert (second[0], second[-1]) == ("yes", "premium")


def test_what_an_operator_said_counts(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin)
    assert pennypress(tmp_path, "open", "--path", "/news/**", "--for", "1h", "--why", "Storm").code == 0
    out = pennypress(tmp_path, "explain", "/news/a1").out
    assert "gets the whole article: opening" in out
    assert "Storm" in out


@pytest.mark.parametrize(
    ("path", "page", "words"),
    [
        ("/", None, "no: it is not under [articles] paths, and neither is its canonical link"),
        ("/news/none", None, "no: the site answered 404"),
        ("/robots.txt", "User-agent: *", "no: it is no page; it passes"),
        ("/news/feed.txt", "Story", "no: it is no page; it goes out under its article's grant"),
        ("/news", "<p>All the news", "no: it is the root of the article paths"),
        ("/news/brief", "<article><p>Rain on Tuesday, and a calm sea after it.</p></article>", "yes: "),
    ],
)
def test_what_is_no_article_is_told_why(
    tmp_path: Path, origin: Origin, path: str, page: str | None, words: str
) -> None:
    if page is not None:
        origin.pages[path] = page
    write_config(tmp_path, origin)
    ended = pennypress(tmp_path, "explain", path)
    assert ended.code == 0
    assert rows(ended.out)["Article"].startswith(words)


def test_a_site_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "pennypress.toml").write_text('[gateway]\nupstream = "http://127.0.0.1:9"\n', encoding="utf-8")
    ended = pennypress(tmp_path, "explain", "/news/a1")
    assert ended.code == 1
    assert ended.err.startswith("[gateway] upstream http://127.0.0.1:9: connection refused; start the site")
    assert ended.err.count("\n") == 1
    assert pennypress(tmp_path, "explain", "news").err.startswith("news: the request target is not a path")


def test_a_canonical_link_is_told_with_whether_it_is_followed(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin, site="http://paper.example")
    for link, words in (
        ("http://paper.example/news/one", "http://paper.example/news/one"),
        ("http://other.example/news/one", "http://other.example/news/one, which is not followed"),
    ):
        origin.pages["/news/a1"] = story("story1", head=f'<link rel="canonical" href="{link}">')
        assert rows(pennypress(tmp_path, "explain", "/news/a1").out)["Canonical link"].startswith(words)


def test_another_sites_page_is_refused_and_the_gateways_own_address_is_the_papers(
    tmp_path: Path, origin: Origin
) -> None:
    port = write_config(tmp_path, origin, site="http://paper.example")
    refused = pennypress(tmp_path, "explain", "https://other.example/news/a1")
    assert refused.code == 1
    assert refused.err.startswith("https://other.example/news/a1 is not on http://paper.example")
    assert refused.err.count("\n") == 1
    assert pennypress(tmp_path, "explain", f"http://127.0.0.1:{port}/news/a1").code == 0
    ((_, _, headers),) = origin.asked
    assert (headers["host"], headers["x-forwarded-proto"]) == ("paper.example", "http")


def test_programs_get_json(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin)
    told = json.loads(pennypress(tmp_path, "explain", "/news/a1", "--json").out)
    assert (told["article"], told["key"], told["body"]["rule"]) == (True, "/news/a1", "article")
    assert len(told["preview"]) == 2
    assert told["second_places"][0]["kind"] == "structured data"
    assert [reader["reason"] for reader in told["readers"]] == ["granted", "used-up"]
    front = json.loads(pennypress(tmp_path, "explain", "/", "--json").out)
    assert front == {"target": "/", "status": 200, "article": False, "why": front["why"]}


def test_what_is_part_of_an_article_is_told_by_its_article(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin, more="[[rules]]\npaths=['/media/{slug}.pdf']\npart_of='/news/{slug}'\n")
    told = rows(pennypress(tmp_path, "explain", "/media/a1.pdf").out)
    assert told["Part of"] == "/news/a1, by part_of: it goes out to who has that open, and to others as 403"
