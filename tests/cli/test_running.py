"""The commands that speak to a running gateway: mode, status, open, lock."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.program import Origin, get, pennypress, serving, write_config

TWO_SECONDS = 2.5
"""What the promise of two seconds may take on a busy machine, the command's own start not counted."""


def within_two_seconds(what: Callable[[], bool]) -> bool:
    until = time.monotonic() + TWO_SECONDS
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.05)
    return False


def access(port: int, path: str) -> str | None:
    """What a reader who was never here gets; a HEAD, so that nothing is spent."""
    return get(port, path, method="HEAD").headers.get("pennypress-reason")


def test_a_mode_is_taken_up_by_the_running_workers_and_by_the_file(tmp_path: Path, origin: Origin) -> None:
    port = write_config(tmp_path, origin)
    before = (tmp_path / "pennypress.toml").read_text(encoding="utf-8")
    with serving(tmp_path, port, "gateway", "--config", "pennypress.toml"):
        assert "pennypress-access" in get(port, "/news/a1").headers
        ended = pennypress(tmp_path, "mode", "off")
        assert ended.code == 0, ended.err
        assert within_two_seconds(lambda: "pennypress-access" not in get(port, "/news/a1").headers)
        assert (tmp_path / "pennypress.toml").read_text(encoding="utf-8") == before.replace('"on"', '"off"')
        assert pennypress(tmp_path, "mode", "on").code == 0
        assert within_two_seconds(lambda: "pennypress-access" in get(port, "/news/a1").headers)
    assert (tmp_path / "pennypress.toml").read_text(encoding="utf-8") == before, "comments and blanks are as they were"


def test_a_mode_is_written_where_the_file_names_none(tmp_path: Path) -> None:
    (tmp_path / "pennypress.toml").write_text("# only this\n", encoding="utf-8")
    assert pennypress(tmp_path, "mode", "observe").code == 0
    assert (tmp_path / "pennypress.toml").read_text(encoding="utf-8") == '# only this\n\n[meter]\nmode = "observe"\n'


def test_a_faulty_file_is_not_rewritten(tmp_path: Path) -> None:
    (tmp_path / "pennypress.toml").write_text("[meter]\nlimit = 0\n", encoding="utf-8")
    ended = pennypress(tmp_path, "mode", "off")
    assert ended.code == 1
    assert ended.err.startswith("pennypress.toml:2: limit is 0;")
    assert (tmp_path / "pennypress.toml").read_text(encoding="utf-8") == "[meter]\nlimit = 0\n"


def test_an_opening_opens_to_everybody_and_is_listed_until_it_closes(tmp_path: Path, origin: Origin) -> None:
    port = write_config(tmp_path, origin)
    with serving(tmp_path, port, "gateway", "--config", "pennypress.toml"):
        assert access(port, "/news/a1") == "not-spent"
        ended = pennypress(tmp_path, "open", "--path", "/news/a1", "--for", "4s", "--why", "The river")
        assert ended.code == 0, ended.err
        assert "articles at /news/a1" in ended.out
        assert within_two_seconds(lambda: access(port, "/news/a1") == "opening")
        assert access(port, "/news/a2") == "not-spent"
        assert "The river" in pennypress(tmp_path, "status").out
        until = time.monotonic() + 10
        while access(port, "/news/a1") == "opening":
            assert time.monotonic() < until, "it closes by itself"
            time.sleep(0.05)
        assert "The river" not in pennypress(tmp_path, "status").out


def test_a_lock_keeps_an_article_for_subscribers_until_it_is_lifted(tmp_path: Path, origin: Origin) -> None:
    port = write_config(tmp_path, origin)
    with serving(tmp_path, port, "gateway", "--config", "pennypress.toml"):
        assert access(port, "/news/a1") == "not-spent"
        assert pennypress(tmp_path, "open", "--all", "--for", "6h", "--why", "Storm").code == 0
        assert pennypress(tmp_path, "lock", f"http://127.0.0.1:{port}/news/A1/", "--why", "Exclusive").code == 0
        assert within_two_seconds(lambda: access(port, "/news/a1") == "premium")
        assert access(port, "/news/a2") == "opening", "an opening opens all but what is locked"
        told = json.loads(pennypress(tmp_path, "status", "--json").out)
        assert told["locks"] == [{"path": "/news/a1", "until": None, "why": "Exclusive"}]
        assert [opening["why"] for opening in told["openings"]] == ["Storm"]
        assert pennypress(tmp_path, "lock", "/news/a1", "--lift").code == 0
        assert within_two_seconds(lambda: access(port, "/news/a1") == "opening")
        ended = pennypress(tmp_path, "lock", "/news/a1", "--lift")
        assert ended.code == 1
        assert ended.err.startswith("There is no lock on /news/a1")


def test_status_counts_readers_stops_and_views(tmp_path: Path, origin: Origin) -> None:
    port = write_config(tmp_path, origin)
    with serving(tmp_path, port, "gateway", "--config", "pennypress.toml"):
        cookie = get(port, "/news/a1").headers["set-cookie"].partition(";")[0]
        for article in ("/news/a1", "/news/a2", "/news/a3"):
            get(port, article, {"Cookie": cookie})
        told: dict[str, object] = {}

        def counted() -> bool:
            told.update(json.loads(pennypress(tmp_path, "status", "--json").out))
            return told["stopped"] == 1

        assert within_two_seconds(counted)
    assert (told["readers"], told["would_be_stopped"]) == (1, 0)
    assert told["today"] == {"granted": 2, "repeated": 1, "used-up": 1}
    ended = pennypress(tmp_path, "status")
    assert ended.code == 0
    assert "Readers stopped" in ended.out


def test_status_has_words_for_whatever_is_counted(tmp_path: Path, origin: Origin) -> None:
    """Of the names that the gateway counts by, none is shown as it is."""
    port = write_config(tmp_path, origin)
    origin.feeds["/feed"] = (
        f"<rss><channel><item><link>/news/a1</link>{origin.pages['/news/a1']}</item></channel></rss>"
    )
    with serving(tmp_path, port, "gateway", "--config", "pennypress.toml"):
        get(port, "/news/a1")
        get(port, "/feed")
        assert within_two_seconds(lambda: "guard" in pennypress(tmp_path, "status", "--json").out)
    told = pennypress(tmp_path, "status").out
    assert "withheld text" in told
    assert "guard-" not in told


@pytest.mark.parametrize(
    "arguments",
    [
        ("open", "--for", "6h", "--why", "x"),
        ("open", "--all", "--tag", "x", "--for", "6h", "--why", "x"),
        ("open", "--all", "--for", "soon", "--why", "x"),
        ("open", "--path", "news", "--for", "6h", "--why", "x"),
        ("open", "--all", "--for", "6h"),
        ("lock", "news/a"),
        ("lock", "/news/*"),
        ("lock", "https://elsewhere.example/news/a"),
        ("mode", "onn"),
        ("nonsense",),
    ],
)
def test_a_wrong_command_line_is_told_without_a_traceback(
    tmp_path: Path, origin: Origin, arguments: tuple[str]
) -> None:
    write_config(tmp_path, origin, site="https://a.example")
    ended = pennypress(tmp_path, *arguments)
    assert ended.code in (1, 2)
    assert ended.err
    assert "Traceback" not in ended.err


def test_a_store_in_memory_cannot_be_spoken_to(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin, more='[store]\nmeters = "memory:"\n')
    for arguments in (("status",), ("mode", "off"), ("open", "--all", "--for", "1h", "--why", "x")):
        ended = pennypress(tmp_path, *arguments)
        assert ended.code == 1
        assert "lives inside the gateway" in ended.err
    assert '"on"' in (tmp_path / "pennypress.toml").read_text(encoding="utf-8")


def test_status_tells_when_partners_were_there_last_and_who_fetched_which_feed(tmp_path: Path, origin: Origin) -> None:
    partners = (
        '[[partners]]\nname = "The Agency"\npaths = ["/feed.xml"]\nkey = "k3Jq8vTn5Xw2Lr7Yd9Hs"\nuntil = 2099-01-01\n'
        '[[partners]]\nname = "The Archive"\npaths = ["/feed.xml"]\nranges = ["198.51.100.0/24"]\nuntil = 2020-01-01\n'
        '[network]\ntrusted_proxies = ["127.0.0.1"]\n'
    )
    port = write_config(tmp_path, origin, more=partners)
    file = tmp_path / "pennypress.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('mode = "on"', 'mode = "observe"'), encoding="utf-8")
    origin.pages["/rss/news.txt"] = "no feed"
    origin.feeds["/feed.xml"] = "<rss/>"
    with serving(tmp_path, port, "gateway", "--config", "pennypress.toml"):
        get(port, "/feed.xml?partner=k3Jq8vTn5Xw2Lr7Yd9Hs")
        get(port, "/feed.xml", {"User-Agent": "Reeder/5.4 (Ada)", "X-Forwarded-For": "203.0.113.77"})
        get(port, "/rss/news.txt", {"User-Agent": "Reeder/5.4 (Ada)"})
    told = pennypress(tmp_path, "status").out
    document = json.loads(pennypress(tmp_path, "status", "--json").out)
    agency, archive = document["partners"]
    assert (agency["name"], agency["count"], archive["last"]) == ("The Agency", 1, None)
    assert datetime.now(UTC) - datetime.fromisoformat(agency["last"]) < timedelta(minutes=5)
    (feed,) = document["feeds"]
    assert (feed["path"], feed["program"], feed["network"]) == ("/feed.xml", "Reeder", "203.0.113.0/24")
    assert "The Agency was last there on " in " ".join(told.split())
    assert "The Archive was never there ended 1 January 2020" in " ".join(told.split())
    assert "/feed.xml Reeder 203.0.113.0/24 once" in " ".join(told.split())
    assert "k3Jq8vTn5Xw2Lr7Yd9Hs" not in told
    assert (
        "Who fetched feeds while observing (Reeder) gets them cut from now on" in pennypress(tmp_path, "mode", "on").out
    )
