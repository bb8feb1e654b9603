"""Decisions: one table of scenarios, and the laws that hold for all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.core.article import Access, Article, stricter
from pennypress.core.decision import Decision, Metered, Reason, State, Visit, decide, settle, unanswered
from pennypress.core.entitlement import Entitlement, EntitlementKind, Lock, Opening
from pennypress.core.meter import Outcome, ReaderId, Spend, Standing, Unit, spend
from pennypress.core.policy import Policy, Rule
from pennypress.core.reader import Reader, ReaderKind
from pennypress.core.target import PathPattern
from pennypress.core.window import Window

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
READER = Reader(ReaderId(b"r" * 16))
MONTHLY = Policy(Window.parse("month", UTC), limit=3)
ROLLING = Policy(Window.parse("30 days", UTC), limit=3)
STORY = Article("/news/a", ("/news/a",), tags=("Flood",), published=NOW - HOUR)


def visit(article: Article = STORY, reader: Reader = READER, **more: object) -> Visit:
    return Visit(article, reader, NOW)._replace(**more)  # type: ignore[arg-type]


def opened(*articles: str) -> Standing:
    first = NOW - timedelta(days=len(articles))
    return Standing(tuple(Unit(article, first + timedelta(days=n)) for n, article in enumerate(articles)))


def meter(policy: Policy, standing: Standing, asked: Visit) -> Decision:
    answer = decide(policy, asked)
    assert isinstance(answer, Metered)
    return settle(answer, spend(standing, answer.claim))


@pytest.mark.parametrize(
    ("standing", "full", "reason", "state", "remaining"),
    [
        ((), True, Reason.GRANTED, State.MORE, 2),
        (("/b",), True, Reason.GRANTED, State.MORE, 1),
        (("/b", "/c"), True, Reason.GRANTED, State.LAST, 0),
        (("/b", "/c", "/news/a"), True, Reason.REPEATED, State.LAST, 0),
        (("/news/a", "/b", "/c"), True, Reason.REPEATED, State.STAYS_OPEN, 0),
        (("/news/a", "/b"), True, Reason.REPEATED, State.MORE, 1),
        (("/b", "/c", "/d"), False, Reason.USED_UP, State.USED_UP, 0),
        (("/b", "/c", "/d", "/e"), False, Reason.USED_UP, State.USED_UP, 0),
        (("/news/a", "/b", "/c", "/d"), True, Reason.REPEATED, State.STAYS_OPEN, 0),
    ],
)
def test_what_a_metered_reader_gets_where_they_stand(
    standing: tuple[str, ...], *, full: bool, reason: Reason, state: State, remaining: int
) -> None:
    decision = meter(MONTHLY, opened(*standing), visit())
    assert (decision.full, decision.reason, decision.state, decision.remaining) == (full, reason, state, remaining)
    assert decision.resets == datetime(2026, 12, 1, tzinfo=UTC)


def test_in_a_rolling_window_the_wall_names_the_day_on_which_the_oldest_article_comes_back() -> None:
    decision = meter(ROLLING, opened("/b", "/c", "/d"), visit())
    assert decision.rolling
    assert decision.resets == NOW - timedelta(days=3) + timedelta(days=30)


def test_an_article_opened_earlier_stays_open_until_its_own_unit_comes_back() -> None:
    decision = meter(ROLLING, opened("/b", "/news/a", "/d"), visit())
    assert decision.state is State.STAYS_OPEN
    assert decision.until == NOW - timedelta(days=2) + timedelta(days=30)


def test_registering_is_offered_only_where_it_opens_more_now() -> None:
    generous = replace(MONTHLY, registered_limit=5)
    assert meter(generous, opened("/b", "/c", "/d"), visit()).more_when_registered == 2
    assert meter(generous, opened("/b"), visit()).more_when_registered == 0
    registered = replace(READER, kind=ReaderKind.REGISTERED)
    assert meter(generous, opened("/b", "/c", "/d"), visit(reader=registered)).remaining == 1
    without_mail = replace(READER, signed_in=True)
    assert meter(generous, opened("/b", "/c", "/d"), visit(reader=without_mail)).more_when_registered == 0


def test_a_request_that_may_not_spend_opens_nothing_new_and_keeps_what_was_opened() -> None:
    answer = decide(MONTHLY, visit(spends=False))
    assert isinstance(answer, Metered)
    fresh = settle(answer, Spend(Outcome.NOT_SPENT, Standing()))
    assert (fresh.full, fresh.reason, fresh.state, fresh.remaining) == (False, Reason.NOT_SPENT, State.MORE, 3)
    again = settle(answer, Spend(Outcome.REPEATED, opened("/news/a")))
    assert again.full


def rule(access: Access, **conditions: object) -> Rule:
    return replace(Rule(access), **conditions)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("conditions", "matches"),
    [
        ({}, True),
        ({"paths": (PathPattern("/news/*"),)}, True),
        ({"paths": (PathPattern("/sport/*"),)}, False),
        ({"tags": frozenset({"flood"})}, True),
        ({"tags": frozenset({"storm"})}, False),
        ({"sections": frozenset({"sport"})}, False),
        ({"authors": frozenset({"jane roe"})}, False),
        ({"newer_than": timedelta(hours=2)}, True),
        ({"newer_than": HOUR}, False),
        ({"older_than": HOUR}, True),
        ({"older_than": timedelta(hours=2)}, False),
        ({"start": NOW}, True),
        ({"start": NOW + HOUR}, False),
        ({"until": NOW}, False),
        ({"until": NOW + HOUR}, True),
        ({"tags": frozenset({"flood"}), "newer_than": HOUR}, False),
    ],
)
def test_a_rule_matches_when_every_condition_holds(conditions: dict[str, object], *, matches: bool) -> None:
    access, steps = replace(MONTHLY, rules=(rule(Access.FREE, **conditions),)).access(STORY, NOW)
    assert access is (Access.FREE if matches else Access.METERED)
    assert steps[0].matched is matches


def test_the_first_rule_that_matches_decides_and_the_trace_names_each_in_order() -> None:
    rules = (
        rule(Access.FREE, paths=(PathPattern("/sport/**"),), name="Sport"),
        rule(Access.PREMIUM, tags=frozenset({"flood"})),
        rule(Access.FREE),
    )
    access, steps = replace(MONTHLY, rules=rules).access(STORY, NOW)
    assert access is Access.PREMIUM
    assert [(step.rule, step.matched) for step in steps] == [("Sport for /news/a", False), ("rule 2 for /news/a", True)]


def test_where_path_and_canonical_link_match_different_rules_the_stricter_holds() -> None:
    rules = (rule(Access.FREE, paths=(PathPattern("/free/**"),)), rule(Access.PREMIUM, paths=(PathPattern("/x/**"),)))
    twice = replace(STORY, paths=("/free/a", "/x/a"))
    assert replace(MONTHLY, rules=rules).access(twice, NOW)[0] is Access.PREMIUM
    assert replace(MONTHLY, rules=rules).access(replace(twice, paths=("/free/a", "/news/a")), NOW)[0] is Access.METERED


def test_an_article_without_a_date_is_neither_new_nor_old() -> None:
    undated = replace(STORY, published=None)
    for condition in ("newer_than", "older_than"):
        assert (
            replace(MONTHLY, rules=(rule(Access.FREE, **{condition: HOUR}),)).access(undated, NOW)[0] is Access.METERED
        )


def test_the_origins_own_word_comes_before_the_rules() -> None:
    free = replace(MONTHLY, rules=(rule(Access.FREE),))
    assert decide(free, visit(replace(STORY, access=Access.PREMIUM))) == Decision(
        False, Reason.PREMIUM, State.PREMIUM, trace=decide(free, visit(replace(STORY, access=Access.PREMIUM))).trace
    )


def test_free_articles_and_briefs_say_nothing_and_never_reach_the_meter() -> None:
    free = decide(replace(MONTHLY, rules=(rule(Access.FREE),)), visit())
    brief = decide(MONTHLY, visit(brief=True))
    for decision, reason in ((free, Reason.FREE), (brief, Reason.BRIEF)):
        assert isinstance(decision, Decision)
        assert (decision.full, decision.reason, decision.state) == (True, reason, None)


def test_a_premium_article_shows_neither_count_nor_date() -> None:
    decision = decide(MONTHLY, visit(replace(STORY, access=Access.PREMIUM)))
    assert isinstance(decision, Decision)
    assert (decision.full, decision.remaining, decision.resets) == (False, None, None)


def test_a_right_opens_premium_articles_until_just_before_it_ends() -> None:
    premium = replace(STORY, access=Access.PREMIUM)
    for until, full in ((NOW + HOUR, True), (NOW, False)):
        right = Entitlement(EntitlementKind.SUBSCRIBER, until=until)
        decision = decide(MONTHLY, visit(premium, replace(READER, entitlements=(right,))))
        assert isinstance(decision, Decision)
        assert decision.full is full


def test_an_opening_opens_what_it_names_shows_its_line_and_closes_by_itself() -> None:
    def through(**what: object) -> Decision | Metered:
        opening = replace(Opening(None, None, NOW - HOUR, NOW + HOUR, "flood"), **what)  # type: ignore[arg-type]
        return decide(MONTHLY, visit(openings=(opening,)))

    for what in ({}, {"tag": "flood"}, {"path": PathPattern("/news/*")}):
        decision = through(**what)
        assert isinstance(decision, Decision)
        assert (decision.reason, decision.state, decision.until) == (Reason.OPENING, State.OPENED, NOW + HOUR)
    for other in ({"tag": "sport"}, {"path": PathPattern("/sport/*")}, {"until": NOW}, {"start": NOW + HOUR}):
        assert isinstance(through(**other), Metered)


def test_a_lock_beats_an_opening_a_rule_and_a_brief() -> None:
    lock = Lock(PathPattern("/news/a"), NOW - HOUR, None, "exclusive")
    opening = Opening(None, None, NOW - HOUR, NOW + HOUR, "flood")
    decision = decide(
        replace(MONTHLY, rules=(rule(Access.FREE),)), visit(openings=(opening,), locks=(lock,), brief=True)
    )
    assert isinstance(decision, Decision)
    assert decision.reason is Reason.PREMIUM


def test_when_the_meter_cannot_be_asked_only_new_articles_may_open_and_never_the_archive() -> None:
    metered = decide(MONTHLY, visit())
    daring = decide(replace(MONTHLY, open_newer_than=timedelta(days=2)), visit())
    assert isinstance(metered, Metered)
    assert isinstance(daring, Metered)
    assert unanswered(metered, NOW).state is State.UNKNOWN
    assert unanswered(daring, NOW).full
    for published in (NOW - timedelta(days=2), NOW + HOUR, None):
        old = daring._replace(article=replace(STORY, published=published))
        assert not unanswered(old, NOW).full


def test_impossible_policies_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        replace(MONTHLY, limit=0)
    with pytest.raises(ValueError, match="registered_limit"):
        replace(MONTHLY, registered_limit=2)


@given(st.sampled_from(Access), st.sampled_from(Access))
def test_the_stricter_of_two_is_one_of_them_whatever_their_order(one: Access, other: Access) -> None:
    assert stricter(one, other) is stricter(other, one)
    assert stricter(one, other) in (one, other)


@given(st.lists(st.sampled_from(["/news/a", "/b", "/c", "/d", "/e"]), unique=True), st.booleans())
def test_a_decision_depends_on_its_arguments_alone_and_a_subscribers_never_reads_the_meter(
    before: list[str], rolling: bool
) -> None:
    policy = ROLLING if rolling else MONTHLY
    assert meter(policy, opened(*before), visit()) == meter(policy, opened(*before), visit())
    subscriber = replace(READER, entitlements=(Entitlement(EntitlementKind.SUBSCRIBER),))
    assert isinstance(decide(policy, visit(reader=subscriber)), Decision)
