"""Cancelling, pausing, prices and refunds, as Stripe comes to hold them; and what is done on Stripe's own page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from pennypress.office import lifecycle
from pennypress.office.models import Account, Kind, Payment, Plan, Status
from pennypress.office.till.base import TillDown
from pennypress.office.till.stripe import StripeTill
from tests.office.till.world import World, amounts, letters

MakePlan = Callable[..., Plan]


@pytest.fixture
def ann(account: Callable[..., Account], world: World) -> Account:
    return account()


def test_cancelling_here_ends_it_there_with_the_period(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan())
    lifecycle.cancel(held)
    assert set(world.deliver()) <= {200}
    assert world.all_subscriptions()[0]["cancel_at_period_end"]
    assert world.reads(ann)
    world.pass_days(29)
    assert world.reads(ann)
    world.pass_days(2)
    held.refresh_from_db()
    assert (held.status, held.end_why) == (Status.ENDED, "cancelled")
    assert not world.reads(ann)
    assert amounts() == [800]
    assert len(letters("cancelled")) == 1


def test_cancelling_at_the_portal_is_cancelling_here_with_the_same_letter(
    world: World, ann: Account, plan: MakePlan
) -> None:
    held = world.buy(ann, plan())
    portal = StripeTill().portal(Account.objects.get(), "/account")
    world.server.cancel_at_portal(str(portal))
    world.deliver(times=2)
    held.refresh_from_db()
    assert held.cancelled is not None
    assert len(letters("cancelled")) == 1
    assert world.reads(ann)


def test_a_cancellation_is_taken_back_here_and_there(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan())
    lifecycle.cancel(held)
    lifecycle.go_on(held)
    world.deliver()
    held.refresh_from_db()
    assert held.cancelled is None
    world.pass_days(32)
    assert amounts() == [800, 800]


def test_going_on_at_the_portal_is_going_on_here(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan())
    lifecycle.cancel(held)
    world.deliver()
    world.server.api("POST", f"/v1/subscriptions/{held.stripe}", cancel_at_period_end="false")
    world.deliver()
    held.refresh_from_db()
    assert held.cancelled is None
    assert len(letters("going-on")) == 1


def test_while_stripe_is_down_nothing_is_cancelled_and_it_says_so(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan())
    world.server.down(True)
    with pytest.raises(TillDown):
        lifecycle.cancel(held)
    held.refresh_from_db()
    assert held.cancelled is None
    assert world.reads(ann)


def test_what_has_ended_at_stripe_can_be_cancelled_again_without_harm(
    world: World, ann: Account, plan: MakePlan
) -> None:
    held = world.buy(ann, plan())
    till = StripeTill()
    till.cancel(held, now=True)
    till.cancel(held, now=True)
    till.cancel(held)
    assert world.all_subscriptions()[0]["status"] == "canceled"


def test_a_pause_moves_the_next_payment_behind_it(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan())
    world.pass_days(5)
    lifecycle.pause(held, world.clock.moment, world.clock.moment + timedelta(days=20))
    world.deliver()
    held.refresh_from_db()
    assert held.status == Status.PAUSED
    assert held.period_end == datetime(2027, 1, 13, 12, tzinfo=UTC)
    assert not world.reads(ann)
    world.pass_days(20)
    from pennypress.office.lifecycle import pausing

    pausing.end_due()
    world.deliver()
    held.refresh_from_db()
    assert (held.status, held.period_end) == (Status.ACTIVE, datetime(2027, 1, 13, 12, tzinfo=UTC))
    assert world.reads(ann)
    assert amounts() == [800]
    world.pass_days(26)
    assert amounts() == [800, 800]


def test_a_pause_that_ends_early_moves_the_payment_back(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan())
    world.pass_days(5)
    lifecycle.pause(held, world.clock.moment, world.clock.moment + timedelta(days=20))
    world.pass_days(4)
    lifecycle.unpause(held)
    world.deliver()
    held.refresh_from_db()
    assert (held.status, held.period_end) == (Status.ACTIVE, datetime(2026, 12, 28, 12, tzinfo=UTC))
    assert world.reads(ann)
    world.pass_days(26)
    assert amounts() == [800, 800]


def test_a_new_price_is_taken_from_the_next_payment_on(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan())
    StripeTill().change_price(held, 900, date(2026, 12, 1))
    world.deliver()
    assert amounts() == [800]
    world.pass_days(32)
    assert amounts() == [800, 900]
    held.refresh_from_db()
    assert held.price == 900


def test_money_goes_back_the_way_it_came_and_once(world: World, ann: Account, plan: MakePlan) -> None:
    world.buy(ann, plan(), gift=250)
    payment = Payment.objects.get(is_gift=False)
    till = StripeTill()
    assert till.refund(payment, 300, "refund-1") == till.refund(payment, 300, "refund-1")
    assert till.refund(Payment.objects.get(is_gift=True), 250, "refund-2")
    assert [each["amount"] for each in world.listed("refunds")] == [250, 300]


def test_a_donation_can_be_given_back(world: World, ann: Account, plan: MakePlan) -> None:
    world.server.pay(world.checkout(world.order(ann, plan(kind=Kind.DONATION, price=2000))))
    world.deliver()
    lifecycle.refund(Payment.objects.get(), 2000, "asked for")
    assert [each["amount"] for each in world.listed("refunds")] == [2000]


def test_a_refund_that_cannot_be_sent_now_is_sent_later_once(world: World, ann: Account, plan: MakePlan) -> None:
    from pennypress.office.lifecycle import refunding

    world.buy(ann, plan())
    world.server.down(True, "lost")
    made = lifecycle.refund(Payment.objects.get(), 800, "asked for")
    assert made.sent is None
    world.server.down(False)
    refunding.send_due()
    refunding.send_due()
    assert [each["amount"] for each in world.listed("refunds")] == [800]


def test_withdrawing_ends_it_at_stripe_and_gives_the_money_back(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan())
    assert lifecycle.withdraw(held) is not None
    world.deliver()
    assert world.all_subscriptions()[0]["status"] == "canceled"
    assert sum(each["amount"] for each in world.listed("refunds")) == 800
    held.refresh_from_db()
    assert (held.status, held.end_why) == (Status.ENDED, "withdrawn")
    assert not world.reads(ann)


def test_a_refund_made_in_stripes_dashboard_is_noted_once_and_ours_not_twice(
    world: World, ann: Account, plan: MakePlan
) -> None:
    world.buy(ann, plan(), gift=250)
    payment = Payment.objects.get(is_gift=False)
    lifecycle.refund(payment, 100, "asked for")
    intent = world.listed("refunds")[0]["payment_intent"]
    world.server.api("POST", "/v1/refunds", payment_intent=intent, amount="300")
    assert set(world.deliver(times=2)) == {200}
    assert sorted(payment.refunds.values_list("amount", flat=True)) == [100, 300]
    with pytest.raises(lifecycle.TooMuch):
        lifecycle.refund(payment, 500, "asked for")
