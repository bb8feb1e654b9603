"""The decision: who gets the article in full, who gets the preview, and why.

``decide`` answers at once where the meter has no say, and otherwise returns a Metered that names what to ask of the
meter; ``settle`` makes the meter's answer a Decision. Both depend on their arguments alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from pennypress.core.article import Access, Article
from pennypress.core.budget import Budget
from pennypress.core.entitlement import Entitlement, EntitlementKind, Lock, Opening
from pennypress.core.meter import GRANTING, Claim, Outcome, Spend
from pennypress.core.policy import Policy, Step
from pennypress.core.reader import Reader, ReaderKind
from pennypress.core.rights import Lapse


class Reason(StrEnum):
    """Why a decision is as it is; goes out as the header ``Pennypress-Reason``."""

    FREE = "free"
    BRIEF = "brief"
    OPENING = "opening"
    ENTITLED = "entitled"
    GRANTED = "granted"
    REPEATED = "repeated"
    USED_UP = "used-up"
    PREMIUM = "premium"
    NOT_SPENT = "not-spent"
    BUDGET = "budget"
    METER_UNKNOWN = "meter-unknown"
    OPEN_ON_FAILURE = "open-on-failure"


class State(StrEnum):
    """What the page tells its reader; exactly one is in a page, or none."""

    MORE = "more"
    LAST = "last"
    STAYS_OPEN = "stays-open"
    USED_UP = "used-up"
    PREMIUM = "premium"
    UNKNOWN = "unknown"
    OPENED = "opened"
    INSTITUTION = "institution"
    GIFT = "gift"
    BUDGET = "budget"


class Wall(StrEnum):
    """The walls, each for another reader: one whom registering would help, one to win, one to win back."""

    REGWALL = "regwall"
    PAYWALL = "paywall"
    LAPSED = "lapsed"


class Visit(NamedTuple):
    """One request for one article. ``spends`` is False for one that must not take a unit (HEAD, POST, a robot)."""

    article: Article
    reader: Reader
    now: datetime
    brief: bool = False
    spends: bool = True
    openings: tuple[Opening, ...] = ()
    locks: tuple[Lock, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a visit.

    ``state`` is None where the page says nothing. ``remaining``, ``limit`` and ``resets`` are set where the meter
    had a say; ``resets`` is when the meter resets (rolling: when the next article comes back), ``until`` when an
    opening closes or a repeated article's own unit comes back. ``more_when_registered`` is how many more articles
    registering would open now. ``lapse`` is what became of the reader's last right where none holds.
    """

    full: bool
    reason: Reason
    state: State | None = None
    limit: int | None = None
    remaining: int | None = None
    resets: datetime | None = None
    until: datetime | None = None
    rolling: bool = False
    more_when_registered: int = 0
    name: str = ""
    trace: tuple[Step, ...] = ()
    signed_in: bool = False
    lapse: Lapse | None = None

    @property
    def spent_now(self) -> bool:
        """Whether this visit took a unit."""
        return self.reason is Reason.GRANTED


class Metered(NamedTuple):
    """A visit on which the meter has the last word: what to claim, and whether it may be taken."""

    claim: Claim
    spends: bool
    policy: Policy
    article: Article
    reader: Reader
    trace: tuple[Step, ...]

    def within(self, budget: Budget) -> Metered:
        """The same, taken from an address's budget too."""
        return self._replace(claim=self.claim.within(budget))


def decide(policy: Policy, visit: Visit) -> Decision | Metered:
    """Decide without the meter where it has no say; else say what to ask of it."""
    access, steps = policy.access(visit.article, visit.now)
    locked = _lock_on(visit) if visit.locks else None
    if locked is not None:
        access, steps = Access.PREMIUM, (*steps, Step("lock", True, locked.why))
    if visit.brief and access is not Access.PREMIUM:
        return Decision(True, Reason.BRIEF, trace=(*steps, Step("brief", True, "short enough to be free")))
    if access is Access.FREE:
        return Decision(True, Reason.FREE, trace=steps)
    for right in visit.reader.entitlements:
        if right.holds(visit.now):
            return _entitled(right, visit.reader, (*steps, Step("entitlement", True, right.words)))
    steps = (*steps, Step("entitlement", False, _without_right(visit.reader)))
    openings = () if locked else visit.openings
    for opening in openings:
        if opening.opens(visit.article, visit.now):
            trace = (*steps, Step("opening", True, opening.why))
            return Decision(True, Reason.OPENING, State.OPENED, until=opening.until, trace=trace)
    if openings:
        steps = (*steps, Step("opening", False, "none opens this article"))
    if access is Access.PREMIUM:
        return _of_reader(Decision(False, Reason.PREMIUM, State.PREMIUM, trace=steps), visit.reader)
    limit = policy.limit_for(registered=visit.reader.kind is not ReaderKind.ANONYMOUS)
    claim = Claim(
        reader=visit.reader.id,
        article=visit.article.key,
        limit=limit,
        span=policy.window.span(visit.now),
        now=visit.now,
        title=visit.article.title,
    )
    return Metered(claim, visit.spends, policy, visit.article, visit.reader, steps)


def settle(metered: Metered, spend: Spend) -> Decision:
    """Make the meter's answer a decision."""
    claim, standing = metered.claim, spend.standing
    if spend.outcome is Outcome.BUDGET:
        step = Step("budget", False, "newcomers at this address have used up its budget")
        refused = Decision(False, Reason.BUDGET, State.BUDGET, trace=(*metered.trace, step))
        return _of_reader(refused, metered.reader)
    remaining, state, unit = standing.remaining(claim.limit), _state(spend, claim), standing.unit(claim.article)
    may_register = metered.reader.kind is ReaderKind.ANONYMOUS and not metered.reader.signed_in
    return Decision(
        full=spend.granted,
        reason=_REASONS[spend.outcome],
        state=state,
        limit=claim.limit,
        remaining=remaining,
        resets=standing.next_return(claim.span, claim.limit),
        until=claim.span.returns(unit.taken) if unit is not None and state is State.STAYS_OPEN else None,
        more_when_registered=standing.remaining(metered.policy.limit_for(registered=True))
        if may_register and remaining == 0
        else 0,
        rolling=claim.span.length is not None,
        signed_in=metered.reader.signed_in,
        lapse=metered.reader.lapse,
        trace=(*metered.trace, _meter_step(spend.outcome, remaining, claim.limit)),
    )


def unanswered(metered: Metered, now: datetime) -> Decision:
    """The decision when the meter could not be asked: the preview, or, where the policy opens new articles on a
    failure, the whole of one that is new enough. The archive never opens."""
    newer_than, published = metered.policy.open_newer_than, metered.article.published
    if newer_than is not None and published is not None and timedelta(0) <= now - published < newer_than:
        trace = (*metered.trace, Step("meter", False, "could not be asked; new enough to open"))
        return _of_reader(Decision(True, Reason.OPEN_ON_FAILURE, trace=trace), metered.reader)
    trace = (*metered.trace, Step("meter", False, "could not be asked"))
    return _of_reader(Decision(False, Reason.METER_UNKNOWN, State.UNKNOWN, trace=trace), metered.reader)


_REASONS = {
    Outcome.GRANTED: Reason.GRANTED,
    Outcome.REPEATED: Reason.REPEATED,
    Outcome.USED_UP: Reason.USED_UP,
    Outcome.NOT_SPENT: Reason.NOT_SPENT,
    Outcome.BUDGET: Reason.BUDGET,
}


def _state(spend: Spend, claim: Claim) -> State:
    if spend.standing.remaining(claim.limit) > 0:
        return State.MORE
    if not spend.granted:
        return State.USED_UP
    if spend.outcome is Outcome.GRANTED or spend.standing.was_last(claim.article, claim.limit):
        return State.LAST
    return State.STAYS_OPEN


@lru_cache(maxsize=1024)
def _meter_step(outcome: Outcome, left: int, limit: int) -> Step:
    return Step("meter", outcome in GRANTING, f"{outcome.value}, {left} of {limit} left")


def _lock_on(visit: Visit) -> Lock | None:
    return next((lock for lock in visit.locks if lock.locks(visit.article, visit.now)), None)


def _entitled(right: Entitlement, reader: Reader, trace: tuple[Step, ...]) -> Decision:
    state = {EntitlementKind.INSTITUTION: State.INSTITUTION, EntitlementKind.GIFT: State.GIFT}.get(right.kind)
    return Decision(
        True, Reason.ENTITLED, state, until=right.until, name=right.name, signed_in=reader.signed_in, trace=trace
    )


def _of_reader(decision: Decision, reader: Reader) -> Decision:
    if not reader.signed_in and reader.lapse is None:
        return decision
    return replace(decision, signed_in=reader.signed_in, lapse=reader.lapse)


def _without_right(reader: Reader) -> str:
    if reader.lapse is not None:
        return f"none holds; the last one: {reader.lapse.words}"
    return "none holds"
