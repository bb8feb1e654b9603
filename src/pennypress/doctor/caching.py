"""Does a cache answer in the gateway's place?"""

from __future__ import annotations

from pennypress.doctor.finding import Finding, green, red, unseen
from pennypress.doctor.fronts import NO_CACHE, NO_EXPIRES
from pennypress.doctor.outside import field_of
from pennypress.doctor.reading import Reading, cookie_of
from pennypress.doctor.visit import Visit
from pennypress.http.answer import Answer

_MARKS = ("cf-cache-status", "x-cache", "x-cache-status", "x-proxy-cache", "x-varnish-cache", "x-drupal-cache", "age")
_ARTICLES = "Until it is mended, one reader gets another's page, and the meter counts nothing."


async def answers_itself(visit: Visit) -> Finding:
    """No cache in front keeps what is one reader's own: asked twice, two answers; and our word on it arrives."""
    fronts, reading = visit.fronts, visit.reading
    if visit.plain is not None and visit.twice is not None and visit.plain.answer == visit.twice.answer:
        return red(
            f"{fronts.name} gave the same answer twice though it says no-store: it keeps what nobody may keep. "
            + _ARTICLES,
            *fronts.keep_nothing(NO_CACHE),
        )
    if reading is None:
        return unseen("No article was found to ask for twice.")
    pass_, other = cookie_of(reading.first), cookie_of(reading.other) if reading.other is not None else ""
    if pass_ and pass_ == other:
        return red(
            f"Two readers who were never here got the same pass with {reading.path}: {fronts.name} answers with a page "
            f"that it kept. {_ARTICLES}",
            *fronts.keep_nothing(NO_CACHE),
        )
    hit = _hit(reading)
    if hit and reading.private:
        return red(f"{reading.path} came out of a cache ({hit}). {_ARTICLES}", *fronts.keep_nothing(NO_CACHE))
    return _by_our_word(visit, reading)


def _by_our_word(visit: Visit, reading: Reading) -> Finding:
    """Whether what we say on caching arrives as we said it."""
    if not (reading.private or cookie_of(reading.first)):
        return unseen(
            f"{reading.path} came without the meter's word, and such pages keep the site's own caching: "
            "nothing tells a cache in front from one behind."
        )
    said = field_of(reading.first, "cache-control")
    if "no-store" not in said.lower():
        return red(
            f'{reading.path} says "private, no-store" when it leaves Pennypress, and "{said}" when it arrives: a cache '
            "on the way may keep it.",
            *visit.fronts.keep_nothing(NO_EXPIRES),
        )
    marks = _marks(reading.first)
    cache = f" A cache stands there ({marks}), and kept nothing." if marks else ""
    return green(f"Two readers got two answers, and no-store arrives.{cache}")


def _hit(reading: Reading) -> str:
    """The mark by which a cache says that it answered itself; empty where none does."""
    answers = [answer for answer in (reading.first, reading.again, reading.other) if answer is not None]
    for answer in answers:
        for name in _MARKS:
            value = field_of(answer, name)
            old = name == "age" and value.isdigit() and int(value) > 0
            if old or (name != "age" and "hit" in value.lower().replace(",", " ").split()):
                return f"{name}: {value}"
    return ""


def _marks(answer: Answer) -> str:
    said = ((name, field_of(answer, name)) for name in _MARKS)
    return ", ".join(f"{name}: {value}" for name, value in said if value)
