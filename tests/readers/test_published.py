"""The lists that operators publish: which are believed, and how they are kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pennypress.config.reading import FRONTS as NAMES_IN_CONFIGURATION
from pennypress.readers.address import Networks
from pennypress.readers.crawlers import BUILT_IN
from pennypress.readers.published import FRONTS, SOURCES, Published, checked, front, read_lists, write_lists

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_every_list_is_of_a_crawler_or_front_that_is_known() -> None:
    assert {source.name for source in SOURCES} == {crawler.name for crawler in BUILT_IN} | set(FRONTS)
    assert set(NAMES_IN_CONFIGURATION) == set(FRONTS)
    assert all(source.url.startswith("https://") for source in SOURCES)


@pytest.mark.parametrize("name", FRONTS)
def test_what_is_built_in_is_a_list_that_could_be_published(name: str) -> None:
    assert checked(front(name, {})) == FRONTS[name]


def test_a_fetched_list_takes_the_place_of_what_is_built_in() -> None:
    lists = {"fastly": Published(("151.101.0.0/16",), NOON)}
    assert front("fastly", lists) == ("151.101.0.0/16",)
    assert front("cloudflare", lists) == FRONTS["cloudflare"]


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("Googlebot", {"prefixes": [{"ipv6Prefix": "2001:4860:4801::/64"}, {"ipv4Prefix": "66.249.64.0/27"}]}),
        ("cloudflare", {"result": {"ipv4_cidrs": ["66.249.64.0/27"], "ipv6_cidrs": ["2001:4860:4801::/64"]}}),
        ("fastly", {"addresses": ["66.249.64.0/27"], "ipv6_addresses": ["2001:4860:4801::/64"]}),
    ],
)
def test_each_operators_form_is_read_and_no_other(name: str, document: object) -> None:
    source = next(source for source in SOURCES if source.name == name)
    assert set(source.networks(json.dumps(document).encode())) == {"66.249.64.0/27", "2001:4860:4801::/64"}
    for other in (b"", b"<html>", b"[]", b"{}", b'{"prefixes": 5}', b'{"result": null}', b"\xff", b"[" * 100_000):
        with pytest.raises(ValueError, match="no such list"):
            source.networks(other)


def test_a_list_of_real_size_is_read(shared: Path) -> None:
    document = (shared / "crawlers/cloud-ips/googlebot.json").read_bytes()
    networks = checked(SOURCES[0].networks(document))
    assert len(networks) == 315
    assert "66.249.66.1" in Networks.parse(networks)


@pytest.mark.parametrize(
    ("networks", "why"),
    [
        ([], "names no network"),
        (["0.0.0.0/0"], "too wide"),
        (["::/0"], "too wide"),
        (["66.249.64.0/27", "2000::/3"], "too wide"),
        (["10.0.0.0/8"], "no public network"),
        (["127.0.0.1"], "no public network"),
        (["fd00::/16"], "no public network"),
        (["66.249.64.1/27"], "host bits"),
        (["example.com"], "does not appear to be"),
        ([f"66.{place // 256}.{place % 256}.0/24" for place in range(20_001)], "more than any operator has"),
    ],
)
def test_a_list_that_would_let_in_others_is_not_believed(networks: list[str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        checked(networks)


def test_lists_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "lists.json"
    assert read_lists(file) == {}
    lists = {"Bingbot": Published(("40.77.167.0/24", "2001:4860:4801::/64"), NOON)}
    write_lists(file, lists)
    assert read_lists(file) == lists
    assert [path.name for path in tmp_path.iterdir()] == ["lists.json"]


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"fastly": {}}', '{"fastly": {"fetched": "2026-11-20T12:00:00+00:00", "networks": []}}']
)
def test_a_damaged_file_leaves_what_is_built_in_and_is_told(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "lists.json"
    file.write_text(damage)
    assert read_lists(file) == {}
    assert "pennypress crawlers refresh" in caplog.text
