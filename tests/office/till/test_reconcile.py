"""What was lost is made good at night, or by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pennypress.config import Config
from pennypress.office import lifecycle
from pennypress.office.models import Account, Kind, Method, Order, OrderState, Plan, Right, Status, Subscription
from pennypress.office.till.base import TillDown
from pennypress.office.till.reconcile import Reconciled, nightly, reconcile
from tests.office.till.world import World, amounts, letters
from tests.stripe_server.running import BACS, FAILS_LATER

MakePlan = Callable[..., Plan]
MakeAccount = Callable[..., Account]


@pytest.fixture
def ann(account: MakeAccount, world: World) -> Account:
    return account()


def changes_nothing_more() -> bool:
    """Whether a second run finds all as it should be."""
    done = reconcile()
    return not (done.mended or done.failed or done.missing)


def test_a_page_closed_too_early_and_a_lost_webhook_lose_nobody(world: World, ann: Account, plan: MakePlan) -> None:
    world.server.pay(world.checkout(world.order(ann, plan())))
    world.lose()
    assert not world.reads(ann)
    done = reconcile()
    assert len(done.mended) == 1
    assert world.reads(ann)
    assert amounts() == [800]
    assert len(letters("subscribed")) == 1
    assert changes_nothing_more()


def test_an_order_that_was_left_at_the_till_stays_open_until_its_session_has_expired(
    world: World, ann: Account, plan: MakePlan
) -> None:
    world.checkout(world.order(ann, plan()))
    assert reconcile() == Reconciled()
    assert Order.objects.get().state == OrderState.AT_TILL
    world.pass_days(1, deliver=False)
    reconcile()
    assert Order.objects.get().state == OrderState.DROPPED
    assert not world.reads(ann)


def test_a_pass_whose_webhook_was_lost_opens_its_days(world: World, ann: Account, plan: MakePlan) -> None:
    world.server.pay(world.checkout(world.order(ann, plan(kind=Kind.PASS, price=300, days=7))))
    world.lose()
    reconcile()
    assert Right.objects.count() == 1
    assert amounts() == [300]


def test_a_renewal_whose_webhooks_were_lost_is_received(world: World, ann: Account, plan: MakePlan) -> None:
    world.buy(ann, plan())
    world.pass_days(32, deliver=False)
    world.lose()
    assert amounts() == [800]
    done = reconcile()
    assert amounts() == [800, 800]
    assert any("was paid for" in words for words in done.mended)
    assert changes_nothing_more()


def test_an_end_that_was_never_told_ends_reading(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan())
    world.server.api("DELETE", f"/v1/subscriptions/{held.stripe}")
    world.lose()
    assert world.reads(ann)
    reconcile()
    assert not world.reads(ann)
    held.refresh_from_db()
    assert held.status == Status.ENDED
    assert changes_nothing_more()


def test_failures_and_cancellations_that_were_never_told_are_taken_in(
    world: World, ann: Account, plan: MakePlan, account: MakeAccount
) -> None:
    failing, cancelling = world.buy(ann, plan()), world.buy(account("ben@example.com"), plan())
    world.server.pay_by(str(Account.objects.get(pk=ann.pk).stripe_customer), FAILS_LATER)
    world.pass_days(30.5, deliver=False)
    world.server.api("POST", f"/v1/subscriptions/{cancelling.stripe}", cancel_at_period_end="true")
    world.lose()
    assert len(reconcile().mended) >= 2
    failing.refresh_from_db()
    cancelling.refresh_from_db()
    assert failing.status == Status.PAST_DUE
    assert cancelling.cancelled is not None
    assert changes_nothing_more()


def test_a_mandate_that_failed_unheard_ends_reading(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan(), Method.BACS, fields={**BACS, "account_number": "33333335"})
    world.pass_days(4, deliver=False)
    world.lose()
    reconcile()
    held.refresh_from_db()
    assert (held.status, held.end_why) == (Status.ENDED, "unpaid")
    assert changes_nothing_more()


def test_a_debit_that_is_under_way_and_a_trial_and_a_pause_are_as_they_should_be(
    world: World, ann: Account, plan: MakePlan, account: MakeAccount
) -> None:
    from datetime import timedelta

    world.buy(ann, plan(), Method.BACS, fields=BACS)
    world.buy(account("ben@example.com"), plan(trial_days=14))
    paused = world.buy(account("cy@example.com"), plan())
    lifecycle.pause(paused, world.clock.moment, world.clock.moment + timedelta(days=20))
    world.deliver()
    assert changes_nothing_more()


def test_what_stands_at_stripe_and_is_of_nobody_here_is_shown_and_left_alone(
    world: World, ann: Account, plan: MakePlan
) -> None:
    world.buy(ann, plan())
    price = world.server.api(
        "POST", "/v1/prices", currency="gbp", unit_amount="900",
        **{"recurring[interval]": "month", "product_data[name]": "Elsewhere"},
    )["id"]  # fmt: skip
    world.server.seed(2, price)
    done = reconcile()
    assert len(done.unknown) == 2
    assert all("of nobody here" in words for words in done.unknown)
    assert not done.mended
    assert Subscription.objects.count() == 1
    assert {each["status"] for each in world.all_subscriptions()} == {"active"}


def test_what_stripe_does_not_know_is_shown_and_reads_on(world: World, ann: Account, plan: MakePlan) -> None:
    world.buy(ann, plan())
    Subscription.objects.update(stripe="sub_of_another_account")
    Order.objects.update(state=OrderState.DROPPED)
    done = reconcile()
    assert ["sub_of_another_account" in words for words in done.missing] == [True]
    assert Subscription.objects.get().status == Status.ACTIVE


def test_a_subscription_that_was_brought_over_gets_no_receipts_for_its_past(
    world: World, ann: Account, plan: MakePlan
) -> None:
    held = world.buy(ann, plan())
    world.pass_days(32)
    held.refresh_from_db()
    facts = {"imported": "stripe-1", "taken_in": 0}
    Subscription.objects.filter(pk=held.pk).update(**facts)
    held.payments.all().delete()
    assert reconcile().mended == []
    assert amounts() == []
    world.pass_days(31)
    assert amounts() == [800]


def test_every_page_of_what_stripe_lists_is_compared(world: World, ann: Account, plan: MakePlan) -> None:
    world.buy(ann, plan())
    price = world.server.api(
        "POST", "/v1/prices", currency="gbp", unit_amount="900",
        **{"recurring[interval]": "month", "product_data[name]": "Elsewhere"},
    )["id"]  # fmt: skip
    world.server.seed(130, price)
    seen: list[str] = []
    done = reconcile(seen.append)
    assert done.looked_at == 131
    assert len(done.unknown) == 130
    assert len(seen) >= 131


def test_while_stripe_is_down_it_says_so_and_changes_nothing(world: World, ann: Account, plan: MakePlan) -> None:
    world.buy(ann, plan())
    world.server.down(True)
    with pytest.raises(TillDown):
        reconcile()
    assert world.reads(ann)


def test_without_a_stripe_account_the_night_asks_nobody(paper: Callable[..., Config]) -> None:
    paper(stripe={"key": None})
    nightly()


def test_it_runs_every_night(world: World, ann: Account, plan: MakePlan) -> None:
    from pennypress.office import jobs

    world.server.pay(world.checkout(world.order(ann, plan())))
    world.lose()
    assert "stripe" in jobs.run_due()
    assert world.reads(ann)


def test_a_key_that_is_wrong_is_no_reason_to_end_anything(
    world: World, ann: Account, plan: MakePlan, paper: Callable[..., Config], tmp_path: Path
) -> None:
    from tests.office.till.world import secret_file

    world.buy(ann, plan())
    paper(stripe={"key": secret_file(tmp_path / "other", "sk_test_other")})
    with pytest.raises(TillDown):
        reconcile()
    assert world.reads(ann)
