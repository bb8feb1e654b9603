"""Webhooks that are forged, old, sent twice, in the wrong order, lost, or about nobody here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from pennypress.config import Config
from pennypress.office.models import Account, Method, Plan, Status, StripeEvent, Subscription
from pennypress.office.till import webhook
from tests.office.site import RunningSite
from tests.office.till.world import WEBHOOK, World, amounts, letters, post, secret_file
from tests.stripe_server.running import BACS, FAILS_LATER
from tests.stripe_server.webhooks import signature

MakePlan = Callable[..., Plan]


@pytest.fixture
def ann(account: Callable[..., Account], world: World) -> Account:
    return account()


def paid(world: World, ann: Account, plan: Plan) -> list[tuple[bytes, str]]:
    """Somebody paid and closed the page; the webhooks that are on their way."""
    world.server.pay(world.checkout(world.order(ann, plan)))
    return world.server.deliveries()


def test_one_with_a_forged_signature_changes_nothing(world: World, ann: Account, plan: MakePlan) -> None:
    for payload, _ in paid(world, ann, plan()):
        assert post(payload, signature(payload, "whsec_forged")) == 400
        assert post(payload, "") == 400
        assert post(payload, "t=abc,v1=def") == 400
    assert not StripeEvent.objects.exists()
    assert not world.reads(ann)


def test_one_whose_body_was_changed_on_its_way_is_refused(world: World, ann: Account, plan: MakePlan) -> None:
    for payload, signed in paid(world, ann, plan()):
        assert post(payload.replace(b"evt_", b"evt_x"), signed) == 400
    assert not StripeEvent.objects.exists()


def test_one_that_is_played_back_later_is_refused(world: World) -> None:
    said = {"id": "evt_1", "type": "payout.paid", "created": 1, "data": {"object": {"object": "payout", "id": "po_1"}}}
    assert post(*world.server.signed(said, at=int(time.time()) - 310)) == 400
    assert post(*world.server.signed(said, at=int(time.time()) - 290)) == 200


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"id": "evt_1"},
        {"id": "evt_1", "type": "x", "created": 1, "data": {"object": "text"}},
        {"id": 1, "data": []},
    ],
)
def test_one_that_is_signed_and_no_event_is_refused(world: World, said: dict[str, Any]) -> None:
    assert post(*world.server.signed(said)) == 400


def test_a_body_that_is_no_text_or_too_large_is_refused(world: World) -> None:
    assert post(b"\xff\xfe", signature(b"\xff\xfe", world.server.webhook_secret)) == 400
    large = b" " * 1_000_001
    assert post(large, signature(large, world.server.webhook_secret)) == 400


def test_nothing_is_taken_in_by_a_get_or_without_a_secret(world: World, paper: Callable[..., Config]) -> None:
    assert Client(SERVER_NAME="paper.test").get(WEBHOOK).status_code == 405
    payload, signed = world.server.signed({"id": "evt_1"})
    paper(stripe={"webhook": None})
    assert post(payload, signed) == 400


def test_secrets_can_be_changed_without_losing_one(
    world: World, ann: Account, plan: MakePlan, paper: Callable[..., Config], tmp_path: Path
) -> None:
    both = secret_file(tmp_path / "both", f"whsec_new\n{world.server.webhook_secret}")
    paper(stripe={"webhook": both})
    assert {post(*each) for each in paid(world, ann, plan())} == {200}
    assert world.reads(ann)


def test_each_taken_in_twice_pays_once(world: World, ann: Account, plan: MakePlan) -> None:
    waiting = paid(world, ann, plan())
    for _ in range(2):
        assert {post(*each) for each in waiting} == {200}
    assert amounts() == [800]
    assert len(letters("receipt")) == len(letters("subscribed")) == 1
    assert StripeEvent.objects.filter(handled=None).count() == 0


def test_each_taken_in_again_years_later_changes_nothing(world: World, ann: Account, plan: MakePlan) -> None:
    waiting = paid(world, ann, plan())
    for each in waiting:
        post(*each)
    world.server.api("DELETE", f"/v1/subscriptions/{Subscription.objects.get().stripe}")
    world.deliver()
    StripeEvent.objects.all().delete()
    for payload, _ in waiting:
        assert post(payload, signature(payload, world.server.webhook_secret)) == 200
    assert Subscription.objects.get().status == Status.ENDED
    assert amounts() == [800]


def test_in_whatever_order_they_come_the_end_is_the_same(world: World, ann: Account, plan: MakePlan) -> None:
    held = world.buy(ann, plan())
    world.server.pay_by(world.listed("customers")[0]["id"], FAILS_LATER)
    world.pass_days(32, deliver=False)
    world.server.pay_by(world.listed("customers")[0]["id"], "4242424242424242")
    world.pass_days(4, deliver=False)
    assert set(world.deliver(reverse=True)) == {200}
    held.refresh_from_db()
    assert (held.status, held.failing, amounts()) == (Status.ACTIVE, None, [800, 800])


def test_the_same_one_twice_at_the_same_moment_pays_once(world: World, ann: Account, plan: MakePlan) -> None:
    waiting = paid(world, ann, plan())
    answers: list[int] = []

    def arrive(each: tuple[bytes, str]) -> None:
        answers.append(post(*each))
        connection.close()

    threads = [threading.Thread(target=arrive, args=(each,)) for each in waiting for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in waiting:
        assert post(*each) == 200
    assert amounts() == [800]
    assert Subscription.objects.count() == 1
    assert len(letters("receipt")) == 1


def test_one_about_a_customer_unknown_here_is_kept_and_answered(
    world: World, caplog: pytest.LogCaptureFixture, ann: Account, plan: MakePlan
) -> None:
    world.buy(ann, plan())
    price = world.server.api(
        "POST", "/v1/prices", currency="gbp", unit_amount="900",
        **{"recurring[interval]": "month", "product_data[name]": "Elsewhere"},
    )["id"]  # fmt: skip
    world.server.seed(1, price)
    assert set(world.deliver()) == {200}
    assert StripeEvent.objects.filter(failure=webhook.UNKNOWN).exists()
    assert "about nobody here" in caplog.text
    assert Subscription.objects.count() == 1


def test_one_of_a_kind_that_says_nothing_to_us_is_answered(world: World) -> None:
    said = {"id": "evt_1", "type": "payout.paid", "created": 1, "data": {"object": {"object": "payout", "id": "po_1"}}}
    assert post(*world.server.signed(said)) == 200


def test_while_stripe_cannot_be_asked_it_is_to_send_it_again(world: World, ann: Account, plan: MakePlan) -> None:
    waiting = paid(world, ann, plan())
    world.server.down(True)
    assert {post(*each) for each in waiting if b"checkout.session.completed" in each[0]} == {503}
    assert not world.reads(ann)
    world.server.down(False)
    assert {post(*each) for each in waiting} == {200}
    assert world.reads(ann)


def test_a_fault_of_ours_makes_stripe_send_it_again(world: World, ann: Account, plan: MakePlan) -> None:
    bought = plan()
    waiting = paid(world, ann, bought)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE office_payment RENAME TO office_payment_away")
    try:
        answers = [post(*each) for each in waiting]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE office_payment_away RENAME TO office_payment")
    assert 500 in answers
    assert not Subscription.objects.filter(taken_in__gt=0).exists()
    assert {post(*each) for each in waiting} == {200}
    assert world.reads(ann)
    assert amounts() == [800]


def test_what_is_found_out_while_something_newer_was_taken_in_is_asked_for_again(
    world: World, ann: Account, plan: MakePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pennypress.office.till import stripe_facts, taking_in

    held = world.buy(ann, plan())
    asked = stripe_facts.found
    slow = [True]

    def found_slowly(which: str) -> stripe_facts.Found | None:
        old = asked(which)
        if slow.pop() if slow else False:
            world.server.api("DELETE", f"/v1/subscriptions/{which}")
            taking_in.take_in(which)
        return old

    monkeypatch.setattr(stripe_facts, "found", found_slowly)
    taking_in.take_in(str(held.stripe))
    held.refresh_from_db()
    assert held.status == Status.ENDED


def test_a_failed_payment_is_tried_again_while_reading_goes_on_and_ends_when_all_have_failed(
    world: World, ann: Account, plan: MakePlan
) -> None:
    held = world.buy(ann, plan())
    world.server.pay_by(world.listed("customers")[0]["id"], FAILS_LATER)
    world.pass_days(31)
    held.refresh_from_db()
    assert held.status == Status.PAST_DUE
    assert world.reads(ann)
    assert len(letters("payment-failed")) == 1
    for _ in range(16):
        world.pass_days(1)
    held.refresh_from_db()
    assert (held.status, held.end_why) == (Status.ENDED, "unpaid")
    assert not world.reads(ann)


def test_the_table_of_access_decides_whether_a_failed_payment_stops_reading(
    world: World, ann: Account, plan: MakePlan, paper: Callable[..., Config]
) -> None:
    world.buy(ann, plan())
    world.server.pay_by(world.listed("customers")[0]["id"], FAILS_LATER)
    world.pass_days(31)
    assert world.reads(ann)
    paper(access={"past_due": False})
    assert not world.reads(ann)


def test_where_the_table_says_so_a_debit_is_read_only_once_it_has_cleared(
    world: World, ann: Account, plan: MakePlan, paper: Callable[..., Config]
) -> None:
    paper(access={"pending": False})
    world.buy(ann, plan(), Method.BACS, fields=BACS)
    assert not world.reads(ann)
    world.pass_days(4)
    assert world.reads(ann)


def test_what_stripe_leaves_unpaid_does_not_read_until_it_is_paid(world: World, ann: Account, plan: MakePlan) -> None:
    world.server.rules(after_retries="unpaid", retry_days=[1])
    held = world.buy(ann, plan())
    world.server.pay_by(world.listed("customers")[0]["id"], FAILS_LATER)
    for _ in range(34):
        world.pass_days(1)
    held.refresh_from_db()
    assert held.status == Status.UNPAID
    assert not world.reads(ann)
    invoice = world.listed("invoices")[0]["id"]
    world.server.pay_by(world.listed("customers")[0]["id"], "4242424242424242")
    world.server.api("POST", f"/v1/invoices/{invoice}/pay")
    world.deliver()
    assert world.reads(ann)


def test_one_arrives_through_the_whole_site_with_its_bytes_as_they_were_signed(
    world: World, ann: Account, plan: MakePlan, site: RunningSite
) -> None:
    answers = [_through(site, *each) for each in paid(world, ann, plan())]
    assert set(answers) == {200}
    assert world.reads(ann)


def _through(site: RunningSite, payload: bytes, signed: str) -> int:
    fields = {"host": "paper.test", "content-type": "application/json", "stripe-signature": signed}
    fields["content-length"] = str(len(payload))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": WEBHOOK,
        "raw_path": WEBHOOK.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
        "client": ("203.0.113.77", 40000),
        "server": ("paper.test", 80),
    }
    status: int = site.ask(site.app, scope, payload)[0]["status"]
    return status


def test_one_that_was_taken_in_before_asks_stripe_nothing_more(world: World, ann: Account, plan: MakePlan) -> None:
    waiting = paid(world, ann, plan())
    for each in waiting:
        post(*each)
    world.server.down(True)
    assert {post(*each) for each in waiting} == {200}
