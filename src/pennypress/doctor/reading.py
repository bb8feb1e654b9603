"""One article, read as two readers who were never here would: at most two grants, of one article."""

from __future__ import annotations

from dataclasses import dataclass

from pennypress.doctor.newest import Newest
from pennypress.doctor.outside import Outside, field_of, fields_of, tried
from pennypress.http.answer import Answer
from pennypress.readers.pass_ import NAME, SECURE_NAME

READERS = 2
"""As so many readers an article is opened."""

_NO_ARTICLE_SPENT = frozenset(("free", "brief", "opening"))


@dataclass(frozen=True, slots=True)
class Reading:
    """An article's answers: to a reader who was never here, to the same one with the cookie that was set (None where
    none was), and to another."""

    path: str
    first: Answer
    again: Answer | None
    other: Answer | None

    @property
    def access(self) -> str:
        """What the first answer says of access; empty where it says nothing."""
        return field_of(self.first, "pennypress-access")

    @property
    def reason(self) -> str:
        """Why; empty where it says nothing."""
        return field_of(self.first, "pennypress-reason")

    @property
    def metered(self) -> bool:
        """Whether it is an article that the meter counts, or would."""
        return bool(self.access) and self.reason not in _NO_ARTICLE_SPENT


async def read(outside: Outside, found: Newest) -> Reading | None:
    """Read the newest article that is metered, else the newest; None where there is none that answers."""
    whole: Reading | None = None
    for path in found.targets:
        first = await tried(outside.get(path))
        if first is None or first.status != 200:
            continue
        reading = Reading(path, first, None, None)
        if reading.metered or cookie_of(first):
            return await _read_on(outside, reading)
        whole = whole or reading
    return whole


async def _read_on(outside: Outside, reading: Reading) -> Reading:
    cookie = cookie_of(reading.first)
    again = await tried(outside.get(reading.path, cookie=cookie)) if cookie else None
    return Reading(reading.path, reading.first, again, await tried(outside.get(reading.path)))


def cookie_of(answer: Answer) -> str:
    """The pass that an answer sets, as a Cookie field bears it; empty where it sets none."""
    return set_cookie_of(answer).partition(";")[0].strip()


def set_cookie_of(answer: Answer) -> str:
    """The whole field by which an answer sets a pass; empty where it sets none."""
    names = (f"{NAME}=", f"{SECURE_NAME}=")
    return next((field for field in fields_of(answer, "set-cookie") if field.startswith(names)), "")
