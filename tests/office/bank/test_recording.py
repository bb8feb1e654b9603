"""Paying without a card: read at once on one's word, and what becomes of the money when it comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.mail import EmailMessage

from pennypress.office import jobs
from pennypress.office.bank.recording import AlreadyRecorded, Wanted, WrongAmount, record, wanted_by
from pennypress.office.models import Account, Method, Order, Payment, Plan, Status, Subscription
from pennypress.office.money import Money
from pennypress.office.rights import resolve
from pennypress.office.subscribe import ordering
from pennypress.office.till import till_of

if TYPE_CHECKING:
    from tests.office.browser import Browser
    from tests.office.conftest import SettableClock

EIGHT = Money(800, "GBP")


@pytest.fixture
def promise(account: Callable[..., Account], plan: Callable[..., Plan], clock: SettableClock) -> Callable[..., Wanted]:
    """Ann orders, and says that she will pay by transfer."""

    def make(ann: Account | None = None, method: Method = Method.TRANSFER, gift: int = 0, **facts: object) -> Wanted:
        reader = ann or account()
        order = ordering.place(
            reader,
            ordering.terms_for(reader, plan(**{"name": "Reader", **facts}), gift=gift),
            method,
            shown="",
            language="en",
            back="/news/a",
        )
        till_of(method).checkout(order)
        order.refresh_from_db()
        return Wanted(order.subscription, None if order.subscription else order)

    return make


def reads(account: Account, clock: SettableClock) -> bool:
    return resolve(account, clock()).holds(clock())


def test_one_reads_at_once_on_ones_word_and_for_a_fortnight(
    promise: Callable[..., Wanted], clock: SettableClock
) -> None:
    wanted = promise()
    assert reads(wanted.account, clock)
    clock.pass_(timedelta(days=13))
    assert reads(wanted.account, clock)
    clock.pass_(timedelta(days=2))
    assert not reads(wanted.account, clock)


def test_the_page_and_the_letter_give_account_amount_and_reference(
    promise: Callable[..., Wanted], signed_in: Callable[..., Browser], mails: list[EmailMessage]
) -> None:
    wanted = promise()
    assert wanted.subscription is not None
    page = signed_in(wanted.account).get(f"/-/pennypress/till/promise/{Order.objects.get().key}")
    reference = wanted.subscription.reference or "?"
    for said in (page.text, str(mails[-1].body)):
        assert reference in said
        assert "£8.00" in said
        assert "20-00-00" in said
    assert "8 December 2026" in page.text


def test_money_that_comes_pays_from_the_beginning(promise: Callable[..., Wanted], clock: SettableClock) -> None:
    wanted = promise()
    assert wanted.subscription is not None
    began = wanted.subscription.started
    clock.pass_(timedelta(days=5))
    record(wanted, EIGHT, Method.TRANSFER, clock())
    held = Subscription.objects.get()
    assert held.status == Status.ACTIVE
    assert held.period_end is not None
    assert (held.period_end - began).days == 30
    assert Payment.objects.get().amount == 800


def test_money_that_comes_after_the_end_lets_one_read_again(
    promise: Callable[..., Wanted], clock: SettableClock
) -> None:
    wanted = promise()
    clock.pass_(timedelta(days=20))
    jobs.run_due()
    assert Subscription.objects.get().status == Status.ENDED
    assert wanted.subscription is not None
    found = wanted_by(wanted.subscription.reference or "")
    assert found is not None
    record(found, EIGHT, Method.TRANSFER, clock())
    assert reads(wanted.account, clock)


def test_a_renewal_goes_on_from_the_end_of_the_last_period(
    promise: Callable[..., Wanted], clock: SettableClock
) -> None:
    wanted = promise()
    record(wanted, EIGHT, Method.TRANSFER, clock())
    clock.pass_(timedelta(days=20))
    record(Wanted(Subscription.objects.get(), None), EIGHT, Method.TRANSFER, clock())
    first, second = Payment.objects.order_by("pk")
    assert second.period_start == first.period_end


def test_several_periods_may_be_paid_for_at_once(promise: Callable[..., Wanted], clock: SettableClock) -> None:
    wanted = promise()
    record(wanted, EIGHT.times(3), Method.TRANSFER, clock())
    held = Subscription.objects.get()
    assert held.period_end is not None
    assert (held.period_end - held.started).days in (91, 92)


@pytest.mark.parametrize("amount", [Money(799, "GBP"), Money(801, "GBP"), Money(800, "EUR"), Money(0, "GBP")])
def test_too_little_too_much_and_another_currency_are_never_taken_silently(
    amount: Money, promise: Callable[..., Wanted], clock: SettableClock
) -> None:
    wanted = promise()
    with pytest.raises(WrongAmount) as refused:
        record(wanted, amount, Method.TRANSFER, clock())
    assert refused.value.due == EIGHT
    assert not Payment.objects.exists()


def test_an_introductory_price_is_what_is_due_first(promise: Callable[..., Wanted], clock: SettableClock) -> None:
    wanted = promise(intro_price=200, intro_periods=2)
    assert wanted.due == Money(200, "GBP")
    record(wanted, Money(200 + 200 + 800, "GBP"), Method.TRANSFER, clock())
    assert Subscription.objects.get().intro_left == 0
    assert Wanted(Subscription.objects.get(), None).due == EIGHT


def test_a_gift_that_was_promised_beside_is_due_once(promise: Callable[..., Wanted], clock: SettableClock) -> None:
    wanted = promise(gift=500)
    assert wanted.due == Money(1300, "GBP")
    record(wanted, Money(1300, "GBP"), Method.TRANSFER, clock())
    assert sorted(Payment.objects.values_list("amount", "is_gift")) == [(500, True), (800, False)]
    assert Wanted(Subscription.objects.get(), None).due == EIGHT


def test_a_second_promise_after_a_broken_one_is_not_read_on(
    promise: Callable[..., Wanted], clock: SettableClock
) -> None:
    ann = promise().account
    clock.pass_(timedelta(days=20))
    jobs.run_due()
    again = promise(ann)
    assert not reads(ann, clock)
    record(again, EIGHT, Method.TRANSFER, clock())
    assert reads(ann, clock)


def test_the_letter_on_a_second_promise_does_not_say_that_one_reads_and_none_asks_for_it(
    promise: Callable[..., Wanted], clock: SettableClock, mails: list[EmailMessage]
) -> None:
    ann = promise().account
    clock.pass_(timedelta(days=20))
    jobs.run_due()
    again = promise(ann)
    (letter,) = [mail for mail in mails if again.reference in mail.subject]
    assert "You read on as soon as the money is there" in str(letter.body)
    assert "You can read on now" not in str(letter.body)
    before = len(mails)
    clock.pass_(timedelta(hours=2))
    jobs.run_due()
    assert not [mail for mail in mails[before:] if "is due" in mail.subject]


def test_who_has_paid_since_is_trusted_again(promise: Callable[..., Wanted], clock: SettableClock) -> None:
    ann = promise().account
    clock.pass_(timedelta(days=20))
    jobs.run_due()
    record(promise(ann), EIGHT, Method.TRANSFER, clock())
    clock.pass_(timedelta(days=80))
    for _ in range(3):
        jobs.run_due()
    promise(ann)
    assert reads(ann, clock)


def test_a_pass_begins_with_the_money(promise: Callable[..., Wanted], clock: SettableClock) -> None:
    wanted = promise(kind="pass", days=7, method=Method.CASH)
    assert not reads(wanted.account, clock)
    assert wanted.order is not None
    found = wanted_by(wanted.order.session)
    assert found is not None
    record(found, EIGHT, Method.CASH, clock())
    assert reads(wanted.account, clock)
    assert wanted_by(wanted.order.session) is None


def test_a_pass_is_paid_for_once(promise: Callable[..., Wanted], clock: SettableClock) -> None:
    wanted = promise(kind="pass", days=7, method=Method.CASH)
    record(wanted, EIGHT, Method.CASH, clock())
    with pytest.raises(AlreadyRecorded):
        record(wanted, EIGHT, Method.CASH, clock())
    assert Payment.objects.count() == 1
