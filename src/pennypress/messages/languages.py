"""Languages: which have a catalogue, which one a reader gets, and how dates are written in it."""

from __future__ import annotations

from functools import lru_cache

from babel.core import Locale, UnknownLocaleError

OFFERED: tuple[str, ...] = (
    *("en", "cy", "fr", "de", "es", "pt", "it", "nl", "pl"),
    *("ru", "uk", "ar", "he", "hi", "ja", "zh-Hans", "tr", "sv"),
)
"""The languages with a catalogue, as language tags."""

_TRADITIONAL_REGIONS = frozenset({"tw", "hk", "mo"})
_LONGEST_HEADER = 256


def catalogue_of(tag: str) -> str | None:
    """The offered language whose catalogue a tag such as ``en-GB`` or ``pt-BR`` uses; None when there is none."""
    wanted = _subtags(tag)
    for offered in OFFERED:
        have = offered.lower().split("-")
        if wanted[: len(have)] == have:
            return offered
    return None


def locale_of(tag: str) -> Locale:
    """Babel's locale for a language tag; where it does not know all of the tag, that of its beginning.

    Raises UnknownLocaleError for a tag of which it knows nothing.
    """
    subtags = _subtags(tag)
    while len(subtags) > 1:
        try:
            return Locale.parse("-".join(subtags), sep="-")
        except (UnknownLocaleError, ValueError):
            subtags.pop()
    return Locale.parse(subtags[0])


def negotiate(accept_language: str | None, languages: tuple[str, ...]) -> str:
    """The one of ``languages`` that a reader's Accept-Language asks for; the first where it asks for none of them.

    It is the lookup of RFC 4647, section 3.4, but that ``en`` also finds ``en-GB``.
    """
    if not accept_language or len(languages) == 1:
        return languages[0]
    return _negotiated(accept_language[:_LONGEST_HEADER], languages)


@lru_cache(maxsize=1024)
def _negotiated(header: str, languages: tuple[str, ...]) -> str:
    ranges = _ranges(header)
    refused = {name for name, quality in ranges if quality == 0}
    offered = [(language, _subtags(language)) for language in languages if language.lower() not in refused]
    for name, quality in ranges:
        if quality == 0:
            continue
        if name == "*":
            return offered[0][0] if offered else languages[0]
        wanted = _subtags(name)
        for length in range(len(wanted), 0, -1):
            if found := _found(wanted[:length], wanted, offered):
                return found
    return languages[0]


def _found(prefix: list[str], wanted: list[str], offered: list[tuple[str, list[str]]]) -> str | None:
    """The language that is exactly this prefix, else the first that goes on from it in the script asked for."""
    for language, subtags in offered:
        if subtags == prefix:
            return language
    for language, subtags in offered:
        if subtags[: len(prefix)] == prefix and _script(subtags) == _script(wanted):
            return language
    return None


def _ranges(header: str) -> list[tuple[str, float]]:
    """The language ranges of a header with their qualities, the most wanted first."""
    ranges = []
    for part in header.split(","):
        name, _, parameter = part.partition(";")
        name = name.strip().lower()
        if name:
            ranges.append((name, _quality(parameter)))
    return sorted(ranges, key=lambda pair: -pair[1])


def _quality(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0.0 <= quality <= 1.0 else 0.0


def _subtags(tag: str) -> list[str]:
    """A tag's subtags in lower case; Chinese always with its script, which its region tells where the tag does not."""
    subtags = tag.replace("_", "-").lower().split("-")
    if subtags[0] == "zh" and not _script(subtags):
        script = "hant" if _TRADITIONAL_REGIONS.intersection(subtags) else "hans"
        subtags.insert(1, script)
    return subtags


def _script(subtags: list[str]) -> str:
    return next((subtag for subtag in subtags[1:] if len(subtag) == 4 and subtag.isalpha()), "")
