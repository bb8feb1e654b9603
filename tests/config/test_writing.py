"""What is written from the declarations: the file of ``init``, and the reference page."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from pennypress.config import read
from pennypress.config.askers import ASKERS
from pennypress.config.rules import RuleTable
from pennypress.config.sections import SECTIONS
from pennypress.config.setting import settings
from pennypress.config.writing import commented_file, reference_page, toml_value

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_in_the_docs_is_the_one_that_the_declarations_make() -> None:
    """Stale: run ``make docs``."""
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == reference_page()


@pytest.mark.parametrize("section", [*SECTIONS.values(), *ASKERS.values(), RuleTable])
def test_every_field_of_every_section_is_declared(section: type) -> None:
    assert list(settings(section)) == [field.name for field in fields(section)]


def test_every_setting_is_on_the_page() -> None:
    page = reference_page()
    for section in (*SECTIONS.values(), *ASKERS.values(), RuleTable):
        for name, setting in settings(section).items():
            assert f"| `{setting.key or name}` |" in page
            assert setting.help.endswith(".")


def test_every_example_and_default_is_valid(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    for section, kind in SECTIONS.items():
        for key, setting in settings(kind).items():
            read(f"[{section}]\n{key} = {toml_value(setting.example)}", tmp_path / "pennypress.toml")
    for name, setting in settings(RuleTable).items():
        beside = {"paths": '["/media/{article}/**"]'} if name == "part_of" else {"access": '"free"'}
        document = beside | {(setting.key or name): toml_value(setting.example)}
        read("[[rules]]\n" + "\n".join(f"{key} = {value}" for key, value in document.items()), tmp_path / "p.toml")


def test_the_commented_file_says_what_the_defaults_say(tmp_path: Path) -> None:
    path = tmp_path / "pennypress.toml"
    assert read(commented_file({}), path) == read("", path)


def test_the_commented_file_takes_values_whatever_they_hold(tmp_path: Path) -> None:
    name = 'The "Post" \\ Ünïcode – 日本'
    written = commented_file({"paper": {"name": name}, "meter": {"mode": "observe"}})
    config = read(written, tmp_path / "pennypress.toml")
    assert config.paper.name == name
    assert config.meter.mode.value == "observe"


def test_its_commented_lines_are_valid_once_the_sign_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    names = {setting.key or name for kind in SECTIONS.values() for name, setting in settings(kind).items()}
    names |= {"access", "[[rules]]", "[[crawlers]]", "user_agents", "zones", "[[partners]]", "ranges"}
    live = [
        line.removeprefix("# ") if line.removeprefix("# ").partition(" = ")[0] in names else line
        for line in commented_file({}).splitlines()
    ]
    config = read("\n".join(live), tmp_path / "pennypress.toml")
    assert config.meter.registered_limit == 10
    assert (len(config.rules), config.crawlers[0].zones) == (1, ("crawl.example.com",))
    assert (config.partners[0].name, config.partners[0].key) == ("The Agency", None)


@pytest.mark.parametrize("value", ['a"b\\c', "日本\u2028", 5, True, 0.5, ["a", ["b"]], date(2026, 12, 1), []])
def test_a_value_is_written_so_that_toml_reads_it_again(value: object) -> None:
    assert tomllib.loads(f"x = {toml_value(value)}") == {"x": value}
