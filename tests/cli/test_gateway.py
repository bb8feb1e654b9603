"""``pennypress gateway``: what is wrong is one clear sentence before anything listens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.program import Origin, environment, get, pennypress, serving, write_config


def test_a_reader_meets_the_meter(tmp_path: Path, origin: Origin) -> None:
    port = write_config(tmp_path, origin)
    with serving(tmp_path, port, "gateway", "--config", "pennypress.toml"):
        first = get(port, "/news/a1")
        assert first.headers["pennypress-remaining"] == "1"
        cookie = {"Cookie": first.headers["set-cookie"].partition(";")[0]}
        assert get(port, "/news/a2", cookie).headers["pennypress-remaining"] == "0"
        walled = get(port, "/news/a3", cookie)
        assert walled.headers["pennypress-access"] == "preview"
        assert "Story3 12" not in walled.body


def test_each_fault_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "pennypress.toml").write_text("[meter]\nlimit = 0\nlimits = 1\n", encoding="utf-8")
    ended = pennypress(tmp_path, "gateway", "--config", "pennypress.toml")
    assert ended.code == 1
    assert [line.partition(": ")[0] for line in ended.err.splitlines()] == ["pennypress.toml:2", "pennypress.toml:3"]
    assert [path.name for path in tmp_path.iterdir()] == ["pennypress.toml"]


def test_a_damaged_store_is_named_and_not_touched(tmp_path: Path, origin: Origin) -> None:
    write_config(tmp_path, origin)
    damaged = b"SQLite format 3\0" + b"\xff" * 8000
    (tmp_path / "pennypress.db").write_bytes(damaged)
    ended = pennypress(tmp_path, "gateway")
    assert ended.code == 1
    assert "pennypress.db" in ended.err
    assert "Traceback" not in ended.err
    assert (tmp_path / "pennypress.db").read_bytes() == damaged


def test_an_address_in_use_is_told(tmp_path: Path, origin: Origin) -> None:
    port = write_config(tmp_path, origin)
    with serving(tmp_path, port, "gateway", "--config", "pennypress.toml"):
        ended = pennypress(tmp_path, "gateway", "--config", "pennypress.toml")
        assert ended.code == 1
        assert f"127.0.0.1:{port} cannot be listened on" in ended.err


def test_workers_carry_neither_typer_nor_rich(tmp_path: Path) -> None:
    """The way that `gateway --config FILE` takes imports only what serves."""
    program = (
        "import sys; sys.argv = ['pennypress', 'gateway', '--config', 'none.toml']\n"
        "from pennypress.cli.main import main\n"
        "try: main()\n"
        "finally: print(sorted({'typer', 'rich', 'click', 'tomlkit'} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert ended.stdout == "[]\n"
    assert ended.stderr == "none.toml: there is no such file; make one with: pennypress init.\n"
