"""The examination: every question in reading order, and what was found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pennypress.doctor import address, around, body, caching, cms, cookies, leading, scheme, styles
from pennypress.doctor.finding import Colour, Finding, unseen
from pennypress.doctor.outside import Outside
from pennypress.doctor.reflection import Known
from pennypress.doctor.visit import Unreached, Visit, visit


@dataclass(frozen=True, slots=True)
class Question:
    """A question: its name for programs, its words for people, and what answers it."""

    name: str
    words: str
    ask: Callable[[Visit], Awaitable[Finding]]


QUESTIONS = (
    Question("name", "Does the name lead to this gateway?", leading.leads_here),
    Question("round", "Can the site be reached round it?", around.is_reached_round),
    Question("cache", "Does a cache answer?", caching.answers_itself),
    Question("address", "Does the address that arrives look like yours?", address.is_yours),
    Question("cookies", "Do cookies come back?", cookies.come_back),
    Question("https", "Is https seen?", scheme.is_seen),
    Question("style", "Does the page let the style sheet in?", styles.are_let_in),
    Question("body", "Is the newest article's body found?", body.is_found),
    Question("cms", "Do the CMS's admin and search work?", cms.works),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with what was found."""

    question: Question
    finding: Finding


@dataclass(frozen=True, slots=True)
class Examination:
    """All answers in reading order; ``home`` is where the paper was found, ``asked`` how many requests it took, and
    ``article`` the one that was opened (None: none)."""

    home: str
    answers: tuple[Answered, ...]
    asked: int
    article: str | None

    @property
    def healthy(self) -> bool:
        """Whether nothing is red."""
        return all(answered.finding.colour is not Colour.RED for answered in self.answers)


async def examine(home: str, path: str | None, known: Known) -> Examination:
    """Ask everything of the paper at ``home`` (scheme and host); ``path`` is the article to read, the newest when
    None."""
    outside = Outside(home)
    try:
        seen = await visit(outside, known, path)
    except Unreached as unreached:
        return _unreached(outside, str(unreached))
    answers = tuple([Answered(question, await question.ask(seen)) for question in QUESTIONS])
    return Examination(outside.home, answers, outside.asked, seen.reading.path if seen.reading is not None else None)


def _unreached(outside: Outside, why: str) -> Examination:
    first, *others = QUESTIONS
    lost = Answered(first, Finding(Colour.RED, why))
    rest = (Answered(question, unseen("The address does not answer.")) for question in others)
    return Examination(outside.home, (lost, *rest), outside.asked, None)
