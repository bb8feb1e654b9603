"""The imperative shell around the core: gather the facts, decide, spend, settle, record.

It alone reads the clock for a decision and chooses what happens when the meter does not answer.
"""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from pennypress.core.article import Article
from pennypress.core.budget import Budget
from pennypress.core.decision import Decision, Metered, Reason, Visit, decide, settle, unanswered
from pennypress.core.entitlement import Entitlement
from pennypress.core.meter import Outcome, ReaderId, Spend, Standing
from pennypress.core.policy import Mode, Policy
from pennypress.core.reader import Reader, ReaderKind
from pennypress.core.rights import Rights
from pennypress.errors import StoreUnavailable
from pennypress.readers.budgets import Budgets
from pennypress.readers.held_rights import HeldRights
from pennypress.store import Controls, Store

Clock = Callable[[], datetime]

_CLAIMS_KNOWN = 4096
_log = logging.getLogger("pennypress")


def utc_now() -> datetime:
    """The clock of the shell: now, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Budgeting:
    """The address budget: what each address may do, and whether anybody is refused for it."""

    budgets: Budgets
    enforced: bool


class Request(NamedTuple):
    """What the gate is asked: an article, who asks for it, and whether the asking may spend.

    ``passes`` are the verified names that the browser sent, ``fresh`` the name to use when it sent none. ``devices``
    are the verified names under which it signed in to an account; ``address`` is where it asks from;
    ``rights`` are those that come with the request itself: a partner's, a verified crawler's.
    """

    article: Article
    passes: tuple[ReaderId, ...]
    fresh: ReaderId
    brief: bool = False
    spends: bool = True
    devices: tuple[ReaderId, ...] = ()
    address: str = ""
    rights: tuple[Entitlement, ...] = ()


class Admission(NamedTuple):
    """The gate's answer: the decision, the reader it was made for, and whether the browser should be told the name.

    ``device`` is the device's name where its pass is to be given to it anew.
    """

    decision: Decision
    reader: ReaderId
    name_reader: bool
    device: ReaderId | None = None


class Asker(NamedTuple):
    """Who asks: the reader, and the device where they are signed in. ``unsure`` where the rights are not known now."""

    reader: Reader
    device: ReaderId | None = None
    unsure: bool = False


class Gate:
    """Decides visits with a policy and a store, and keeps the tallies until they are flushed."""

    def __init__(
        self, policy: Policy, store: Store, *, mode: Mode, clock: Clock = utc_now, budgeting: Budgeting | None = None
    ) -> None:
        """``budgeting`` is the address budget; None where there is none."""
        self._budgeting = budgeting
        self._policy = policy
        self._store = store
        self._clock = clock
        self.mode = mode
        """The mode in force: the operator's latest word, else the configuration's."""
        self._controls = Controls()
        self._heard: int | None = None
        self._failing = False
        self._claims: dict[str, tuple[str, bytes]] = {}
        self._tallies: Counter[str] = Counter()
        self._stopped: dict[ReaderId, None] = {}
        self._rights = HeldRights(store)

    def use(self, mode: Mode) -> None:
        """Switch to another mode."""
        self.mode = mode

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._policy

    def now(self) -> datetime:
        """The gate's clock."""
        return self._clock()

    async def admit(self, request: Request) -> Admission:
        """Decide one request; a grant is durable when this returns. Never raises for a store that does not answer:
        the decision then says so, and nothing was taken."""
        now = self._clock()
        asker = await self.asker(request.passes, request.devices, request.fresh)
        reader = _with_rights(asker.reader, request.rights)
        visit = Visit(
            article=request.article,
            reader=reader,
            now=now,
            brief=request.brief,
            spends=request.spends and not asker.unsure,
            openings=self._controls.openings,
            locks=self._controls.locks,
        )
        answer = decide(self._policy, visit)
        if isinstance(answer, Metered):
            answer = self._with_budget(answer, asker, request.address)
        decision = answer if isinstance(answer, Decision) else await self._ask_meter(answer, now)
        self._record(decision, reader)
        walled = decision.reason in (Reason.USED_UP, Reason.BUDGET)
        if asker.device is not None or asker.unsure:
            full = request.spends and decision.full and asker.device is not None
            return Admission(decision, reader.id, False, asker.device if full else None)
        several = len(request.passes) + len(request.devices) > 1
        name_reader = request.spends and (decision.spent_now or walled or several)
        return Admission(decision, reader.id, name_reader)

    async def weigh(self, request: Request) -> Decision:
        """What would be decided of a request that does not spend; nothing of it is recorded."""
        (decision,) = await self.weigh_all(request, (request.article,))
        return decision

    async def weigh_all(self, request: Request, articles: Iterable[Article]) -> list[Decision]:
        """The same of each of these articles in the place of the request's; the meter is asked once."""
        now = self._clock()
        asker = await self.asker(request.passes, request.devices, request.fresh)
        reader = _with_rights(asker.reader, request.rights)
        asked, standing = not reader.known, None if reader.known else Standing()
        decisions = []
        for article in articles:
            visit = Visit(
                article=article,
                reader=reader,
                now=now,
                brief=request.brief,
                spends=False,
                openings=self._controls.openings,
                locks=self._controls.locks,
            )
            answer = decide(self._policy, visit)
            if isinstance(answer, Metered):
                if not asked:
                    asked, standing = True, await self._standing_for(answer, now)
                answer = _unspent(answer, standing, now)
            decisions.append(answer)
        return decisions

    def to_tell(self, device: ReaderId) -> bool:
        """Whether a device is to be given its pass anew; about once a day."""
        return self._rights.to_tell(device, self._clock())

    async def asker(self, passes: tuple[ReaderId, ...], devices: tuple[ReaderId, ...], fresh: ReaderId) -> Asker:
        """Who asks with these names: the account of a device that is signed in, else the anonymous name with the most
        spent. Never raises: where the store cannot be asked for a device's rights, the answer is unsure."""
        now = self._clock()
        if devices:
            try:
                for device in devices:
                    rights = await self._rights.get(device, now)
                    if rights is not None:
                        return Asker(_reader_with(rights, now), device)
            except StoreUnavailable as error:
                self._note_failure(error)
                return Asker(Reader(devices[0]), unsure=True)
        # A device that was signed out keeps its name as an anonymous one: the store gave that the number it had.
        names = (*passes, *devices)
        if not names:
            return Asker(Reader(fresh, known=False))
        if len(names) == 1:
            return Asker(Reader(names[0]))
        try:
            name, _ = await self.standing(names)
        except StoreUnavailable:
            name = None
        return Asker(Reader(names[0] if name is None else name))

    async def holds_any(self, passes: tuple[ReaderId, ...], keys: tuple[str, ...]) -> bool:
        """Whether one of these readers holds a grant for an article of one of these keys. False when the store
        does not answer."""
        now = self._clock()
        span = self._policy.window.span(now)
        try:
            standings = [await self._store.standing(reader, span, now) for reader in passes]
        except StoreUnavailable:
            return False
        return any(standing.unit(key) is not None for standing in standings for key in keys)

    async def standing(self, passes: tuple[ReaderId, ...]) -> tuple[ReaderId | None, Standing]:
        """The reader among these names who has spent the most, and where they stand; (None, empty) for no name.

        Raises StoreUnavailable.
        """
        now = self._clock()
        span = self._policy.window.span(now)
        best: tuple[ReaderId | None, Standing] = (None, Standing())
        for reader in passes:
            held = await self._store.standing(reader, span, now)
            if best[0] is None or held.spent > best[1].spent:
                best = (reader, held)
        return best

    async def forget(self, reader: ReaderId) -> None:
        """Forget which articles a reader opened. Raises StoreUnavailable."""
        now = self._clock()
        await self._store.forget(reader, self._policy.window.span(now), now)

    async def take_up_controls(self) -> None:
        """Take up what the operator said since the last time. Raises StoreUnavailable; the old controls then stay.

        A mode that was said before this gate began is not taken up: the configuration is newer. What was said of
        rights is heard as well: a right that was taken away ends at the next beat.
        """
        await self._rights.hear_changes(self._clock())
        controls = await self._store.controls()
        heard = controls.generation if self._heard is None else self._heard
        if controls.mode is not None and controls.mode_said > heard:
            self.use(controls.mode)
        self._heard, self._controls = controls.generation, controls

    def believes(self, link: str) -> bool:
        """Whether a canonical link (by its key) is still believed."""
        return link not in self._controls.disbelieved

    @property
    def beliefs(self) -> int:
        """How many canonical links are not believed; what was concluded under another number is to be thought over."""
        return len(self._controls.disbelieved)

    async def note_claim(self, link: str, address: str, sketch: bytes) -> None:
        """Note that the page at an address claims a canonical link, and take up what follows from it."""
        if self._claims.get(address) == (link, sketch):
            return
        with contextlib.suppress(StoreUnavailable):
            await self._store.claim_link(link, address, sketch)
            believed = self.believes(link)
            self._controls = await self._store.controls()
            if believed and not self.believes(link):
                _log.warning("the canonical link %s is no longer believed: different articles claim it", link)
            self._claims[address] = (link, sketch)
            if len(self._claims) > _CLAIMS_KNOWN:
                del self._claims[next(iter(self._claims))]

    def count(self, what: str) -> None:
        """Add one to a tally, such as ``no-body``."""
        self._tallies[what] += 1

    async def flush(self) -> None:
        """Bring the tallies to the store; on StoreUnavailable they are kept for the next time."""
        if self._rights.read_on:
            self._tallies["read-on"] += self._rights.read_on
            self._rights.read_on = 0
        if not self._tallies and not self._stopped:
            return
        tallies, stopped = self._tallies, self._stopped
        self._tallies, self._stopped = Counter(), {}
        try:
            now = self._clock()
            today = now.astimezone(self._policy.window.zone).date()
            await self._store.tally(today, tallies, tuple(stopped), observed=self.mode is Mode.OBSERVE, now=now)
        except StoreUnavailable:
            self._tallies.update(tallies)
            self._stopped.update(stopped)

    async def _ask_meter(self, metered: Metered, now: datetime) -> Decision:
        if not metered.spends:
            return _unspent(metered, await self._standing_for(metered, now), now)
        try:
            spend = await self._store.spend(metered.claim)
        except StoreUnavailable as error:
            self._note_failure(error)
            return unanswered(metered, now)
        if spend.outcome is Outcome.GRANTED:
            self._note_recovery()
        if spend.over_budget:
            self._tallies["budget-would-refuse"] += 1
        return settle(metered, spend)

    async def _standing_for(self, metered: Metered, now: datetime) -> Standing | None:
        """Where the reader of a claim stands; None where the store does not answer."""
        try:
            return await self._store.standing(metered.claim.reader, metered.claim.span, now)
        except StoreUnavailable as error:
            self._note_failure(error)
            return None

    def _with_budget(self, metered: Metered, asker: Asker, address: str) -> Metered:
        """The same with the address's budget in the claim; nothing is refused for it while observing."""
        if self._budgeting is None or not metered.spends:
            return metered
        claim, window = metered.claim, self._policy.window
        budget = Budget(
            addresses=self._budgeting.budgets.of(address),
            today=claim.now.astimezone(window.zone).date(),
            last_window=window.last(claim.span),
            established=asker.device is not None or asker.reader.kind is not ReaderKind.ANONYMOUS,
            enforced=self._budgeting.enforced and self.mode is Mode.ON,
        )
        return metered.within(budget)

    def _note_failure(self, error: StoreUnavailable) -> None:
        if not self._failing:
            self._failing = True
            _log.error("the meter cannot be asked, metered articles show the preview: %s", error)

    def _note_recovery(self) -> None:
        if self._failing:
            self._failing = False
            _log.warning("the meter answers again")

    def _record(self, decision: Decision, reader: Reader) -> None:
        self._tallies[decision.reason.value] += 1
        if decision.reason is Reason.USED_UP:
            self._stopped[reader.id] = None


def _unspent(metered: Metered, standing: Standing | None, now: datetime) -> Decision:
    """The decision of a request that does not spend."""
    if standing is None:
        return unanswered(metered, now)
    outcome = Outcome.NOT_SPENT if standing.unit(metered.claim.article) is None else Outcome.REPEATED
    return settle(metered, Spend(outcome, standing))


def _with_rights(reader: Reader, rights: tuple[Entitlement, ...]) -> Reader:
    return replace(reader, entitlements=(*reader.entitlements, *rights)) if rights else reader


def _reader_with(rights: Rights, now: datetime) -> Reader:
    """The reader that an account's rights make."""
    holds = rights.holds(now)
    kind = ReaderKind.REGISTERED if rights.registered else ReaderKind.ANONYMOUS
    return Reader(
        rights.account,
        ReaderKind.SUBSCRIBER if holds else kind,
        rights.entitlements,
        signed_in=True,
        lapse=None if holds else rights.lapse,
    )
