"""References of six characters, by which a transfer is matched to its subscription.

The last character checks the others: the sum of their places, weighted by 1 to 6, is a multiple of 19. As 19 is
prime and larger than every weight, no wrong character and no two that are swapped give another reference.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

from pennypress.office.models import Order, Subscription

ALPHABET = "3479CDFHJKMNPQRTWXY"
"""Nineteen characters of which no two are misread or misheard for each other, without vowels."""

LENGTH = 6
_PRIME = len(ALPHABET)
_NOT_OURS = re.compile(rf"[^{ALPHABET}]")


def new_reference() -> str:
    """A reference that nobody has."""
    while True:
        drawn = [secrets.randbelow(_PRIME) for _ in range(LENGTH - 1)]
        reference = _text([*drawn, _check(drawn)])
        taken = Subscription.objects.filter(reference=reference).exists()
        if not taken and not Order.objects.filter(session=reference).exists():
            return reference


def is_reference(text: str) -> bool:
    """Whether these six characters check."""
    if len(text) != LENGTH or _NOT_OURS.search(text):
        return False
    return sum(weight * ALPHABET.index(letter) for weight, letter in enumerate(text, 1)) % _PRIME == 0


def references_in(text: str) -> tuple[str, ...]:
    """The references in what somebody wrote or a bank passed on, in any case and with whatever stands between.

    Words that stand apart are looked at first; then the text as a whole, since banks break lines where they like.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    words = [_NOT_OURS.sub("", word) for word in re.split(r"[^0-9A-Z]+", plain) if word]
    apart = [word for word in words if is_reference(word)]
    joined = "".join(words)
    runs = [joined[at : at + LENGTH] for at in range(len(joined) - LENGTH + 1)]
    return tuple(dict.fromkeys(apart or [run for run in runs if is_reference(run)]))


def written_references(text: str) -> tuple[str, ...]:
    """The references that stand in a text by themselves, or broken in two or three where nothing else is in the word.

    Unlike ``references_in`` it finds none by chance where letters of other words meet.
    """
    words = re.split(r"[^0-9A-Z]+", unicodedata.normalize("NFKC", text).upper())
    parts = ("".join(words[at : at + count]) for count in (1, 2, 3) for at in range(len(words) - count + 1))
    return tuple(dict.fromkeys(filter(is_reference, parts)))


def _check(drawn: list[int]) -> int:
    """The place that makes the weighted sum a multiple: what is missing, divided by the last weight."""
    missing = -sum(weight * place for weight, place in enumerate(drawn, 1))
    return missing * pow(LENGTH, -1, _PRIME) % _PRIME


def _text(places: list[int]) -> str:
    return "".join(ALPHABET[place] for place in places)
