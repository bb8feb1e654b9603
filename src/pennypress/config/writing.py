"""Writing configurations down, from the declarations: the commented file of ``init``, and the reference page."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date

from pennypress.config.askers import ASKERS
from pennypress.config.rules import RuleTable
from pennypress.config.sections import SECTIONS
from pennypress.config.setting import Setting, settings

Values = Mapping[str, Mapping[str, object]]
"""Section, then key, then value as TOML would give it."""

_WIDTH = 100
_KNOWN_BY = {"crawlers": "zones", "partners": "ranges"}
"""The setting beside the required ones that an example of each table shows."""
_RULES_SENTENCE = "The first rule that matches an article decides; no match: metered."
_TEXTS_SENTENCE = (
    "Texts of your own in the place of ours, by language and name; the page on messages lists the names and what each "
    "must hold."
)


def commented_file(values: Values) -> str:
    """A whole configuration file: each setting with its help above it, its value from ``values`` or its default.

    Settings that have neither stand there as comments.
    """
    parts = [
        "# Pennypress. Every setting is explained in docs/configuration.md; after a change run: pennypress check\n"
    ]
    for section, kind in SECTIONS.items():
        parts.append(f"\n[{section}]\n")
        for key, setting in _keyed(kind):
            parts.append(_comment(setting.help))
            parts.append(_line(key, setting, values.get(section, {})))
        if section == "articles":
            parts.append("".join(_rules_as_comment()))
    parts += [_asker_as_comment(table, kind) for table, kind in ASKERS.items()]
    return "".join(parts)


def reference_page() -> str:
    """The page that documents every setting, in Markdown."""
    parts = [
        "# Configuration: `pennypress.toml`\n\n",
        "Made from the declarations in `src/pennypress/config/` by `make docs`; a test fails when it is stale.\n\n",
        "Paths are relative to the file. An unknown key is a fault. `pennypress check` names every fault at once, with "
        "its line and how to mend it; `pennypress init` writes a commented file. Running workers take up a changed "
        "file on SIGHUP; a faulty one is refused, and the old one goes on.\n",
    ]
    for section, kind in SECTIONS.items():
        parts.append(f"\n## `[{section}]`\n\n{_first_sentence(kind)}\n\n{_table(kind)}")
        if section == "articles":
            parts.append(f"\n## `[[rules]]`\n\n{_RULES_SENTENCE} A rule that states no condition matches every ")
            parts.append("article; an article without a publication date has no age, so neither `newer_than` nor ")
            parts.append(f"`older_than` matches it.\n\n{_table(RuleTable)}")
    for table, kind in ASKERS.items():
        parts.append(f"\n## `[[{table}]]`\n\n{_first_sentence(kind)} The page on [crawlers](crawlers.md) says more.")
        parts.append(f"\n\n{_table(kind)}")
    parts.append(
        f'\n## `[texts.en]`\n\n{_TEXTS_SENTENCE}\n\n```toml\n[texts.en-GB]\npremium = "For subscribers"\n```\n'
    )
    parts.append(_ways_to_write())
    return "".join(parts)


def toml_value(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # without control characters, JSON's strings are TOML's
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml_value(held)}" for key, held in value.items()) + " }"
    return value.isoformat() if isinstance(value, date) else str(value)


def _keyed(kind: type) -> Iterator[tuple[str, Setting]]:
    for name, setting in settings(kind).items():
        yield setting.key or name, setting


def _line(key: str, setting: Setting, values: Mapping[str, object]) -> str:
    value = values.get(key, setting.default)
    if value is None:
        return f"# {key} = {toml_value(setting.example)}\n"
    return f"{key} = {toml_value(value)}\n"


def _comment(sentence: str) -> str:
    return "".join(f"# {line}\n" for line in textwrap.wrap(sentence, _WIDTH - 2, break_on_hyphens=False))


def _rules_as_comment() -> Iterator[str]:
    yield "\n" + _comment(_RULES_SENTENCE)
    yield "# [[rules]]\n"
    for key, setting in _keyed(RuleTable):
        if key in ("access", "paths"):
            yield f"# {key} = {toml_value(setting.example)}\n"
    others = ", ".join(key for key, _ in _keyed(RuleTable) if key not in ("access", "paths"))
    yield f"# also: {others}\n"


def _asker_as_comment(table: str, kind: type) -> str:
    shown = [(key, setting) for key, setting in _keyed(kind) if setting.required or key == _KNOWN_BY[table]]
    lines = "".join(f"# {key} = {toml_value(setting.example)}\n" for key, setting in shown)
    others = ", ".join(key for key, setting in _keyed(kind) if (key, setting) not in shown)
    return f"\n{_comment(_first_sentence(kind))}# [[{table}]]\n{lines}# also: {others}\n"


def _first_sentence(kind: type) -> str:
    return (kind.__doc__ or "").partition("\n\n")[0]


def _table(kind: type) -> str:
    rows = ["| key | what | absent | example | |\n", "|---|---|---|---|---|\n"]
    for key, setting in _keyed(kind):
        absent = "a fault" if setting.required else setting.absent or f"`{toml_value(setting.default)}`"
        example = f"`{toml_value(setting.example)}`"
        rows.append(f"| `{key}` | {setting.kind} | {absent} | {example} | {_cell(setting.help)} |\n")
    return "".join(rows)


def _cell(sentence: str) -> str:
    return sentence.replace("|", "\\|").replace("**", "\\*\\*").replace(" * ", " \\* ")


def _ways_to_write() -> str:
    return (
        "\n## How values are written\n\n"
        '- A stretch of time is a number and a unit: `"30 seconds"`, `"6 hours"`, `"2 days"`, `"1 week"`; `"6h"` is '
        "the same as the second.\n"
        '- A size is a number and a unit: `"500 kB"`, `"64 MB"`, `"1 GB"`, where 1 kB is 1,000 bytes; or `0`.\n'
        "- A date is a TOML date (`2026-12-01`, its first moment) or date and time (`2026-12-01T06:00:00`) in the "
        "paper's zone, or one with an offset (`2026-12-01T06:00:00Z`).\n"
        "- A pattern of paths begins with a slash. `*` is one segment, or a part of one; `**` is any number of "
        "segments. Case, a trailing slash and percent-encoding make no difference.\n"
    )
