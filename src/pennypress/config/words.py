"""Texts and the words of a fault: what was found, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pennypress.config.setting import Raw, Unfit

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def text(raw: Raw) -> str:
    """A text that is not empty and stands on one line."""
    if not isinstance(raw.value, str):
        raise Unfit(f"is {found(raw.value)} where a text belongs", "write it between double quotes")
    if not raw.value.strip():
        raise Unfit("is empty", "write something between the quotes, or take the line away")
    if _CONTROL.search(raw.value):
        raise Unfit("holds a line break or another control character", "write it on one line")
    return raw.value.strip()


def found(value: object) -> str:
    """What a value is, in words, for a sentence that says what was found."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the text "{value}"' if len(value) <= 60 else f'the text "{value[:60]}..."'
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return f"the date or time {value}"


def listed(words: Iterable[str]) -> str:
    """Words in quotes with "or" before the last."""
    quoted = [f'"{word}"' for word in words]
    return " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def meant(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None."""
    from difflib import get_close_matches  # only where something is wrong

    by_fold = {candidate.casefold(): candidate for candidate in known}
    close = get_close_matches(word.casefold(), tuple(by_fold), n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None
