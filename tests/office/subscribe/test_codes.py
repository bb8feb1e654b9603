"""Codes: made, used within their bounds, reported on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from pennypress.office import rights
from pennypress.office.models import Account, Code, Kind, Order, OrderState, Plan, Status, Subscription
from pennypress.office.subscribe import codes
from pennypress.office.subscribe.code_report import report
from pennypress.office.subscribe.codes import CodeRefused, Refusal
from tests.office.conftest import SettableClock

Make = Callable[..., Account]
MakePlan = Callable[..., Plan]


def made(clock: SettableClock, count: int = 1, **facts: object) -> list[Code]:
    given = {"until": clock.moment + timedelta(days=30), "days": 30, "why": "harbour fair", **facts}
    return codes.make_codes(count, **given)  # type: ignore[arg-type]


def refusal(code: Code, account: Account, plan: Plan | None = None) -> Refusal | None:
    try:
        codes.check(Code.objects.get(pk=code.pk), account, plan)
    except CodeRefused as refused:
        return refused.why
    return None


def bought(account: Account, plan: Plan, code: Code, clock: SettableClock) -> Subscription:
    subscription = Subscription.objects.create(
        account=account, plan=plan, status=Status.ACTIVE, method="card", price=plan.price, currency=plan.currency,
        period=plan.period, started=clock.moment, code=code,
    )  # fmt: skip
    ordered(account, plan, code, clock, state=OrderState.DONE)
    return subscription


def ordered(account: Account, plan: Plan, code: Code, clock: SettableClock, **facts: object) -> Order:
    return Order.objects.create(
        key=f"order-{Order.objects.count()}", account=account, plan=plan, code=code, price=plan.price,
        currency=plan.currency, method="card", shown="", language="en", made=clock.moment, **facts,
    )  # fmt: skip


def test_a_thousand_codes_are_a_thousand_and_none_holds_a_letter_that_is_misread(clock: SettableClock) -> None:
    drawn = made(clock, 1000)
    assert len({code.code for code in drawn}) == 1000 == Code.objects.count()
    assert not set("".join(code.code for code in drawn)) & set("01OIL5S2Z8BUAE6")


def test_a_code_is_found_however_it_is_typed(clock: SettableClock) -> None:
    (code,) = made(clock)
    assert len(code.printed) == 9
    for typed in (code.code, code.printed, code.printed.lower(), f" {code.printed.replace('-', ' ')} "):
        assert codes.find(typed) == code


def test_a_code_in_words_is_kept_as_it_was_written(clock: SettableClock) -> None:
    Code.objects.create(code="Summer-2026", days=7, until=clock.moment + timedelta(days=1))
    assert codes.find("summer 2026").printed == "SUMMER2026"


@pytest.mark.parametrize("typed", ["", " - ", "K7M3PQ9T", "x" * 500, "'; --"])
def test_what_is_no_code_is_unknown(typed: str) -> None:
    with pytest.raises(CodeRefused) as refused:
        codes.find(typed)
    assert refused.value.why is Refusal.UNKNOWN


@pytest.mark.parametrize(
    "facts", [{"days": 0}, {"days": 5, "percent": 5}, {"days": 0, "percent": 101}, {"uses": 0}, {"days": -1}]
)
def test_a_code_that_gives_nothing_or_both_is_not_made(clock: SettableClock, facts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a code gives"):
        made(clock, **facts)
    assert not Code.objects.exists()


def test_days_to_read_are_a_right_beside_the_meter(clock: SettableClock, account: Make) -> None:
    ann = account()
    (code,) = made(clock)
    right = codes.redeem(code, ann)
    assert (right.start, right.until) == (clock.moment, clock.moment + timedelta(days=30))
    (entitlement,) = rights.resolve(ann, clock.moment).entitlements
    assert entitlement.why == rights.Why.CODE


def test_days_begin_when_those_that_one_has_already_end(clock: SettableClock, account: Make) -> None:
    ann = account()
    first, second = made(clock, 2)
    codes.redeem(first, ann)
    assert codes.redeem(second, ann).until == clock.moment + timedelta(days=60)


def test_a_code_is_good_once_an_account(clock: SettableClock, account: Make) -> None:
    ann = account()
    (code,) = made(clock, uses=5)
    codes.redeem(code, ann)
    assert refusal(code, ann) is Refusal.ALREADY_USED
    with pytest.raises(CodeRefused):
        codes.redeem(code, ann)
    assert Code.objects.get().used == 1


def test_a_code_is_good_for_as_many_as_it_says_and_no_more(clock: SettableClock, account: Make) -> None:
    (code,) = made(clock, uses=2)
    for mail in ("ann@example.com", "ben@example.com"):
        codes.redeem(code, account(mail))
    assert refusal(code, account("cleo@example.com")) is Refusal.USED_UP


def test_two_who_use_the_last_one_at_once_do_not_both_get_it(clock: SettableClock, account: Make) -> None:
    (code,) = made(clock)
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def use(reader: Account) -> None:
        together.wait()
        try:
            codes.redeem(code, reader)
            outcomes.append("reads")
        except CodeRefused as refused:
            outcomes.append(refused.why.value)
        finally:
            connection.close()

    readers = [account("ann@example.com"), account("ben@example.com")]
    threads = [threading.Thread(target=use, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["reads", "used-up"]


def test_a_code_is_good_until_its_end(clock: SettableClock, account: Make) -> None:
    (code,) = made(clock)
    clock.pass_(timedelta(days=30) - timedelta(seconds=1))
    assert refusal(code, account()) is None
    clock.pass_(timedelta(seconds=1))
    assert refusal(code, account("ben@example.com")) is Refusal.EXPIRED


def test_days_are_not_lost_on_one_who_subscribes(clock: SettableClock, account: Make, plan: MakePlan) -> None:
    ann = account()
    (code,) = made(clock)
    Subscription.objects.create(
        account=ann, plan=plan(), status=Status.ACTIVE, method="card", price=800, currency="GBP", period="month",
        started=clock.moment, period_end=clock.moment + timedelta(days=30),
    )  # fmt: skip
    with pytest.raises(CodeRefused) as refused:
        codes.redeem(code, ann)
    assert refused.value.why is Refusal.READS_ALREADY
    assert Code.objects.get().used == 0


def test_a_discount_is_for_its_plan_and_never_for_a_donation(
    clock: SettableClock, account: Make, plan: MakePlan
) -> None:
    monthly, yearly, donation = plan(), plan(), plan(kind=Kind.DONATION)
    (code,) = made(clock, days=0, percent=50, plan=monthly)
    (any_plan,) = made(clock, days=0, percent=50)
    ann = account()
    assert refusal(code, ann, monthly) is None
    assert refusal(code, ann, yearly) is Refusal.OTHER_PLAN
    assert refusal(any_plan, ann, donation) is Refusal.NOT_FOR_THIS


def test_days_to_read_are_no_discount(clock: SettableClock, account: Make, plan: MakePlan) -> None:
    (code,) = made(clock)
    assert refusal(code, account(), plan()) is Refusal.NOT_FOR_THIS


def test_a_discount_is_kept_for_who_is_on_the_way_to_pay(clock: SettableClock, account: Make, plan: MakePlan) -> None:
    monthly = plan()
    (code,) = made(clock, days=0, percent=50)
    ann, ben = account(), account("ben@example.com")
    codes.reserve(code, ann, monthly)
    codes.reserve(code, ann, monthly)
    assert Code.objects.get().used == 1
    assert refusal(code, ben, monthly) is Refusal.USED_UP


def test_a_discount_of_an_order_that_was_never_paid_is_freed(
    clock: SettableClock, account: Make, plan: MakePlan
) -> None:
    monthly = plan()
    (code,) = made(clock, days=0, percent=50)
    ann, ben = account(), account("ben@example.com")
    codes.reserve(code, ann, monthly)
    ordered(ann, monthly, code, clock)
    assert codes.release_left() == 0
    clock.pass_(timedelta(hours=49))
    assert codes.release_left() == 1
    assert refusal(code, ben, monthly) is None


def test_a_discount_that_was_paid_with_is_never_freed(clock: SettableClock, account: Make, plan: MakePlan) -> None:
    monthly = plan()
    (code,) = made(clock, days=0, percent=50)
    ann = account()
    codes.reserve(code, ann, monthly)
    bought(ann, monthly, code, clock)
    clock.pass_(timedelta(days=9))
    assert codes.release_left() == 0
    assert refusal(code, ann, monthly) is Refusal.ALREADY_USED


def test_the_report_says_how_many_were_used_and_which_became_subscriptions(
    clock: SettableClock, account: Make, plan: MakePlan
) -> None:
    monthly = plan()
    days = made(clock, 3, why="harbour fair")
    (discount,) = made(clock, days=0, percent=50, uses=10, why="leaflet")
    ann, ben, cleo = account(), account("ben@example.com"), account("cleo@example.com")
    codes.redeem(days[0], ann)
    codes.redeem(days[1], ben)
    codes.reserve(discount, cleo, monthly)
    bought(cleo, monthly, discount, clock)
    clock.pass_(timedelta(days=3))
    Subscription.objects.create(
        account=ann, plan=monthly, status=Status.ACTIVE, method="card", price=800, currency="GBP", period="month",
        started=clock.moment,
    )  # fmt: skip
    fair, leaflet = sorted(report(), key=lambda batch: batch.why)
    assert (fair.why, fair.made, fair.allowed, fair.used, fair.subscribed) == ("harbour fair", 3, 3, 2, 1)
    assert (leaflet.why, leaflet.made, leaflet.allowed, leaflet.used, leaflet.subscribed) == ("leaflet", 1, 10, 1, 1)
