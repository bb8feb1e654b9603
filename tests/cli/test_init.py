"""``pennypress init``: five questions, a commented file in mode "observe", and the keys."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pennypress.config import load
from pennypress.core.policy import Mode
from tests.cli.program import pennypress

FLAGS = (
    *("--name", "The Post", "--site", "https://post.example", "--timezone", "Europe/Paris"),
    *("--front", "this machine", "--subscribe", "/join"),
)


def test_flags_answer_every_question(tmp_path: Path) -> None:
    ended = pennypress(tmp_path, "init", *FLAGS)
    assert (ended.code, ended.err) == (0, "")
    assert "Next: pennypress check --config pennypress.toml" in ended.out
    config = load(tmp_path / "pennypress.toml")
    assert (config.paper.name, config.paper.url) == ("The Post", "https://post.example")
    assert (str(config.paper.timezone), config.paper.subscribe_url) == ("Europe/Paris", "/join")
    assert [str(network) for network in config.network.trusted_proxies] == ["127.0.0.1/32", "::1/128"]
    assert config.meter.mode is Mode.OBSERVE
    assert stat.S_IMODE((tmp_path / "pennypress.keys").stat().st_mode) == 0o600


def test_what_no_flag_says_is_asked_and_asked_again_until_it_is_right(tmp_path: Path) -> None:
    typed = 'Die "Zeitung"\nzeitung.example\nEurope/Berln\nEurope/Berlin\n10.0.0.1/8\n10.0.0.0/8, fd00::/8\n\n'
    ended = pennypress(tmp_path, "init", typed=typed)
    assert ended.code == 0, ended.err
    assert 'did you mean "Europe/Berlin"?' in ended.err
    assert 'write "10.0.0.0/8"' in ended.err
    config = load(tmp_path / "pennypress.toml")
    assert (config.paper.name, config.paper.url) == ('Die "Zeitung"', "https://zeitung.example")
    assert [str(network) for network in config.network.trusted_proxies] == ["10.0.0.0/8", "fd00::/8"]
    assert config.paper.subscribe_url == "/subscribe"


def test_where_nobody_is_there_to_answer_it_says_so_and_writes_nothing(tmp_path: Path) -> None:
    ended = pennypress(tmp_path, "init", "--name", "The Post")
    assert ended.code == 1
    assert "say it in a terminal, or by the options" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_exists_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "pennypress.toml").write_text("# mine\n", encoding="utf-8")
    ended = pennypress(tmp_path, "init", *FLAGS)
    assert ended.code == 1
    assert ended.err == "pennypress.toml is there already; take it away first, or write another with --config.\n"
    assert (tmp_path / "pennypress.toml").read_text(encoding="utf-8") == "# mine\n"
    assert not (tmp_path / "pennypress.keys").exists()


def test_usable_keys_are_kept_and_others_refused_before_anything_is_written(tmp_path: Path) -> None:
    keys = tmp_path / "pennypress.keys"
    keys.write_text("ab" * 32 + "\n", encoding="ascii")
    keys.chmod(0o644)
    ended = pennypress(tmp_path, "init", *FLAGS)
    assert ended.code == 1
    assert "chmod 600" in ended.err
    assert not (tmp_path / "pennypress.toml").exists()
    keys.chmod(0o600)
    ended = pennypress(tmp_path, "init", *FLAGS)
    assert ended.code == 0
    assert "Kept the keys" in ended.out
    assert keys.read_text(encoding="ascii") == "ab" * 32 + "\n"


@pytest.mark.parametrize(
    ("flag", "value", "words"),
    [
        ("--site", "https://post.example/news", "more than scheme, host and port"),
        ("--timezone", "Mars/Phobos", "no time zone"),
        ("--front", "clouds", "no network"),
        ("--subscribe", "javascript:alert(1)", "no link can lead to"),
        ("--upstream", "nowhere", "no address of a site"),
        ("--upstream", "http://127.0.0.1:8000", "where the gateway itself listens"),
    ],
)
def test_a_faulty_flag_is_one_sentence_and_writes_nothing(tmp_path: Path, flag: str, value: str, words: str) -> None:
    ended = pennypress(tmp_path, "init", *FLAGS, flag, value)
    assert ended.code == 1
    assert words in ended.err
    assert ended.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_with_nobody_to_answer_it_ends_and_writes_nothing(tmp_path: Path) -> None:
    ended = pennypress(tmp_path, "init")
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert list(tmp_path.iterdir()) == []
