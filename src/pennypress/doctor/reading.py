"""One article, read as two readers who were never here would: at most two grants, of one article."""

from __future__ import annotations

from dataclasses import dataclass

from pennypress.core.decision import Reason
from pennypress.doctor.newest import Newest
from pennypress.doctor.outside import Outside, field_of, fields_of, leads_to, target_in, tried
from pennypress.http.answer import Answer
from pennypress.readers.pass_ import NAME, SECURE_NAME

READERS = 2
"""As so many readers an article is opened."""

_KEEPS_CACHING = (Reason.FREE, Reason.BRIEF)


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
    def private(self) -> bool:
        """Whether the meter's word is that nobody may keep the answer."""
        return bool(self.access) and self.reason not in _KEEPS_CACHING

    @property
    def granted(self) -> bool:
        """Whether the first answer was a grant, with which a pass is set."""
        return self.reason == Reason.GRANTED


async def read(outside: Outside, found: Newest) -> Reading | None:
    """Read the newest article that is granted to a new reader, else the newest; None where none answers."""
    whole: Reading | None = None
    for named in found.targets:
        path, first = await _followed(outside, named)
        if first is None or first.status != 200:
            continue
        reading = Reading(path, first, None, None)
        if reading.granted or cookie_of(first):
            return await _read_on(outside, reading)
        whole = whole or reading
    return whole


async def _followed(outside: Outside, path: str) -> tuple[str, Answer | None]:
    """The answer at a path, or where it leads on the same site (the same address with a slash, mostly)."""
    first = await tried(outside.get(path))
    address = None if first is None else leads_to(outside.home, first)
    if address is None or not address.startswith(f"{outside.home}/"):
        return path, first
    return target_in(address), await tried(outside.get(target_in(address)))


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
