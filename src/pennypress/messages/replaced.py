"""Texts that a paper puts in the place of ours: what each must keep, checked before the first reader comes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from babel.core import Locale

from pennypress.errors import Fault
from pennypress.messages.languages import locale_of
from pennypress.messages.wording import MESSAGES, Message, placeholders

Replacements = Mapping[str, Mapping[str, str]]
"""Language tag, then a message's name, or its name and plural form (``more-this-month.few``), then the text."""

_FIGURES = range(201)
_PLAIN = re.compile(r"\{[a-z]+\}|</?a>")


@dataclass(frozen=True, slots=True)
class _Key:
    """What a replaced text is for: a message, and, where the message counts, one of its plural forms."""

    message: Message
    form: str | None


def plural_forms(locale: Locale) -> tuple[str, ...]:
    """The plural forms of a language, in the order in which catalogues keep them."""
    order = ("zero", "one", "two", "few", "many", "other")
    return tuple(form for form in order if form in locale.plural_form.tags or form == "other")


def forms_without_figure(locale: Locale) -> frozenset[str]:
    """The plural forms that stand for one number alone, so that they may say it in words: the Arabic dual, say."""
    numbers: dict[str, int] = {}
    for figure in _FIGURES:
        form = locale.plural_form(figure)
        numbers[form] = numbers.get(form, 0) + 1
    return frozenset(form for form, count in numbers.items() if count == 1)


def check_replacements(replacements: Replacements, languages: tuple[str, ...]) -> tuple[Fault, ...]:
    """Every fault in replaced texts: unknown names, missing plural forms, placeholders or link marks."""
    return tuple(
        fault
        for language, texts in replacements.items()
        for fault in (
            _faults_of(language, texts)
            if language in languages
            else [_fault(language, "", "is no language of this paper", f"choose from {', '.join(languages)}")]
        )
    )


def _faults_of(language: str, texts: Mapping[str, str]) -> Iterator[Fault]:
    locale = locale_of(language)
    forms = plural_forms(locale)
    given: dict[str, list[str]] = {}
    for name, text in texts.items():
        key = _key(name)
        if key is None:
            near = get_close_matches(name.partition(".")[0], MESSAGES, n=1)
            mend = f'did you mean "{near[0]}"?' if near else "the page on messages lists the names"
            yield _fault(language, name, "is no text of ours", mend.rstrip("?"))
        elif key.message.one is not None and key.form not in forms:
            wanted = ", ".join(f'"{key.message.name}.{form}"' for form in forms)
            yield _fault(language, name, "is no plural form of a text that counts", f"give each of {wanted}")
        elif key.message.one is None and key.form is not None:
            yield _fault(language, name, "has no plural forms", f'write "{key.message.name}"')
        else:
            if key.form is not None:
                given.setdefault(key.message.name, []).append(key.form)
            yield from _faults_in(language, name, text, key, locale)
    for counted, present in given.items():
        if missing := [form for form in forms if form not in present]:
            wanted = ", ".join(f'"{counted}.{form}"' for form in missing)
            yield _fault(language, counted, "lacks plural forms that this language needs", f"add {wanted}")


def _faults_in(language: str, name: str, text: str, key: _Key, locale: Locale) -> Iterator[Fault]:
    wanted, have = key.message.placeholders, placeholders(text)
    may_lack = {"n"} if key.form in forms_without_figure(locale) else set()
    if missing := sorted(wanted - have - may_lack):
        yield _fault(language, name, f"lacks {_braced(missing)}", "put it where the value belongs")
    if unknown := sorted(have - wanted):
        yield _fault(language, name, f"holds {_braced(unknown)}, for which there is no value", "take it out")
    if not text.strip():
        yield _fault(language, name, "is empty", "write a text, or take the line out to have ours")
    marks = re.findall(r"</?a>", text)
    if key.message.link and marks != ["<a>", "</a>"]:
        yield _fault(language, name, "does not mark one link", "put <a> and </a> around the words that are the link")
    if not key.message.link and marks:
        yield _fault(language, name, "marks a link where there is none", "take <a> and </a> out")
    if re.search(r"[<>{}]", _PLAIN.sub("", text)):
        yield _fault(language, name, "holds markup or a stray brace", "write plain words, <a>…</a> and {…} alone")


def _key(name: str) -> _Key | None:
    base, dot, form = name.partition(".")
    message = MESSAGES.get(base)
    return None if message is None else _Key(message, form if dot else None)


def _braced(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _fault(language: str, name: str, wrong: str, mend: str) -> Fault:
    return Fault(f"[texts.{language}] {name}".rstrip(), wrong, mend)
