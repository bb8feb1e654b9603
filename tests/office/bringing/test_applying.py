"""Bringing subscribers over: a dry run first, all or nothing, and a second run changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pennypress.core.meter import ReaderId
from pennypress.errors import StoreUnavailable
from pennypress.office.beside import beside
from pennypress.office.bringing.applying import apply
from pennypress.office.bringing.comparing import Change, Comparison, compare
from pennypress.office.bringing.rows import Reading, Row, Source
from pennypress.office.bringing.telling import told
from pennypress.office.models import Account, Payment, Plan, Status, Subscription
from pennypress.office.rights import resolve

if TYPE_CHECKING:
    from tests.office.conftest import SettableClock

DEVICE = ReaderId(b"d" * 16)


def _row(number: int, now: datetime, **facts: object) -> Row:
    row = Row(
        source=Source.CSV,
        line=number + 2,
        key=f"csv:{number}",
        mail=f"reader{number}@example.com",
        name=f"Reader {number}",
        plan="Gold",
        status=Status.ACTIVE,
        paid_until=now + timedelta(days=20),
    )
    return replace(row, **facts)  # type: ignore[arg-type]


def _compared(rows: list[Row], now: datetime, said: dict[str, str] | None = None) -> Comparison:
    return compare(Reading(Source.CSV, tuple(rows), ()), said or {"Gold": "gold"}, now)


@pytest.fixture
def gold(plan: Callable[..., Plan]) -> Plan:
    """The plan that the rows are mapped to."""
    return plan(slug="gold", name="Reader")


def test_a_dry_run_writes_nothing(gold: Plan, clock: SettableClock) -> None:
    comparison = _compared([_row(1, clock())], clock())
    assert comparison.count(Change.NEW) == 1
    assert not Account.objects.exists()


def test_who_was_brought_over_reads_until_the_day_that_was_paid_for(gold: Plan, clock: SettableClock) -> None:
    (account,) = apply(_compared([_row(1, clock())], clock()), clock(), lambda: None)
    beside().sign_in(DEVICE, account.reader)
    assert beside().get(DEVICE) == resolve(account, clock())
    (entitlement,) = resolve(account, clock()).entitlements
    assert entitlement.until == clock() + timedelta(days=20)


def test_a_second_run_changes_nothing(gold: Plan, clock: SettableClock) -> None:
    rows = [_row(number, clock()) for number in range(5)]
    apply(_compared(rows, clock()), clock(), lambda: None)
    before = list(Subscription.objects.values())
    again = _compared(rows, clock())
    assert again.count(Change.SAME) == 5
    assert apply(again, clock(), lambda: None) == []
    assert list(Subscription.objects.values()) == before


def test_what_changed_at_the_source_changes_here(gold: Plan, clock: SettableClock) -> None:
    apply(_compared([_row(1, clock())], clock()), clock(), lambda: None)
    later = _row(1, clock(), paid_until=clock() + timedelta(days=50))
    comparison = _compared([later], clock())
    assert comparison.count(Change.CHANGED) == 1
    apply(comparison, clock(), lambda: None)
    assert Subscription.objects.get().period_end == clock() + timedelta(days=50)


def test_a_run_that_fails_in_the_middle_leaves_nothing(gold: Plan, clock: SettableClock) -> None:
    steps = 0

    def fail() -> None:
        nonlocal steps
        steps += 1
        if steps == 3:
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011 -- any that the disk may raise
        apply(_compared([_row(number, clock()) for number in range(5)], clock()), clock(), fail)
    assert not Account.objects.exists()


def test_an_unknown_plan_is_shown_with_how_many_have_it(gold: Plan, clock: SettableClock) -> None:
    comparison = _compared([_row(1, clock(), plan="Platinum"), _row(2, clock())], clock())
    assert comparison.unmapped == {"Platinum": 1}
    assert any('--plan "Platinum=OURS"' in line for line in told(comparison))


def test_two_rows_of_one_subscription_count_once_and_the_last_counts(gold: Plan, clock: SettableClock) -> None:
    early = _row(1, clock(), paid_until=clock() + timedelta(days=1))
    comparison = _compared([early, _row(1, clock())], clock())
    assert comparison.twice == (early,)
    apply(comparison, clock(), lambda: None)
    assert Subscription.objects.get().period_end == clock() + timedelta(days=20)


def test_who_subscribed_here_meanwhile_is_left_alone(
    gold: Plan, clock: SettableClock, account: Callable[..., Account]
) -> None:
    held = Subscription.objects.create(
        account=account("reader1@example.com"), plan=gold, status=Status.ACTIVE, method="card", price=800,
        currency="GBP", period="month", started=clock(), period_end=clock() + timedelta(days=30),
    )  # fmt: skip
    comparison = _compared([_row(1, clock())], clock())
    assert comparison.count(Change.OURS) == 1
    apply(comparison, clock(), lambda: None)
    assert Subscription.objects.get() == held


def test_what_was_paid_here_since_is_not_taken_back_by_an_old_file(gold: Plan, clock: SettableClock) -> None:
    rows = [_row(1, clock())]
    apply(_compared(rows, clock()), clock(), lambda: None)
    subscription = Subscription.objects.get()
    subscription.period_end = clock() + timedelta(days=400)
    subscription.save()
    Payment.objects.create(
        number=1, account=subscription.account, subscription=subscription, amount=800, currency="GBP", tax=0,
        method="cheque", received=clock(), what="Reader",
    )  # fmt: skip
    apply(_compared(rows, clock()), clock(), lambda: None)
    assert Subscription.objects.get().period_end == clock() + timedelta(days=400)


def test_nobody_is_charged(gold: Plan, clock: SettableClock) -> None:
    apply(_compared([_row(number, clock()) for number in range(20)], clock()), clock(), lambda: None)
    assert not Payment.objects.exists()


def test_6000_are_brought_over_and_none_of_them_is_walled(gold: Plan, clock: SettableClock) -> None:
    rows = [_row(number, clock()) for number in range(6000)]
    apply(_compared(rows, clock()), clock(), lambda: None)
    accounts = list(Account.objects.all())
    assert len(accounts) == 6000
    unread = [account.number for account in accounts if not _reads(account, clock())]
    assert unread == []
    assert not Payment.objects.exists()
    assert _compared(rows, clock()).count(Change.SAME) == 6000


def _reads(account: Account, now: datetime) -> bool:
    """Whether a device of the account is let read by what stands beside the meter, asked again where that was busy."""
    for _ in range(20):
        with suppress(StoreUnavailable):
            beside().sign_in(DEVICE, account.reader)
            rights = beside().get(DEVICE)
            return rights is not None and rights.holds(now)
    return False
