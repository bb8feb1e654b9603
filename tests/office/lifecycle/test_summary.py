"""What is said before payment, and on the button."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pennypress.config import Config
from pennypress.office import law
from pennypress.office.law import Terms, terms_of
from pennypress.office.models import Code, Kind, Period, Plan
from tests.office.conftest import SettableClock

MakePlan = Callable[..., Plan]


def facts(terms: Terms, language: str = "en-gb") -> dict[str, str]:
    return {line.name: line.fact for line in law.summary(terms, language).lines}


def code(clock: SettableClock, **given: int) -> Code:
    return Code(code="SUMMER", until=clock.moment + timedelta(days=9), **given)


def test_before_payment_stand_price_period_renewal_cancelling_and_the_total_of_a_year(plan: MakePlan) -> None:
    said = facts(terms_of(plan()))
    assert said["You pay now"] == "£8.00"
    assert said["Price"] == "£8.00 a month"
    assert said["Renewal"] == "It renews by itself every month until you cancel."
    assert said["Total a year"] == "£96.00"
    assert "on the page of your account, or by a mail to subscriptions@paper.test" in said["Cancelling"]
    assert "Within 14 days" in said["Changing your mind"]


def test_a_trial_says_when_it_ends_and_what_comes_then(clock: SettableClock, plan: MakePlan) -> None:
    said = facts(terms_of(plan(trial_days=30)))
    assert said["You pay now"] == "Nothing"
    assert said["You pay later"] == "The trial ends on 24 December 2026. From that day on you pay £8.00 a month."


def test_an_introductory_price_says_from_when_on_the_full_price_is_paid(clock: SettableClock, plan: MakePlan) -> None:
    said = facts(terms_of(plan(intro_price=100, intro_periods=3)))
    assert said["You pay now"] == "£1.00"
    assert said["You pay later"] == (
        "The first 3 payments are £1.00 each. From 24 February 2027 on you pay £8.00 a month."
    )
    assert said["Total a year"] == "£75.00 in the first year, then £96.00 a year"


def test_a_gift_beside_it_is_part_of_what_is_paid_now_and_of_no_later_payment(plan: MakePlan) -> None:
    terms = terms_of(plan(), gift=500)
    said = facts(terms)
    assert said["You pay now"] == "£13.00: £8.00 and your gift of £5.00"
    assert said["Total a year"] == "£101.00 in the first year, then £96.00 a year"


BUTTONS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {}, "Subscribe and pay £8.00 a month"),
    ({"period": Period.YEAR}, {}, "Subscribe and pay £8.00 a year"),
    ({"trial_days": 30}, {}, "Begin the free trial, then pay £8.00 a month"),
    ({"intro_price": 100, "intro_periods": 3}, {}, "Subscribe and pay £1.00 now, later £8.00 a month"),
    (
        {"trial_days": 7, "intro_price": 100, "intro_periods": 3},
        {},
        "Begin the free trial, then pay £1.00, later £8.00 a month",
    ),
    ({"floor": 300}, {"price": 450}, "Subscribe and pay £4.50 a month"),
    ({}, {"gift": 500}, "Subscribe and pay £8.00 a month, with a gift of £5.00 now"),
    ({"kind": Kind.PASS, "days": 7}, {}, "Buy and pay £8.00"),
    ({"kind": Kind.DONATION}, {"price": 2500}, "Give and pay £25.00"),
]


@pytest.mark.parametrize(("offer", "choice", "button"), BUTTONS)
def test_the_button_says_what_it_does(
    plan: MakePlan, offer: dict[str, Any], choice: dict[str, Any], button: str
) -> None:
    assert law.summary(terms_of(plan(**offer), **choice), "en-gb").button == button


def test_what_is_paid_once_does_not_renew(plan: MakePlan) -> None:
    said = facts(terms_of(plan(kind=Kind.PASS, days=7)))
    assert said["What you get"] == "You read for 7 days."
    assert said["Renewal"].startswith("It does not renew.")
    assert "Total a year" not in said


def test_a_code_takes_its_share_off_the_first_payments(clock: SettableClock, plan: MakePlan) -> None:
    terms = terms_of(plan(price=999), code=code(clock, percent=50, periods=2))
    assert (terms.intro_price, terms.intro_periods, terms.now.amount) == (500, 2, 500)


def test_of_an_offer_and_a_code_the_cheaper_holds(clock: SettableClock, plan: MakePlan) -> None:
    offered = plan(intro_price=100, intro_periods=3)
    assert terms_of(offered, code=code(clock, percent=50, periods=1)).intro_price == 100
    assert terms_of(offered, code=code(clock, percent=100, periods=3)).intro_price == 0


def test_reading_at_once_says_what_it_gives_up(plan: MakePlan) -> None:
    assert law.at_once(terms_of(plan()), "en-gb") == (
        "I want to read at once, before the 14 days in which I can change my mind are over. If I change it, I pay for "
        "the time until then, and get back the rest."
    )
    passed = law.at_once(terms_of(plan(kind=Kind.PASS, days=7)), "en-gb")
    assert passed is not None
    assert "give up the right to change my mind" in passed
    assert law.at_once(terms_of(plan(kind=Kind.DONATION)), "en-gb") is None


def test_where_no_law_holds_there_is_no_box_and_no_withdrawing(paper: Callable[..., Config], plan: MakePlan) -> None:
    paper(office={"law": "none"})
    assert law.at_once(terms_of(plan()), "en-gb") is None
    assert "Changing your mind" not in facts(terms_of(plan()))
