"""``pennypress check``: every fault at once, exit 1; what is unwise is told, exit 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import Origin, pennypress, write_config


def test_a_right_configuration_is_told_and_exits_with_0(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin)
    ended = pennypress(tmp_path, "check")
    assert (ended.code, ended.err) == (0, "")
    assert "pennypress.toml is right." in ended.out
    assert not (tmp_path / "pennypress.db").exists(), "a check makes nothing"
    assert not (tmp_path / "pennypress.keys").exists()


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "pennypress.toml").write_text("[meter]\nlimit = 0\nwindow = 5\n[paper]\nnam = 1\n", encoding="utf-8")
    ended = pennypress(tmp_path, "check")
    assert ended.code == 1
    lines = ended.err.splitlines()
    assert [line.partition(": ")[0] for line in lines[:3]] == [f"pennypress.toml:{number}" for number in (2, 3, 5)]
    assert lines[3] == "3 faults; nothing was changed."


def test_faults_of_keys_and_store_are_told_together(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin)
    keys, store = tmp_path / "pennypress.keys", tmp_path / "pennypress.db"
    keys.write_text("not a key\n", encoding="ascii")
    keys.chmod(0o600)
    store.write_bytes(b"not a database, but a page of a diary" * 100)
    ended = pennypress(tmp_path, "check")
    assert ended.code == 1
    assert "pennypress.db" in ended.err
    assert "pennypress.keys, line 1: this is no key" in ended.err
    assert "2 faults" in ended.err
    assert store.read_bytes().startswith(b"not a database"), "nothing was touched"


def test_keys_that_others_can_read_are_a_fault(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin)
    keys = tmp_path / "pennypress.keys"
    keys.write_text("ab" * 32, encoding="ascii")
    keys.chmod(0o640)
    ended = pennypress(tmp_path, "check")
    assert ended.code == 1
    assert "chmod 600" in ended.err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("[articles]\npaths = ['/news/']\n", 'is one page only; for all below it write "/news/**".'),
        ("[network]\ntrusted_proxies = ['0.0.0.0/0']\n", "any client may claim to be any"),
        ("[[rules]]\naccess = 'free'\n[[rules]]\naccess = 'premium'\n", "the rules below it are never asked"),
        ("[articles]\npaths = ['/**']\n", "subscribing itself would be metered"),
        ("[[crawlers]]\nname = 'A'\nuser_agents = ['A']\n", "nobody can prove to be it, and it gets the preview"),
        ("[[partners]]\nname = 'A'\npaths = ['/f']\nranges = ['0.0.0.0/0']\n", "so everybody is this partner"),
        (
            "[[partners]]\nname='A'\npaths=['/f']\nranges=['192.0.2.1']\nuntil=2020-01-01\n",
            '"A" has ended, by its until',
        ),
        ("", "[meter] limit is 2 a month; Google advises 6 to 10 a month"),
    ],
)
def test_what_is_right_but_unwise_is_told(tmp_path: Path, origin: Origin, more: str, words: str) -> None:
    write_config(tmp_path, origin, more=more)
    ended = pennypress(tmp_path, "check")
    assert ended.code == 0
    assert words in ended.out


def test_a_list_of_ranges_that_holds_everybody_is_told(tmp_path: Path, origin: Origin) -> None:
    (tmp_path / "all.json").write_text('{"prefixes": [{"ipv6Prefix": "::/0"}]}', encoding="utf-8")
    write_config(tmp_path, origin, more="[[crawlers]]\nname = 'A'\nuser_agents = ['A']\nranges = 'all.json'\n")
    assert "so whoever takes its name is it" in pennypress(tmp_path, "check").out


def test_an_https_paper_that_trusts_no_proxy_is_told_which_line_to_add(tmp_path: Path) -> None:
    (tmp_path / "pennypress.toml").write_text(
        '[paper]\nurl = "https://a.example"\n[gateway]\nupstream = "http://127.0.0.1:9"\n'
    )
    ended = pennypress(tmp_path, "check")
    assert ended.code == 0
    assert 'trusted_proxies = ["127.0.0.1"]' in ended.out
    assert "nothing answers at http://127.0.0.1:9" in ended.out
