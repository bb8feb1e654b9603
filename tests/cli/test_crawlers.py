"""``pennypress crawlers``: the operators' lists are fetched, believed or not, and taken up by running workers."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from pennypress.readers.published import SOURCES, read_lists
from tests.cli.program import Origin, get, pennypress, serving, write_config

GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
PREFIXES = {"prefixes": [{"ipv4Prefix": "66.249.64.0/27"}, {"ipv6Prefix": "2001:4860:4801:10::/64"}]}
LISTS = "pennypress-lists.json"


@pytest.fixture
def mirror(origin: Origin) -> str:
    """A folder on loopback that holds all lists."""
    documents: dict[str, object] = dict.fromkeys(("googlebot", "bingbot", "applebot", "duckduckbot"), PREFIXES)
    documents["cloudflare"] = {"result": {"ipv4_cidrs": ["104.16.0.0/13"], "ipv6_cidrs": ["2606:4700::/32"]}}
    documents["fastly"] = {"addresses": ["151.101.0.0/16"], "ipv6_addresses": ["2a04:4e40::/32"]}
    for name, document in documents.items():
        origin.pages[f"/lists/{name}.json"] = json.dumps(document)
    return f"{origin.url}/lists"


def test_the_lists_are_fetched_and_kept_beside_the_store(tmp_path: Path, origin: Origin, mirror: str) -> None:
    write_config(tmp_path, origin, more='[store]\nmeters = "sqlite:kept/meters.db"\n')
    (tmp_path / "kept").mkdir()
    ended = pennypress(tmp_path, "crawlers", "refresh", "--from", mirror)
    assert (ended.code, ended.err) == (0, "")
    assert "Googlebot: 2 networks." in ended.out
    assert set(read_lists(tmp_path / "kept" / LISTS)) == {source.name for source in SOURCES}
    listed = pennypress(tmp_path, "crawlers", "list").out
    assert "2 ranges" in listed
    assert "googlebot.com" in listed


def test_what_cannot_be_fetched_or_believed_leaves_the_old_list(tmp_path: Path, origin: Origin, mirror: str) -> None:
    write_config(tmp_path, origin)
    del origin.pages["/lists/fastly.json"]
    assert pennypress(tmp_path, "crawlers", "refresh", "--from", mirror).code == 1
    before = read_lists(tmp_path / LISTS)
    assert set(before) == {source.name for source in SOURCES} - {"fastly"}
    origin.pages["/lists/googlebot.json"] = '{"prefixes": [{"ipv4Prefix": "0.0.0.0/0"}]}'
    origin.pages["/lists/cloudflare.json"] = "<html>Sign in to this network</html>"
    origin.pages["/lists/bingbot.json"] = '{"prefixes": [{"ipv4Prefix": "40.77.167.0/24"}]}'
    ended = pennypress(tmp_path, "crawlers", "refresh", "--from", mirror)
    assert ended.code == 1
    assert "Googlebot: " in ended.err
    assert "it holds 0.0.0.0/0, which is too wide to be one operator's; the list of " in ended.err
    assert "cloudflare.json: it is no such list; the list of " in ended.err
    assert "fastly.json: it answered 404; what is built in goes on." in ended.err
    after = read_lists(tmp_path / LISTS)
    assert (after["Googlebot"], after["cloudflare"]) == (before["Googlebot"], before["cloudflare"])
    assert after["Bingbot"].networks == ("40.77.167.0/24",)


def test_without_a_network_nothing_changes_and_each_list_is_named(tmp_path: Path, origin: Origin, mirror: str) -> None:
    write_config(tmp_path, origin)
    assert pennypress(tmp_path, "crawlers", "refresh", "--from", mirror).code == 0
    before = (tmp_path / LISTS).stat()
    stamp = (before.st_ino, before.st_mtime_ns)
    ended = pennypress(tmp_path, "crawlers", "refresh", "--from", "http://127.0.0.1:9")
    assert ended.code == 1
    assert all(f"{source.name}: " in ended.err for source in SOURCES)
    after = (tmp_path / LISTS).stat()
    assert (after.st_ino, after.st_mtime_ns) == stamp


def test_running_workers_take_new_lists_up_within_two_seconds(tmp_path: Path, origin: Origin, mirror: str) -> None:
    network = '[network]\ntrusted_proxies = ["127.0.0.1"]\nresolver = "127.0.0.1:9"\n'
    port = write_config(tmp_path, origin, more=network)
    crawler = {"User-Agent": GOOGLE, "X-Forwarded-For": "66.249.64.7"}
    with serving(tmp_path, port, "gateway", "--config", "pennypress.toml"):
        assert get(port, "/news/a1", crawler).headers["pennypress-access"] == "preview"
        assert pennypress(tmp_path, "crawlers", "refresh", "--from", mirror).code == 0
        until = time.monotonic() + 2.5
        while get(port, "/news/a1", crawler).headers["pennypress-access"] != "full":
            assert time.monotonic() < until
        forged = {**crawler, "X-Forwarded-For": "66.249.64.7, 203.0.113.1"}
        assert get(port, "/news/a1", forged).headers["pennypress-access"] == "preview"
