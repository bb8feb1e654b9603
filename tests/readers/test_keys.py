"""The key file."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.errors import KeysError
from pennypress.readers.keys import Keys, keys_for_start, load, make

SECRETS = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=4).map(tuple)


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_made_file_holds_one_key_for_its_owner_alone_and_loads_as_made(tmp_path: Path) -> None:
    path = tmp_path / "pennypress.keys"
    keys = make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == f"{keys.secrets[0].hex()}\n"
    assert load(path) == keys
    assert list(tmp_path.iterdir()) == [path]


def test_making_never_replaces_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "pennypress.keys", "precious")
    with pytest.raises(FileExistsError):
        make(path)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_wide_umask_does_not_open_the_file(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make(tmp_path / "pennypress.keys")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "pennypress.keys").stat().st_mode) == 0o600


@given(SECRETS)
def test_keys_are_read_newest_first(tmp_path_factory: pytest.TempPathFactory, secrets: tuple[bytes, ...]) -> None:
    path = write(
        tmp_path_factory.mktemp("keys") / "pennypress.keys", "\n".join(s.hex().upper() for s in secrets) + "\n\n"
    )
    assert load(path).secrets == secrets


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o666])
def test_a_file_open_to_others_is_refused_with_its_mend(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path / "pennypress.keys", "ab" * 32, mode)
    with pytest.raises(KeysError, match=r"other users .* run 'chmod 600 .*pennypress\.keys'"):
        load(path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the key file is empty"),
        ("\n \n", "the key file is empty"),
        ("ab" * 31, r"pennypress\.keys, line 1: this is no key"),
        (f"{'ab' * 32}\n{'xy' * 32}\n", r"pennypress\.keys, line 2: this is no key"),
        ("ké", "this is no key file"),
    ],
)
def test_a_bad_file_is_refused_with_its_place_and_mend(tmp_path: Path, text: str, sentence: str) -> None:
    path = write(tmp_path / "pennypress.keys", text)
    with pytest.raises(KeysError, match=sentence) as refusal:
        load(path)
    assert str(refusal.value).endswith(".")
    assert "ab" * 16 not in str(refusal.value)


def test_a_missing_file_and_a_folder_are_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="there is no key file"):
        load(tmp_path / "none.keys")
    with pytest.raises(KeysError, match="this is no file"):
        load(tmp_path)


def test_a_pipe_in_place_of_the_file_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(KeysError, match="this is no file"):
        load(tmp_path / "pipe")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="the key file cannot be made"):
        make(tmp_path / "nowhere" / "pennypress.keys")


def test_a_first_start_makes_the_keys_and_the_next_loads_them(tmp_path: Path) -> None:
    path = tmp_path / "pennypress.keys"
    first = keys_for_start(path, store_is_new=True)
    assert keys_for_start(path, store_is_new=False) == first
    assert keys_for_start(path, store_is_new=True) == first


def test_a_store_with_readers_and_no_keys_is_refused_and_no_keys_are_made(tmp_path: Path) -> None:
    path = tmp_path / "pennypress.keys"
    with pytest.raises(KeysError, match="the store holds readers"):
        keys_for_start(path, store_is_new=False)
    assert not path.exists()


def test_gateways_that_start_at_once_agree_on_the_keys(tmp_path: Path) -> None:
    path = tmp_path / "pennypress.keys"
    with ThreadPoolExecutor(8) as pool:
        starts = [pool.submit(keys_for_start, path, store_is_new=True) for _ in range(32)]
    assert {start.result() for start in starts} == {load(path)}


@given(SECRETS, st.text(), st.text())
def test_each_purpose_derives_its_own_keys_the_same_each_time(
    secrets: tuple[bytes, ...], purpose: str, other: str
) -> None:
    keys = Keys(secrets)
    assert keys.derive(purpose) == Keys(secrets).derive(purpose)
    assert len(keys.derive(purpose)) == len(secrets)
    assert set(keys.derive(purpose)).isdisjoint(secrets)
    if purpose != other:
        assert set(keys.derive(purpose)).isdisjoint(keys.derive(other))


def test_keys_do_not_show_in_a_traceback() -> None:
    assert repr(Keys((b"k" * 32,))) == "Keys()"


@pytest.mark.parametrize("secrets", [(), (b"short",)])
def test_keys_are_checked_when_built(secrets: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="at least one key"):
        Keys(secrets)
