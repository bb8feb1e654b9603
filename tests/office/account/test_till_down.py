"""Stripe does not answer: nothing is changed, nothing is charged twice, and nobody is stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pennypress.config import Config
from pennypress.office import clock, lifecycle, rights
from pennypress.office.lifecycle import pausing, refunding
from pennypress.office.models import Account, Payment, Refund, Status, Subscription
from tests.office.browser import Browser
from tests.office.lifecycle.lives import Subscribe

SignIn = Callable[..., Browser]


@pytest.fixture
def held(subscribed: Subscribe, paper: Callable[..., Config], tmp_path: Path) -> Subscription:
    """A subscription at a Stripe behind a door that nobody opens."""
    key = tmp_path / "stripe.key"
    key.write_text("sk_test_nobody\n")
    key.chmod(0o600)
    begun = subscribed()
    Subscription.objects.filter(pk=begun.pk).update(stripe="sub_behind_the_door")
    Payment.objects.update(stripe="in_behind_the_door")
    begun.refresh_from_db()
    paper(stripe={"key": key, "address": "http://127.0.0.1:9"}, office={"demo_till": False})
    return begun


def reads(account: Account) -> bool:
    now = clock.now()
    return any(right.holds(now) for right in rights.resolve(account, now).entitlements)


@pytest.mark.parametrize(("path", "button"), [("cancel", "Cancel the subscription"), ("withdraw", "End it now")])
def test_ending_it_says_try_again_and_changes_nothing(
    held: Subscription, signed_in: SignIn, path: str, button: str
) -> None:
    page = signed_in(held.account).get(f"/account/{path}/{held.pk}").submit(button=button)
    assert page.status == 503
    assert "nothing was changed yet. Please try again in a few minutes, or write to us" in page.text
    assert page.button(button)
    held.refresh_from_db()
    assert (held.status, held.cancelled) == (Status.ACTIVE, None)
    assert not Refund.objects.exists()


def test_reading_goes_on(held: Subscription) -> None:
    assert reads(held.account)


def test_a_refund_is_kept_and_sent_later(held: Subscription, paper: Callable[..., Config]) -> None:
    made = lifecycle.refund(Payment.objects.get(), 300, "a week without a paper")
    assert made.sent is None
    assert refunding.send_due() == 0
    paper(stripe={"key": None}, office={"demo_till": True})
    assert refunding.send_due() == 1
    assert refunding.send_due() == 0
    made.refresh_from_db()
    assert made.sent is not None


def test_a_pause_begins_once_it_answers(held: Subscription, paper: Callable[..., Config]) -> None:
    now = clock.now()
    lifecycle.pause(held, now, now + timedelta(days=7))
    assert held.status == Status.ACTIVE
    assert held.pause_until is not None
    paper(stripe={"key": None}, office={"demo_till": True})
    assert pausing.begin_due() == 1
    held.refresh_from_db()
    assert held.status == Status.PAUSED


def test_going_on_says_try_again(held: Subscription, signed_in: SignIn) -> None:
    Subscription.objects.filter(pk=held.pk).update(cancelled=clock.now())
    page = signed_in(held.account).get("/account").submit(button="Go on after all")
    assert "nothing was changed. Please try again in a few minutes." in page.text
    held.refresh_from_db()
    assert held.cancelled is not None
