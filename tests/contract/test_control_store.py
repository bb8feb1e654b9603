"""What every store promises of an operator's words to running workers, and of the workers' tallies."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from pennypress.core.entitlement import Lock, Opening
from pennypress.core.policy import Mode
from pennypress.core.sketch import sketch
from pennypress.core.target import PathPattern
from pennypress.store import Controls, Store
from tests.contract.stores import ADA, BEA, CEM, MONTH, NOON, claim, store

__all__ = ["store"]

SPAN = MONTH.span(NOON)
TODAY = date(2026, 11, 20)
FLOOD = Opening(PathPattern("/news/Flood/**"), None, NOON, NOON + timedelta(hours=6, microseconds=5), "a flood")
ELECTION = Opening(None, "Election", NOON, NOON + timedelta(hours=1), "tonight")
EVERYTHING = Opening(None, None, NOON, NOON + timedelta(days=1), "a free day")
SCOOP = Lock(PathPattern("/news/scoop"), NOON, None, "ours alone")


async def test_at_first_nothing_has_been_said(store: Store) -> None:
    assert await store.controls() == Controls()


async def test_openings_and_locks_are_read_as_they_were_written_in_order(store: Store) -> None:
    for opening in (FLOOD, ELECTION, EVERYTHING):
        await store.open(opening)
    await store.lock(SCOOP)
    controls = await store.controls()
    assert controls.openings == (FLOOD, ELECTION, EVERYTHING)
    assert controls.locks == (SCOOP,)


async def test_the_generation_grows_with_each_change_and_only_then(store: Store) -> None:
    seen = [(await store.controls()).generation]
    await store.say_mode(Mode.OBSERVE)
    seen.append((await store.controls()).generation)
    await store.open(FLOOD)
    seen.append((await store.controls()).generation)
    await store.lock(SCOOP)
    seen.append((await store.controls()).generation)
    await store.unlock(SCOOP.path.text)
    seen.append((await store.controls()).generation)
    assert seen == sorted(set(seen))
    await store.unlock(SCOOP.path.text)
    assert (await store.controls()).generation == seen[-1]


async def test_the_mode_said_last_holds(store: Store) -> None:
    await store.say_mode(Mode.OFF)
    await store.say_mode(Mode.OBSERVE)
    assert (await store.controls()).mode is Mode.OBSERVE


async def test_a_lock_takes_the_place_of_one_on_the_same_pattern(store: Store) -> None:
    other = Lock(PathPattern("/news/other"), NOON, NOON + timedelta(days=1), "until tomorrow")
    longer = Lock(PathPattern("/news/scoop"), NOON, NOON + timedelta(days=2), "until the paper is out")
    for lock in (SCOOP, other, longer):
        await store.lock(lock)
    assert (await store.controls()).locks == (other, longer)


async def test_lifting_a_lock_says_whether_there_was_one(store: Store) -> None:
    await store.lock(SCOOP)
    assert await store.unlock("/news/scoop") is True
    assert await store.unlock("/news/scoop") is False
    assert (await store.controls()).locks == ()


async def test_tallies_of_a_day_add_up_by_name(store: Store) -> None:
    await store.tally(TODAY, {"granted": 2, "walled": 1}, (), observed=False, now=NOON)
    await store.tally(TODAY, {"granted": 3}, (), observed=True, now=NOON)
    await store.tally(TODAY - timedelta(days=1), {"granted": 50}, (), observed=False, now=NOON)
    assert (await store.summary(SPAN, TODAY, NOON)).tallies == {"granted": 5, "walled": 1}


async def test_a_reader_counts_once_in_the_span_in_which_they_read(store: Store) -> None:
    await store.spend(claim("/a"))
    await store.spend(claim("/b"))
    await store.spend(claim("/a", reader=BEA))
    await store.spend(claim("/a", reader=CEM, now=NOON - timedelta(days=25)))
    assert (await store.summary(SPAN, TODAY, NOON)).readers == 2


async def test_a_stopped_reader_counts_once_and_apart_from_one_who_would_have_been(store: Store) -> None:
    await store.tally(TODAY, {}, (ADA, BEA), observed=False, now=NOON)
    await store.tally(TODAY, {}, (ADA,), observed=False, now=NOON + timedelta(hours=1))
    await store.tally(TODAY, {}, (CEM,), observed=True, now=NOON)
    summary = await store.summary(SPAN, TODAY, NOON)
    assert (summary.stopped, summary.would_be_stopped) == (2, 1)


async def test_a_reader_stopped_in_the_last_span_is_not_among_those_of_this_one(store: Store) -> None:
    last_of_june = datetime(2026, 6, 30, 22, 59, tzinfo=UTC)
    first_of_july = datetime(2026, 6, 30, 23, 1, tzinfo=UTC)
    await store.tally(date(2026, 6, 30), {}, (ADA,), observed=False, now=last_of_june)
    await store.tally(date(2026, 7, 1), {}, (BEA,), observed=False, now=first_of_july)
    summary = await store.summary(MONTH.span(first_of_july), date(2026, 7, 1), first_of_july)
    assert summary.stopped == 1


async def test_a_link_that_bodies_without_common_text_claim_is_disbelieved(store: Store) -> None:
    red, blue = (sketch([f"{name}{number}" for number in range(60)]) for name in ("red", "blue"))
    await store.claim_link("/news/x", "/news/x", red)
    await store.claim_link("/news/x", "/amp/x", red)
    assert (await store.controls()).disbelieved == frozenset()
    await store.claim_link("/news/x", "/news/x", blue)
    await store.claim_link("/news/y", "/news/y", blue)
    assert (await store.controls()).disbelieved == {"/news/x"}


async def test_a_new_version_at_the_same_address_disproves_nothing(store: Store) -> None:
    red, blue = (sketch([f"{name}{number}" for number in range(60)]) for name in ("red", "blue"))
    await store.claim_link("/news/x", "/news/x", red)
    await store.claim_link("/news/x", "/news/x", blue)
    assert (await store.controls()).disbelieved == frozenset()


async def test_bodies_too_short_to_be_compared_are_not_taken_for_one(store: Store) -> None:
    await store.claim_link("/news/x", "/news/y", sketch(["short"]))
    await store.claim_link("/news/x", "/news/z", sketch(["short"]))
    assert (await store.controls()).disbelieved == {"/news/x"}


async def test_no_number_of_addresses_of_one_body_keeps_a_contradiction_from_being_noted(store: Store) -> None:
    red, blue = (sketch([f"{colour}{number}" for number in range(80)]) for colour in ("red", "blue"))
    for number in range(40):
        await store.claim_link("/news/x", f"/news/x?{number}", red)
    assert not (await store.controls()).disbelieved
    await store.claim_link("/news/x", "/news/y", blue)
    assert (await store.controls()).disbelieved == {"/news/x"}
