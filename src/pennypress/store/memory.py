"""The store in this process's memory: the reference meaning of every store, and enough to try things out.

It is exact within one process and lost with it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from pennypress.core.entitlement import Lock, Opening
from pennypress.core.known import KnownText, Lessons
from pennypress.core.meter import Claim, Outcome, ReaderId, Spend, Standing
from pennypress.core.meter import spend as meaning
from pennypress.core.policy import Mode
from pennypress.core.rights import Rights
from pennypress.core.use import FEEDS_AT_MOST, FEEDS_KEPT, FEEDS_OF_ONE, Use, UseKind
from pennypress.core.window import Span
from pennypress.store import Changes, Controls, Summary
from pennypress.store.budget import counts_from, keys_from, take_from
from pennypress.store.budget_figures import AddressFigures, figures
from pennypress.store.held import MERGED_FOR, SeenTime, Units, as_kept, carried, counting, forgotten, joined, kept_from
from pennypress.store.links import claimed
from pennypress.store.memory_budget import MemoryBook

_BETWEEN_CLEANINGS = timedelta(days=1)


class MemoryStore:
    """Keeps all in dictionaries. ``tick`` is a clock that nobody sets, in seconds."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._units: dict[ReaderId, Units] = {}
        self._merged: dict[ReaderId, tuple[ReaderId, datetime]] = {}
        self._controls = Controls()
        self._links: dict[str, dict[str, bytes]] = {}
        self._tallies: dict[date, Counter[str]] = {}
        self._stopped: dict[bool, dict[ReaderId, datetime]] = {False: {}, True: {}}
        self._rights: dict[ReaderId, Rights] = {}
        self._devices: dict[ReaderId, ReaderId] = {}
        self._said: list[ReaderId] = []
        self._known: dict[tuple[str, str], tuple[int, KnownText]] = {}
        self._uses: dict[tuple[str, str, str, str], Use] = {}
        self._book = MemoryBook()
        self._tick = tick
        self._seen: SeenTime | None = None
        self._cleaned_to: datetime | None = None

    async def spend(self, claim: Claim) -> Spend:
        """Grant or refuse a claim."""
        claim = as_kept(claim)
        self.clean(claim.span, claim.now, keys_from(claim))
        reader = self._followed(claim.reader)
        units = self._units.get(reader, ())
        before = counting(units, claim.span, claim.now)
        answer = meaning(before, claim)
        if claim.budget is not None:
            answer, _ = take_from(self._book, claim, claim.budget, answer, before)
        if answer.outcome is Outcome.GRANTED:
            self._units[reader] = (*units, answer.standing.units[-1])
        return answer

    async def standing(self, reader: ReaderId, span: Span, now: datetime) -> Standing:
        """Where a reader stands."""
        return counting(self._units.get(self._followed(reader), ()), span, now)

    async def merge(self, source: ReaderId, into: ReaderId, span: Span, now: datetime) -> Standing:
        """Join ``source`` into ``into``, once."""
        target = self._followed(into)
        if source not in self._merged and source != target:
            units = joined(self._units.pop(source, ()), self._units.get(target, ()), span, now)
            if units:
                self._units[target] = units
            self._merged[source] = (target, now)
        return counting(self._units.get(target, ()), span, now)

    async def forget(self, reader: ReaderId, span: Span, now: datetime) -> None:
        """Forget which articles the reader opened."""
        followed = self._followed(reader)
        if followed in self._units:
            self._units[followed] = forgotten(self._units[followed])

    async def put(self, account: ReaderId, rights: Rights) -> None:
        """Say what an account may read."""
        if self._rights.get(account) != rights:
            self._rights[account] = rights
            self._said.append(account)

    async def get(self, device: ReaderId) -> Rights | None:
        """What a device may read."""
        account = self._devices.get(device)
        return None if account is None else self._rights.get(account)

    async def sign_in(self, device: ReaderId, account: ReaderId) -> None:
        """Sign a device in."""
        self._devices[device] = account
        self._said.append(device)

    async def sign_out(self, device: ReaderId) -> None:
        """Sign a device out."""
        if self._devices.pop(device, None) is not None:
            self._said.append(device)

    async def changed_since(self, version: int) -> Changes:
        """What was said since a version."""
        if version > len(self._said):
            return Changes(len(self._said), None)
        return Changes(len(self._said), frozenset(self._said[max(version, 0) :]))

    async def carry(self, source: ReaderId, into: ReaderId, span: Span, now: datetime) -> None:
        """Carry a number."""
        self._carry(self._units.get(self._followed(source), ()), self._followed(into), span, now)

    async def erase(self, account: ReaderId, span: Span, now: datetime) -> None:
        """Delete an account."""
        units = self._units.pop(account, ())
        self._book.erase(account)
        devices = [device for device, held in self._devices.items() if held == account]
        merged = [source for source, (target, _) in self._merged.items() if target == account]
        for name in merged:
            del self._merged[name]
        for name in (*devices, *merged):
            self._carry(units, name, span, now)
        for device in devices:
            await self.sign_out(device)
        if self._rights.pop(account, None) is not None:
            self._said.append(account)

    async def controls(self) -> Controls:
        """The controls as they stand."""
        return self._controls

    async def say_mode(self, mode: Mode) -> None:
        """Switch to a mode."""
        self._say(replace(self._controls, mode=mode, mode_said=self._controls.generation + 1))

    async def open(self, opening: Opening) -> None:
        """Add an opening."""
        self._say(replace(self._controls, openings=(*self._controls.openings, opening)))

    async def lock(self, lock: Lock) -> None:
        """Add a lock; it takes the place of one on the same pattern."""
        others = tuple(held for held in self._controls.locks if held.path.text != lock.path.text)
        self._say(replace(self._controls, locks=(*others, lock)))

    async def unlock(self, path: str) -> bool:
        """Lift the lock on a pattern's text."""
        others = tuple(held for held in self._controls.locks if held.path.text != path)
        if len(others) == len(self._controls.locks):
            return False
        self._say(replace(self._controls, locks=others))
        return True

    async def claim_link(self, link: str, address: str, sketch: bytes) -> None:
        """Note a claim to a canonical link."""
        claims = self._links.setdefault(link, {})
        if not claimed(claims, address, sketch):
            self._say(replace(self._controls, disbelieved=self._controls.disbelieved | {link}))

    async def tally(
        self, day: date, counts: Mapping[str, int], stopped: Sequence[ReaderId], *, observed: bool, now: datetime
    ) -> None:
        """Add to a day's tallies, and note who was stopped."""
        self._tallies.setdefault(day, Counter()).update(counts)
        moment = now.astimezone(UTC).replace(microsecond=0)
        for reader in stopped:
            self._stopped[observed][reader] = moment

    async def summary(self, span: Span, day: date, now: datetime) -> Summary:
        """The figures for ``status``."""
        readers = sum(any(span.counts(unit.taken, now) for unit in units) for units in self._units.values())
        stopped, would_be = (
            sum(span.counts(moment, now) for moment in self._stopped[observed].values()) for observed in (False, True)
        )
        return Summary(readers, stopped, would_be, MappingProxyType(dict(self._tallies.get(day, {}))))

    async def addresses(self, span: Span, first_day: date, names: Collection[str] | None) -> tuple[AddressFigures, ...]:
        """What the address budget has seen."""
        return figures(self._book, counts_from(span), first_day.toordinal(), names)

    async def learn(self, texts: Sequence[KnownText]) -> None:
        """Keep some texts."""
        for known in texts:
            held = self._known.get(known.name)
            if held is None or held[1] != known:
                newest = max((version for version, _ in self._known.values()), default=0)
                self._known[known.name] = (newest + 1, known)

    async def learned_since(self, version: int) -> Lessons:
        """What was learned since a version."""
        newer = sorted((held for held in self._known.values() if held[0] > version), key=lambda held: held[0])
        return Lessons(newer[-1][0] if newer else version, tuple(known for _, known in newer))

    async def note_uses(self, uses: Sequence[Use]) -> None:
        """Add uses."""
        for use in uses:
            use = replace(use, last=use.last.astimezone(UTC).replace(microsecond=0))
            held = self._uses.get(use.name)
            if held is not None:
                self._uses[use.name] = held.joined(use)
            elif use.kind is not UseKind.FEED or self._feeds_of(use.network) < FEEDS_OF_ONE:
                self._uses[use.name] = use
        feeds = [use for use in self._uses.values() if use.kind is UseKind.FEED]
        rarest = sorted(feeds, key=lambda use: (use.count, use.last))[: max(0, len(feeds) - FEEDS_AT_MOST)]
        for use in rarest:
            del self._uses[use.name]

    async def uses(self) -> tuple[Use, ...]:
        """All uses."""
        return tuple(sorted(self._uses.values(), key=lambda use: (use.count, use.last), reverse=True))

    async def close(self) -> None:
        """Nothing is held open."""

    def _feeds_of(self, network: str) -> int:
        return sum(use.network == network for use in self._uses.values() if use.kind is UseKind.FEED)

    def clean(self, span: Span, now: datetime, keys_since: str) -> None:
        """Let go of what has had no use for a full window, and of the addresses' keys of the months before, about once
        a day, by the newest time believed."""
        moment = int(now.timestamp())
        self._seen = self._seen.after(moment, self._tick()) if self._seen else SeenTime(moment)
        start = kept_from(span, now)
        if self._seen.ahead_since is not None:
            return
        if self._cleaned_to is not None and start < self._cleaned_to + _BETWEEN_CLEANINGS:
            return
        self._cleaned_to = start
        remaining = {
            reader: tuple(unit for unit in units if unit.taken >= start) for reader, units in self._units.items()
        }
        self._units = {reader: units for reader, units in remaining.items() if units}
        self._book.clean(start, keys_since)
        self._merged = {source: mark for source, mark in self._merged.items() if mark[1] >= now - MERGED_FOR}
        self._uses = {
            name: use
            for name, use in self._uses.items()
            if use.kind is not UseKind.FEED or use.last >= now - FEEDS_KEPT
        }
        for observed, held in self._stopped.items():
            self._stopped[observed] = {reader: moment for reader, moment in held.items() if moment >= start}

    def _carry(self, units: Units, into: ReaderId, span: Span, now: datetime) -> None:
        together = carried(units, self._units.get(into, ()), span, now)
        if together:
            self._units[into] = together

    def _followed(self, reader: ReaderId) -> ReaderId:
        while reader in self._merged:
            reader = self._merged[reader][0]
        return reader

    def _say(self, controls: Controls) -> None:
        self._controls = replace(controls, generation=controls.generation + 1)
