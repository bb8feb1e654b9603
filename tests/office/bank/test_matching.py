"""What a line of a statement pays for: what is sure, and what somebody must look at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from pennypress.office import jobs, lifecycle
from pennypress.office.bank import matching
from pennypress.office.bank.matching import Why, proposals
from pennypress.office.bank.recording import Wanted, record
from pennypress.office.bank.references import new_reference, written_references
from pennypress.office.bank.statements import read_statement
from pennypress.office.models import Account, BankLine, Method, Payment, Plan, Status, Subscription
from pennypress.office.money import Money
from pennypress.office.rights import resolve
from pennypress.office.subscribe import ordering
from pennypress.office.till import till_of

if TYPE_CHECKING:
    from tests.office.conftest import SettableClock


@pytest.fixture
def ann(account: Callable[..., Account], plan: Callable[..., Plan], clock: SettableClock) -> Subscription:
    """Ann has promised to transfer £8.00 a month."""
    return promised(account(name="Ann Ash"), plan(name="Reader"))


def promised(reader: Account, plan: Plan) -> Subscription:
    terms = ordering.terms_for(reader, plan)
    order = ordering.place(reader, terms, Method.TRANSFER, shown="", language="en", back="")
    till_of(Method.TRANSFER).checkout(order)
    order.refresh_from_db()
    assert order.subscription is not None
    return order.subscription


def came(clock: SettableClock, text: str, amount: str = "8.00", payer: str = "A N Other", unit: str = "GBP") -> None:
    """A statement with one line of today is read."""
    table = f"Date,Amount,Currency,Name,Description\n{clock():%Y-%m-%d},{amount},{unit},{payer},{text}\n"
    matching.take_in(read_statement(table.encode(), "GBP"))


def why() -> list[Why]:
    return [each.why for each in proposals(matching.open_lines()[0])]


def test_a_reference_with_the_right_amount_is_sure(ann: Subscription, clock: SettableClock) -> None:
    came(clock, f"Lantern {(ann.reference or '').lower()}")
    assert why() == [Why.REFERENCE]
    assert matching.record_sure() == 1
    assert matching.record_sure() == 0
    assert Subscription.objects.get().status == Status.ACTIVE


@pytest.mark.parametrize(("amount", "unit"), [("7.99", "GBP"), ("8.01", "GBP"), ("8.00", "EUR")])
def test_too_little_too_much_and_another_currency_are_not_sure(
    ann: Subscription, clock: SettableClock, amount: str, unit: str
) -> None:
    came(clock, ann.reference or "?", amount, unit=unit)
    assert why() == [Why.OTHER_AMOUNT]
    assert matching.record_sure() == 0


def test_a_payment_that_was_recorded_by_hand_is_not_recorded_again(ann: Subscription, clock: SettableClock) -> None:
    record(Wanted(ann, None), Money(800, "GBP"), Method.TRANSFER, clock())
    came(clock, ann.reference or "?")
    assert why() == [Why.AGAIN]
    assert matching.record_sure() == 0


def test_the_same_payment_from_another_export_is_not_recorded_again(ann: Subscription, clock: SettableClock) -> None:
    came(clock, ann.reference or "?")
    came(clock, f"{ann.reference} BANK CREDIT")
    assert matching.record_sure() == 1
    assert why() == [Why.AGAIN]


def test_the_next_month_is_sure_again(ann: Subscription, clock: SettableClock) -> None:
    came(clock, ann.reference or "?")
    matching.record_sure()
    clock.pass_(timedelta(days=29))
    came(clock, ann.reference or "?")
    assert matching.record_sure() == 1


def test_what_was_cancelled_takes_no_money_unseen(ann: Subscription, clock: SettableClock) -> None:
    lifecycle.cancel(ann)
    came(clock, ann.reference or "?")
    assert why() == [Why.ENDED]
    assert matching.record_sure() == 0


def test_two_references_in_one_line_are_not_sure(
    ann: Subscription, account: Callable[..., Account], clock: SettableClock
) -> None:
    bob = promised(account("bob@example.com"), ann.plan)
    came(clock, f"{ann.reference} {bob.reference}")
    assert set(why()) == {Why.RUN_TOGETHER}
    assert matching.record_sure() == 0


def test_letters_of_other_words_that_make_a_reference_are_not_sure(ann: Subscription, clock: SettableClock) -> None:
    reference = ann.reference or "?"
    came(clock, f"B{reference[:2]} O{reference[2:]}")
    assert why() == [Why.RUN_TOGETHER]


def test_a_reference_that_the_bank_broke_stands_by_itself() -> None:
    drawn = new_reference()
    for written in (drawn, f"{drawn[:3]} {drawn[3:]}", f"{drawn[:2]}-{drawn[2:4]}-{drawn[4:]}"):
        assert written_references(f"Lantern, {written.lower()}.") == (drawn,)
    assert written_references(f"B{drawn}") == ()


def test_money_long_after_the_end_lets_one_read_from_the_day_it_came(ann: Subscription, clock: SettableClock) -> None:
    clock.pass_(timedelta(days=60))
    jobs.run_due()
    came(clock, ann.reference or "?")
    assert why() == [Why.REFERENCE]
    matching.record_sure()
    assert resolve(ann.account, clock()).holds(clock() + timedelta(days=29))


def test_a_payment_after_a_lapse_of_a_renewal_revives_it(ann: Subscription, clock: SettableClock) -> None:
    came(clock, ann.reference or "?")
    matching.record_sure()
    clock.pass_(timedelta(days=60))
    jobs.run_due()
    jobs.run_due()
    assert not resolve(ann.account, clock()).holds(clock())
    came(clock, ann.reference or "?")
    assert matching.record_sure() == 1
    assert resolve(ann.account, clock()).holds(clock() + timedelta(days=29))


def test_what_matches_nothing_has_no_proposal(ann: Subscription, clock: SettableClock) -> None:
    came(clock, "rent", "500.00")
    assert why() == []


def test_a_statement_read_twice_keeps_each_line_once(ann: Subscription, clock: SettableClock) -> None:
    read = read_statement(b"Date,Amount\n2026-11-24,8.00\n2026-11-24,8.00\n", "GBP")
    assert matching.take_in(read) == (2, 0)
    assert matching.take_in(read) == (0, 2)
    assert BankLine.objects.count() == 2
    assert not Payment.objects.exists()
