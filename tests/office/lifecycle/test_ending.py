"""Cancelling, pausing, failing and ending."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage

from pennypress.core.rights import LapseKind
from pennypress.office import clock as office_clock
from pennypress.office import jobs, lifecycle, rights
from pennypress.office.lifecycle import CannotPause, TooMuch
from pennypress.office.lifecycle.periods_end import end_due
from pennypress.office.lifecycle.refunding import send_due
from pennypress.office.models import Account, Letter, Method, Order, Payment, Plan, Refund, Right, Status, Subscription
from tests.office.conftest import SettableClock
from tests.office.lifecycle.lives import PlaceOrder, Subscribe, pay

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def reads(account: Account) -> bool:
    now = office_clock.now()
    return any(right.holds(now) for right in rights.resolve(account, now).entitlements)


def lapse(account: Account) -> LapseKind | None:
    found = rights.resolve(account, office_clock.now()).lapse
    return None if found is None else found.kind


def promised(order: Order) -> Subscription:
    begun = lifecycle.begin(order, status=Status.PROMISED, period_end=None)
    assert begun is not None
    return begun


def test_whoever_cancels_reads_until_the_end_of_what_is_paid_for(clock: SettableClock, subscribed: Subscribe) -> None:
    held = lifecycle.cancel(subscribed())
    assert held.period_end is not None
    clock.set(held.period_end - MINUTE)
    end_due()
    assert reads(held.account)
    clock.pass_(MINUTE)
    end_due()
    held.refresh_from_db()
    assert not reads(held.account)
    assert (held.status, held.end_why, held.ended) == (Status.ENDED, "cancelled", held.period_end)
    assert lapse(held.account) is LapseKind.ENDED


def test_a_plain_mail_is_as_good(clock: SettableClock, subscribed: Subscribe, account: Callable[..., Account]) -> None:
    clerk = account("clerk@paper.test", role="subscriptions")
    held = lifecycle.cancel(subscribed(), by=clerk, why="your mail of today")
    own = Letter.objects.get(kind="cancelled")
    assert held.cancelled is not None
    assert own.to == "ann@example.com"
    assert "It ends on 24 December 2026" in own.body
    assert "One of us has entered this for you, as you asked: your mail of today" in own.body


def test_at_the_end_one_is_told_that_nothing_more_is_charged(
    clock: SettableClock, subscribed: Subscribe, mails: list[EmailMessage]
) -> None:
    lifecycle.cancel(subscribed())
    clock.pass_(31 * DAY)
    end_due()
    end_due()
    assert [mail.subject for mail in mails].count("The Skerrow Lantern: your subscription has ended") == 1
    assert "Nothing more is charged." in mails[-1].body


def test_whoever_has_no_mail_address_gets_letters_on_paper(
    subscribed: Subscribe, account: Callable[..., Account], mails: list[EmailMessage]
) -> None:
    lifecycle.cancel(subscribed(by=account(None, name="Ann Torvald")))
    assert not mails
    assert Letter.objects.get(kind="cancelled").to == ""
    assert "Dear Ann Torvald," in Letter.objects.get(kind="cancelled").body


def test_a_cancellation_that_is_taken_back_goes_on_and_may_be_made_again(
    clock: SettableClock, subscribed: Subscribe
) -> None:
    held = lifecycle.go_on(lifecycle.cancel(subscribed()))
    assert held.cancelled is None
    clock.pass_(DAY)
    lifecycle.cancel(held)
    assert Letter.objects.filter(kind="cancelled").count() == 2


def test_what_has_ended_is_not_taken_back(clock: SettableClock, subscribed: Subscribe) -> None:
    held = lifecycle.cancel(subscribed())
    clock.pass_(31 * DAY)
    end_due()
    assert lifecycle.go_on(held).status == Status.ENDED


def test_what_nobody_pays_is_ended_by_a_cancellation_at_once(subscribed: Subscribe) -> None:
    held = subscribed()
    lifecycle.set_status(held, Status.UNPAID)
    assert lifecycle.cancel(held).status == Status.ENDED


def test_a_promise_that_is_not_kept_ends_and_says_why(
    clock: SettableClock, order: PlaceOrder, mails: list[EmailMessage]
) -> None:
    held = promised(order(method=Method.TRANSFER))
    clock.pass_(14 * DAY)
    end_due()
    assert not reads(held.account)
    assert lapse(held.account) is LapseKind.NOT_RECEIVED
    assert "because no payment has reached us" in mails[-1].body


def test_money_that_comes_after_all_begins_it_again(clock: SettableClock, order: PlaceOrder) -> None:
    held = promised(order(method=Method.TRANSFER))
    clock.pass_(15 * DAY)
    end_due()
    lifecycle.receive(
        held.account, 800, "GBP", Method.TRANSFER, received=clock.moment, what="Reader", subscription=held,
        period=(clock.moment, clock.moment + 30 * DAY),
    )  # fmt: skip
    assert held.status == Status.ACTIVE
    assert reads(held.account)


def test_no_payer_is_walled_while_a_standing_order_is_on_its_way(clock: SettableClock, order: PlaceOrder) -> None:
    held = promised(order(method=Method.STANDING_ORDER))
    start = clock.moment
    lifecycle.receive(
        held.account, 800, "GBP", Method.STANDING_ORDER, received=start, what="Reader", subscription=held,
        period=(start, start + 30 * DAY),
    )  # fmt: skip
    clock.pass_(30 * DAY)
    end_due()
    assert reads(held.account)
    held.refresh_from_db()
    assert held.status == Status.PROMISED
    clock.pass_(14 * DAY)
    end_due()
    assert not reads(held.account)
    assert lapse(held.account) is LapseKind.NOT_RECEIVED


def test_a_trial_that_nobody_goes_on_to_pay_for_ends(
    clock: SettableClock, subscribed: Subscribe, plan: Callable[..., Plan], mails: list[EmailMessage]
) -> None:
    held = subscribed(of=plan(trial_days=30))
    clock.pass_(30 * DAY)
    end_due()
    assert lapse(held.account) is LapseKind.TRIAL_ENDED
    assert "You were charged nothing." in mails[-1].body


def test_what_stripe_renews_is_not_ended_by_us(clock: SettableClock, subscribed: Subscribe) -> None:
    held = subscribed()
    Subscription.objects.filter(pk=held.pk).update(stripe="sub_1")
    clock.pass_(32 * DAY)
    end_due()
    assert reads(held.account)


def test_reading_goes_on_while_a_failed_payment_is_retried(
    clock: SettableClock, subscribed: Subscribe, mails: list[EmailMessage]
) -> None:
    held = subscribed()
    Subscription.objects.filter(pk=held.pk).update(stripe="sub_1")
    for _ in range(2):
        lifecycle.set_status(held, Status.PAST_DUE)
    assert reads(held.account)
    assert [mail.subject for mail in mails].count("The Skerrow Lantern: a payment did not work") == 1
    assert "you read on meanwhile" in mails[-1].body


def test_where_the_paper_says_so_it_does_not(paper: Callable[..., object], subscribed: Subscribe) -> None:
    paper(access={"past_due": False})
    held = subscribed()
    lifecycle.set_status(held, Status.PAST_DUE)
    assert not reads(held.account)
    assert lapse(held.account) is LapseKind.PAYMENT_FAILED
    assert "You read on as soon as it works." in Letter.objects.get(kind="payment-failed").body


def test_a_payment_that_works_again_ends_the_failure(clock: SettableClock, subscribed: Subscribe) -> None:
    held = subscribed()
    lifecycle.set_status(held, Status.PAST_DUE)
    pay(held)
    assert (held.status, held.failing) == (Status.ACTIVE, None)


def test_a_direct_debit_that_fails_ends_reading_and_says_so(order: PlaceOrder, mails: list[EmailMessage]) -> None:
    placed = order(method=Method.BACS)
    held = lifecycle.begin(placed, status=Status.PENDING, period_end=office_clock.now() + 30 * DAY)
    assert held is not None
    assert reads(held.account)
    lifecycle.set_status(held, Status.UNPAID)
    assert not reads(held.account)
    assert lapse(held.account) is LapseKind.PAYMENT_FAILED
    assert "To read on, enter another card or account" in mails[-1].body


def test_word_that_comes_late_wakes_nothing_that_was_withdrawn(subscribed: Subscribe) -> None:
    held = subscribed()
    lifecycle.withdraw(held)
    lifecycle.set_status(held, Status.ACTIVE)
    pay(held)
    assert (held.status, held.end_why) == (Status.ENDED, "withdrawn")
    assert not reads(held.account)


def test_a_pause_stops_reading_and_moves_what_is_paid_for_behind_it(
    clock: SettableClock, subscribed: Subscribe
) -> None:
    held = subscribed()
    paid_until = held.period_end
    assert paid_until is not None
    lifecycle.pause(held, clock.moment + 5 * DAY, clock.moment + 12 * DAY)
    assert reads(held.account)
    clock.pass_(5 * DAY)
    jobs.run_due()
    assert not reads(held.account)
    assert lapse(held.account) is None
    clock.pass_(7 * DAY)
    jobs.run_due()
    held.refresh_from_db()
    assert reads(held.account)
    assert (held.status, held.period_end) == (Status.ACTIVE, paid_until + 7 * DAY)


def test_a_pause_that_is_ended_early_gives_the_rest_of_it_back(clock: SettableClock, subscribed: Subscribe) -> None:
    held = subscribed()
    paid_until = held.period_end
    assert paid_until is not None
    lifecycle.pause(held, clock.moment, clock.moment + 10 * DAY)
    assert held.status == Status.PAUSED
    clock.pass_(4 * DAY)
    lifecycle.unpause(held)
    lifecycle.unpause(held)
    assert (held.status, held.period_end) == (Status.ACTIVE, paid_until + 4 * DAY)
    assert Letter.objects.filter(kind="unpaused").count() == 1


def test_a_till_that_calls_it_active_ends_no_pause(clock: SettableClock, subscribed: Subscribe) -> None:
    held = subscribed()
    lifecycle.pause(held, clock.moment, clock.moment + 10 * DAY)
    lifecycle.set_status(held, Status.ACTIVE)
    assert held.status == Status.PAUSED


def test_what_is_cancelled_or_paused_already_is_not_paused(clock: SettableClock, subscribed: Subscribe) -> None:
    held = lifecycle.cancel(subscribed())
    with pytest.raises(CannotPause):
        lifecycle.pause(held, clock.moment, clock.moment + DAY)
    with pytest.raises(CannotPause):
        lifecycle.pause(lifecycle.go_on(held), clock.moment, clock.moment)


def test_no_more_goes_back_than_was_paid(subscribed: Subscribe) -> None:
    subscribed()
    payment = Payment.objects.get()
    lifecycle.refund(payment, 300, "one week")
    with pytest.raises(TooMuch) as refused:
        lifecycle.refund(payment, 501, "all")
    assert refused.value.left == 500
    assert Refund.objects.count() == 1


def test_a_refund_by_a_till_is_marked_as_sent_once(subscribed: Subscribe) -> None:
    subscribed()
    made = lifecycle.refund(Payment.objects.get(), 800, "a mistake")
    assert made.sent is not None
    assert send_due() == 0


def test_a_subscription_is_moved_with_its_right(subscribed: Subscribe, account: Callable[..., Account]) -> None:
    held = subscribed()
    ann, ben = held.account, account("ben@example.com")
    lifecycle.move(held, ben)
    assert (reads(ann), reads(ben)) == (False, True)
    assert Payment.objects.get().account == ann


def test_a_right_that_is_given_ends_without_a_job(clock: SettableClock, account: Callable[..., Account]) -> None:
    ann = account()
    Right.objects.create(account=ann, kind="complimentary", start=clock.moment, until=clock.moment + DAY, why="thanks")
    assert reads(ann)
    clock.pass_(DAY)
    assert not reads(ann)


def test_a_cancellation_that_was_made_is_not_made_again_later(clock: SettableClock, subscribed: Subscribe) -> None:
    held = lifecycle.cancel(subscribed())
    first = held.cancelled
    clock.pass_(DAY)
    assert lifecycle.cancel(held).cancelled == first
    assert Letter.objects.filter(kind="cancelled").count() == 1


def test_money_for_a_promise_that_ended_begins_no_second_subscription(
    clock: SettableClock, order: PlaceOrder, plan: Callable[..., Plan]
) -> None:
    offered = plan()
    old = promised(order(of=offered, method=Method.TRANSFER))
    clock.pass_(15 * DAY)
    end_due()
    new = lifecycle.begin(order(of=offered), status=Status.ACTIVE, period_end=clock.moment + 30 * DAY)
    lifecycle.receive(
        old.account, 800, "GBP", Method.TRANSFER, received=clock.moment, what="Reader", subscription=old,
        period=(clock.moment, clock.moment + 30 * DAY),
    )  # fmt: skip
    assert old.status == Status.ENDED
    assert lifecycle.live(old.account) == new


def test_a_promise_does_not_give_way_to_a_promise(order: PlaceOrder, plan: Callable[..., Plan]) -> None:
    offered = plan()
    promised(order(of=offered, method=Method.TRANSFER))
    with pytest.raises(lifecycle.AlreadySubscribed):
        promised(order(of=offered, method=Method.CHEQUE))


def test_a_promise_that_is_not_trusted_is_waited_for_without_reading(clock: SettableClock, order: PlaceOrder) -> None:
    placed = order(method=Method.TRANSFER)
    held = lifecycle.begin(placed, status=Status.PROMISED, period_end=clock.moment)
    assert held is not None
    clock.pass_(13 * DAY)
    end_due()
    assert not reads(held.account)
    assert not Letter.objects.filter(kind="ended").exists()
    clock.pass_(DAY)
    end_due()
    held.refresh_from_db()
    assert (held.status, held.end_why) == (Status.ENDED, "not-received")


@pytest.mark.parametrize("method", [Method.TRANSFER, Method.STANDING_ORDER, Method.CHEQUE, Method.TELEPHONE])
def test_what_is_paid_without_a_card_is_cancelled_paused_and_given_back_alike(
    clock: SettableClock, subscribed: Subscribe, method: Method
) -> None:
    held = subscribed(method=method)
    lifecycle.pause(held, clock.moment, clock.moment + 3 * DAY)
    assert lifecycle.unpause(held).status == Status.ACTIVE
    assert lifecycle.cancel(held).cancelled is not None
    assert lifecycle.go_on(held).cancelled is None
    assert lifecycle.withdraw(held) is not None
    assert Refund.objects.get().sent is None
