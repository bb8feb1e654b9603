"""Where in the text of a TOML file each key, item and table stands."""

from __future__ import annotations

from pennypress.config.places import lines

DOCUMENT = '''# [meter]
title = "a # no comment" # a comment

[paper]
"quoted key" = 1
name = """
[meter]
limit = 3
"""
dotted.key.here = 'x = [1'
languages = [
  "en", # one
  # none

  ["x",
   "]"],
]
inline = { a = 1, b = [2,
  3] }

[[rules]]
access = "free"
[[rules]]
access = "metered"
[rules.more]
deep = 2026-12-01 06:00:00
[texts."en-GB".'x.y']
z = 1
'''


def test_every_key_item_and_table_has_its_line() -> None:
    found = lines(DOCUMENT)
    expected = {
        ("title",): 2,
        ("paper",): 4,
        ("paper", "quoted key"): 5,
        ("paper", "name"): 6,
        ("paper", "dotted", "key", "here"): 10,
        ("paper", "languages"): 11,
        ("paper", "languages", 0): 12,
        ("paper", "languages", 1): 15,
        ("paper", "languages", 1, 1): 16,
        ("paper", "inline", "a"): 18,
        ("paper", "inline", "b", 1): 19,
        ("rules",): 21,
        ("rules", 0, "access"): 22,
        ("rules", 1): 23,
        ("rules", 1, "access"): 24,
        ("rules", 1, "more", "deep"): 26,
        ("texts", "en-GB", "x.y", "z"): 28,
    }
    assert {path: found.get(path) for path in expected} == expected


def test_what_only_looks_like_a_key_has_none() -> None:
    assert ("meter",) not in lines(DOCUMENT)


def test_windows_line_ends_count_once() -> None:
    assert lines(DOCUMENT.replace("\n", "\r\n"))[("rules", 1)] == 23
