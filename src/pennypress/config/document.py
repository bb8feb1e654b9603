"""From a TOML document to a configuration: every fault at once, each with its place and its mend."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pennypress.config.addresses import is_circle
from pennypress.config.askers import CrawlerTable, PartnerTable
from pennypress.config.places import KeyPath, lines
from pennypress.config.rules import RuleTable
from pennypress.config.sections import SECTIONS, Config
from pennypress.config.setting import Raw, Setting, Unfit, settings
from pennypress.config.words import found, listed, meant
from pennypress.core.part import PartRule
from pennypress.core.policy import Rule
from pennypress.core.target import PathPattern
from pennypress.errors import ConfigurationError, Fault

T = TypeVar("T")

_TABLES = (*SECTIONS, "rules", "texts", "crawlers", "partners")
_AT_LINE = re.compile(r"(.*) \(at line (\d+), column (\d+)\)")
_SYNTAX_MENDS = (
    ("Invalid value", 'put texts between double quotes, as in name = "The Morning Post"'),
    ("Cannot overwrite", "the key stands twice: take one of the two away"),
    ("Cannot declare", "the section stands twice: join the two under one heading"),
    ("Expected '='", "write a key, an equals sign and a value, or begin a comment with #"),
    ("Expected newline", "put each setting on a line of its own, and texts between double quotes"),
    ("Unescaped '\\'", "write each backslash twice, or put the text between single quotes"),
    ("Illegal character", "close the quotes on the line on which they open"),
    ("Unterminated string", "close the quotes"),
    ("Unclosed array", "close the square bracket of the list"),
)
_OTHER_SYNTAX_MEND = "see https://toml.io for how such a file is written"


def load(path: Path) -> Config:
    """Read a configuration file. Raises ConfigurationError with every fault; nothing of a faulty file is used."""
    return read(_contents(path), path)


def read(document: str, path: Path) -> Config:
    """Read the text of a configuration that stands, or is going to stand, at ``path``."""
    try:
        tables = tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError((_syntax_fault(str(error), document, path),)) from None
    except RecursionError:
        fault = Fault(str(path), "the file nests lists or tables too deeply to be read", "take the nesting away")
        raise ConfigurationError((fault,)) from None
    assembly = _Assembly(path.absolute().parent)
    config = assembly.config(tables)
    if config is None:
        stands = lines(document)
        found_at = sorted(((_line(stands, fault.at), fault) for fault in assembly.faults), key=lambda pair: pair[0])
        raise ConfigurationError(
            tuple(Fault(f"{path}:{line}", f"{_name(fault.at)}{fault.wrong}", fault.mend) for line, fault in found_at)
        )
    return config


def build(base: Path, **tables: object) -> Config:
    """A configuration from values instead of a file, through the same checks: ``build(base, meter={"limit": 3})``.

    Raises ConfigurationError, whose places are keys.
    """
    assembly = _Assembly(base.absolute())
    config = assembly.config(tables)
    if config is None:
        raise ConfigurationError(
            tuple(
                Fault(".".join(map(str, fault.at)), f"{_name(fault.at)}{fault.wrong}", fault.mend)
                for fault in assembly.faults
            )
        )
    return config


class _Assembly:
    """One reading of a document's tables: gathers faults, and the sections as long as they have none."""

    def __init__(self, base: Path) -> None:
        self.faults: list[Unfit] = []
        self._base = base

    def config(self, tables: Mapping[str, object]) -> Config | None:
        """The configuration; None when there are faults."""
        self._unknown(tables, _TABLES, at=())
        sections: dict[str, Any] = {
            name: self._section(kind, tables.get(name, {}), at=(name,)) for name, kind in SECTIONS.items()
        }
        zone = sections["paper"].get("timezone") or ZoneInfo("UTC")
        rules, parts = self._rules(tables.get("rules", []), zone, sections["articles"].get("paths", ()))
        texts = self._texts(tables.get("texts", {}), sections["paper"].get("languages", ()))
        crawlers = self._askers(CrawlerTable, "crawlers", tables.get("crawlers", []))
        partners = self._askers(PartnerTable, "partners", tables.get("partners", []))
        self._placed(partners)
        self._together(sections)
        if self.faults:
            return None
        built: dict[str, Any] = {name: kind(**sections[name]) for name, kind in SECTIONS.items()}
        built["meter"] = replace(built["meter"], window=replace(built["meter"].window, zone=zone))
        return Config(
            base=self._base, rules=rules, parts=parts, texts=texts, crawlers=crawlers, partners=partners, **built
        )

    def _section(self, kind: type, table: object, *, at: KeyPath) -> dict[str, Any]:
        """The values of a section by the names of its fields; those at fault are left out."""
        if not isinstance(table, Mapping):
            self._fault(f"is {found(table)} where a section belongs", f"write [{at[0]}] on a line of its own", at)
            return {}
        declared = settings(kind)
        self._unknown(table, tuple(setting.key or name for name, setting in declared.items()), at=at)
        values: dict[str, Any] = {}
        for name, setting in declared.items():
            key = setting.key or name
            if key in table:
                self._value(values, name, setting, table[key], (*at, key))
            elif setting.default is not None:
                self._value(values, name, setting, setting.default, (*at, key))
            elif setting.same_as:
                if setting.same_as in values:
                    values[name] = values[setting.same_as]
            elif setting.required:
                self._fault(f'has no "{key}"', f"add a line such as {key} = {_quoted(setting.example)}", at)
            else:
                values[name] = None
        return values

    def _value(self, values: dict[str, Any], name: str, setting: Setting, value: object, at: KeyPath) -> None:
        try:
            values[name] = setting.read(Raw(value, self._base))
        except* Unfit as group:
            self.faults.extend(Unfit(fault.wrong, fault.mend, (*at, *fault.at)) for fault in _leaves(group))

    def _askers(self, kind: type[T], name: str, tables: object) -> tuple[T, ...]:
        if not isinstance(tables, list):
            self._fault(f"is {found(tables)} where [[{name}]] belongs", f"write [[{name}]] above each", (name,))
            return ()
        made: list[T] = []
        for place, table in enumerate(tables):
            before = len(self.faults)
            values = self._section(kind, table, at=(name, place))
            if len(self.faults) == before:
                made.append(kind(**values))
        return tuple(made)

    def _placed(self, partners: tuple[PartnerTable, ...]) -> None:
        for place, partner in enumerate(partners):
            if partner.ranges is None and partner.key is None:
                wrong = f'"{partner.name}" has neither ranges nor a key, so nobody is this partner'
                self._fault(wrong, "say where they ask from, or make them a secret address", ("partners", place))

    def _rules(
        self, tables: object, zone: ZoneInfo, articles: tuple[PathPattern, ...]
    ) -> tuple[tuple[Rule, ...], tuple[PartRule, ...]]:
        """The rules about articles, and those about what is part of one."""
        if not isinstance(tables, list):
            self._fault(f"is {found(tables)} where [[rules]] belongs", "write [[rules]] above each rule", ("rules",))
            return (), ()
        rules: list[Rule] = []
        parts: list[PartRule] = []
        for place, table in enumerate(tables):
            before = len(self.faults)
            values = self._section(RuleTable, table, at=("rules", place))
            if len(self.faults) > before:
                continue
            stated = RuleTable(**values)
            if stated.part_of is not None:
                try:
                    parts.append(stated.part_rule(articles))
                except Unfit as fault:
                    self._fault(fault.wrong, fault.mend, ("rules", place, *fault.at))
            elif stated.access is None:
                self._fault('has no "access"', 'add a line such as access = "free"', ("rules", place))
            else:
                rules.append(stated.rule(zone, place + 1))
                self._spans_time(rules[-1], ("rules", place))
        return tuple(rules), tuple(parts)

    def _spans_time(self, rule: Rule, at: KeyPath) -> None:
        if rule.start is not None and rule.until is not None and rule.start >= rule.until:
            self._fault("is never in force: it ends before it begins", "put a later moment", (*at, "until"))
        if rule.newer_than is not None and rule.older_than is not None and rule.older_than >= rule.newer_than:
            wrong = "matches no article: none is both that new and that old"
            self._fault(wrong, "put an older_than below newer_than", (*at, "older_than"))

    def _texts(self, tables: object, languages: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
        if not isinstance(tables, Mapping):
            self._fault(f"is {found(tables)} where [texts.en] belongs", "write [texts.en] above the texts", ("texts",))
            return {}
        texts = {
            language: self._texts_of(language, table)
            for language, table in tables.items()
            if self._is_table(table, ("texts", language))
        }
        if texts and languages:
            from pennypress.messages.replaced import check_replacements  # it needs Babel, which most starts do not

            for fault in check_replacements(texts, languages):
                language, _, name = fault.place.removeprefix("[texts.").partition("]")
                at = ("texts", language, *name.strip().split(".")) if name else ("texts", language)
                self._fault(fault.wrong, fault.mend, at)
        return texts

    def _is_table(self, table: object, at: KeyPath) -> bool:
        if not isinstance(table, Mapping):
            self._fault(f"is {found(table)} where texts belong", f"write [{'.'.join(map(str, at))}]", at)
        return isinstance(table, Mapping)

    def _texts_of(self, language: str, table: Mapping[str, object]) -> Mapping[str, str]:
        """The texts by name; those of a text that counts by its name and plural form, however TOML nests them."""
        texts: dict[str, str] = {}
        for name, value in table.items():
            forms = value.items() if isinstance(value, Mapping) else ((None, value),)
            for form, text in forms:
                key = f"{name}.{form}" if form else name
                if isinstance(text, str):
                    texts[key] = text
                else:
                    at = ("texts", language, name, form) if form else ("texts", language, name)
                    self._fault(f"is {found(text)} where a text belongs", "write it between double quotes", at)
        return texts

    def _together(self, sections: Mapping[str, Mapping[str, Any]]) -> None:
        """The faults that lie between settings, each of which is right by itself."""
        self._when(
            (sections["meter"], "limit", "registered_limit"),
            lambda limit, registered: registered < limit,
            lambda limit, registered: f"is {registered}, below the limit of {limit}",
            "signing in must not cost a reader articles: write the limit or more",
            ("meter", "registered_limit"),
        )
        self._when(
            (sections["gateway"], "listen", "upstream"),
            is_circle,
            lambda listen, upstream: f'is "{upstream}", where the gateway itself listens',
            "name the address of the site that stands behind it",
            ("gateway", "upstream"),
        )
        self._when(
            ({**sections["store"], **sections["gateway"]}, "meters", "workers"),
            lambda meters, workers: meters == "memory:" and workers > 1,
            lambda meters, workers: f'is "{meters}", which {workers} workers cannot share',
            'write "sqlite:pennypress.db", or workers = 1',
            ("store", "meters"),
        )
        self._when(
            ({**sections["store"], **sections["office"]}, "meters", "enabled"),
            lambda meters, enabled: meters == "memory:" and enabled,
            lambda meters, enabled: f'is "{meters}", where the office cannot reach it',
            'write "sqlite:pennypress.db"',
            ("store", "meters"),
        )
        self._when(
            ({**sections["office"], **sections["stripe"]}, "demo_till", "key"),
            lambda demo_till, key: bool(demo_till and key),
            lambda demo_till, key: "is true beside a key of Stripe: readers could read without paying",
            "take demo_till out, or the key under [stripe]",
            ("office", "demo_till"),
        )

    def _when(
        self,
        pair: tuple[Mapping[str, Any], str, str],
        at_odds: Callable[[Any, Any], bool],
        wrong: Callable[[Any, Any], str],
        mend: str,
        at: KeyPath,
    ) -> None:
        values, one, other = pair
        if one in values and other in values and at_odds(values[one], values[other]):
            self._fault(wrong(values[one], values[other]), mend, at)

    def _unknown(self, table: Mapping[str, object], known: tuple[str, ...], *, at: KeyPath) -> None:
        for key in table:
            if key not in known:
                self._fault(*_unknown_words(key, known, at), (*at, key))

    def _fault(self, wrong: str, mend: str, at: KeyPath) -> None:
        self.faults.append(Unfit(wrong, mend, at))


def _contents(path: Path) -> str:
    try:
        contents = path.read_bytes()
    except FileNotFoundError:
        raise _whole_file(path, "there is no such file", "make one with: pennypress init") from None
    except IsADirectoryError:
        raise _whole_file(path, "this is a folder", "name the file in it") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise _whole_file(path, f"the file cannot be read ({reason})", "let this user read it") from None
    try:
        return contents.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = contents.count(b"\n", 0, error.start) + 1
        fault = Fault(f"{path}:{line}", "a character is not UTF-8", "save the file as UTF-8 in your editor")
        raise ConfigurationError((fault,)) from None


def _whole_file(path: Path, wrong: str, mend: str) -> ConfigurationError:
    return ConfigurationError((Fault(str(path), wrong, mend),))


def _syntax_fault(message: str, document: str, path: Path) -> Fault:
    """What tomllib says, with the line set apart and a mend."""
    at_line = _AT_LINE.fullmatch(message)
    said = at_line[1] if at_line else message.removesuffix(" (at end of document)")
    line = int(at_line[2]) if at_line else len(document.splitlines()) or 1
    mend = next((mend for beginning, mend in _SYNTAX_MENDS if said.startswith(beginning)), _OTHER_SYNTAX_MEND)
    return Fault(f"{path}:{line}", f"this is not TOML: {said[:1].lower()}{said[1:]}", mend)


def _line(stands: Mapping[KeyPath, int], at: KeyPath) -> int:
    """The line of the nearest part of the way that stands in the file; 1 where none does."""
    return next((stands[at[:length]] for length in range(len(at), 0, -1) if at[:length] in stands), 1)


def _name(at: KeyPath) -> str:
    """The subject of a fault's sentence: the key, or what it is that has no key of its own."""
    keys = [part for part in at if isinstance(part, str)]
    if len(at) == 2 and at[0] == "rules":
        return f"rule {int(at[1]) + 1} "
    return f"{keys[-1]} " if keys else ""


def _unknown_words(key: str, known: tuple[str, ...], at: KeyPath) -> tuple[str, str]:
    """What is wrong with a key that nobody knows here, and what was probably meant."""
    what = "is no section" if not at else f"is no setting of [{at[0]}]" if at[0] != "rules" else "is no part of a rule"
    homes = [
        name
        for name, kind in SECTIONS.items()
        for field_name, setting in settings(kind).items()
        if key == (setting.key or field_name)
    ]
    if homes:
        return what, f"put it under [{homes[0]}]"
    probable = meant(key, known)
    return what, f'did you mean "{probable}"?' if probable else f"take it away, or write {listed(known)}"


def _quoted(example: object) -> str:
    """An example of a setting that must be there, as TOML writes it: a text, or a list of texts."""
    return json.dumps(example, ensure_ascii=False)


def _leaves(group: BaseExceptionGroup[Unfit]) -> list[Unfit]:
    leaves: list[Unfit] = []
    for member in group.exceptions:
        leaves.extend(_leaves(member) if isinstance(member, BaseExceptionGroup) else [member])
    return leaves
