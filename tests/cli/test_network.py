"""``pennypress network report``: what the address budget would refuse, and which line turns it on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import Origin, get, pennypress, running_origin, serving, write_config

NETWORK = '[network]\ntrusted_proxies = ["127.0.0.1"]\nbudget = "{budget}"\nnewcomer_articles = 2\n'
OFFICE, HOME = "198.51.100.7", "2001:db8:1:2::9"


def read_by(folder: Path, origin: Origin, budget: str) -> list[str | None]:
    """Newcomers without a cookie at an office, one at home; the reasons that they were given."""
    port = write_config(folder, origin, more=NETWORK.format(budget=budget))
    asked = [(f"/news/a{number}", OFFICE) for number in (1, 2, 3, 4, 1)] + [("/news/a1", HOME)]
    with serving(folder, port, "gateway", "--config", "pennypress.toml"):
        answers = [get(port, path, {"X-Forwarded-For": address}) for path, address in asked]
    return [answer.headers.get("pennypress-reason") for answer in answers]


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose gateway has observed them."""
    folder = tmp_path_factory.mktemp("observed")
    with running_origin() as origin:
        assert read_by(folder, origin, "observe") == ["granted"] * 6
    return folder


def test_it_says_what_observing_would_have_refused_and_which_line_turns_it_on(observed: Path) -> None:
    ended = pennypress(observed, "network", "report")
    assert ended.code == 0, ended.err
    lines = [" ".join(line.split()) for line in ended.out.splitlines()]
    assert lines[0] == 'The Harbour Post: address budget "observe", 2 articles and 25 readers'
    assert "Newcomers 6" in lines
    assert "Article views that would have been refused 2" in lines
    assert "Newcomers who would have been refused an article 2 (33.3%)" in lines
    assert "Newcomers who would have been refused their first 2 (33.3%)" in lines
    assert "Addresses at which that is so 1" in lines
    assert "2 to 9 1 address 1 used up" in lines
    assert "1 1 address 0 used up" in lines
    assert "newcomer_articles = 50" in lines
    assert 'To refuse them, write [network] budget = "on", and reload the gateway.' in lines
    assert OFFICE not in ended.out


def test_as_json_it_tells_programs_the_same(observed: Path) -> None:
    told = json.loads(pennypress(observed, "network", "report", "--json").out)
    assert (told["budget"], told["enforced"], told["newcomers"], told["addresses"]) == ("observe", False, 6, 2)
    assert (told["over_views"], told["over_newcomers"], told["over_first"], told["over_addresses"]) == (2, 2, 2, 1)
    assert told["bands"][1] == {"readers": "2 to 9", "addresses": 1, "used_up": 1}


def test_a_range_shows_whether_it_is_the_network_that_is_refused(observed: Path) -> None:
    for network, *found in (("198.51.100.0/24", 1, 2), ("2001:db8:1::/48", 1, 0), ("203.0.113.0/24", 0, 0)):
        told = json.loads(pennypress(observed, "network", "report", "--range", network, "--json").out)
        assert [told["addresses"], told["over_views"]] == found, network
    too_wide = pennypress(observed, "network", "report", "--range", "10.0.0.0/8")
    assert too_wide.code == 2
    assert "65,536" in " ".join(too_wide.err.split())
    inside = pennypress(observed, "network", "report", "--range", "198.51.100.7/24")
    assert inside.code == 2
    assert 'write "198.51.100.0/24"' in inside.err


def test_once_it_is_on_it_says_who_was_refused(tmp_path: Path, origin: Origin) -> None:
    assert read_by(tmp_path, origin, "on") == ["granted", "granted", "budget", "budget", "granted", "granted"]
    out = pennypress(tmp_path, "network", "report").out
    assert "Article views that were refused" in out
    assert 'budget = "on", and reload' not in out


def test_where_nobody_would_have_been_refused_it_says_so(tmp_path: Path, origin: Origin) -> None:
    port = write_config(tmp_path, origin, more='[network]\nbudget = "observe"\n')
    with serving(tmp_path, port, "gateway", "--config", "pennypress.toml"):
        get(port, "/news/a1")
    out = pennypress(tmp_path, "network", "report").out
    assert 'Nobody would have been refused. To turn the budget on, write [network] budget = "on"' in out


def test_where_nothing_is_counted_it_says_what_to_write(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin, more='[network]\nbudget = "off"\n')
    ended = pennypress(tmp_path, "network", "report")
    assert (ended.code, ended.out) == (1, "")
    assert 'write [network] budget = "observe"' in ended.err


def test_all_readers_at_one_address_are_told_as_a_front_that_is_not_trusted(tmp_path: Path, origin: Origin) -> None:
    port = write_config(tmp_path, origin, more='[network]\nbudget = "observe"\nnewcomer_articles = 2\n')
    with serving(tmp_path, port, "gateway", "--config", "pennypress.toml"):
        for number in range(60):
            get(port, f"/news/a{number % 5 + 1}", {"X-Forwarded-For": f"198.51.100.{number}"})
    assert "trusted_proxies before anything else" in pennypress(tmp_path, "network", "report").out
