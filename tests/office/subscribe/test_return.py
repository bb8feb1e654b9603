"""Coming back from a till."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from pennypress.office.installation import installation
from pennypress.office.models import Account, Method, Order, OrderState, Plan, Subscription
from pennypress.office.subscribe import ordering
from tests.office.browser import Browser


@pytest.fixture
def order(account: Callable[..., Account], plan: Callable[..., Plan]) -> Order:
    ann = account()
    terms = ordering.terms_for(ann, plan(name="Reader"))
    return ordering.place(ann, terms, Method.CARD, shown="", language="en", back="/news/slow-clock")


def path(order: Order) -> str:
    return f"/-/pennypress/till/return/{order.key}"


def test_a_success_page_without_a_payment_opens_nothing_and_looks_again_by_itself(
    order: Order, signed_in: Callable[..., Browser]
) -> None:
    page = signed_in(order.account).get(path(order))
    assert page.heading == "Waiting for your payment"
    assert page.headers["Refresh"] == "4"
    assert page.follow("Look again").heading == "Waiting for your payment"
    assert not Subscription.objects.exists()


def test_what_is_paid_leads_to_the_article(order: Order, signed_in: Callable[..., Browser]) -> None:
    Order.objects.update(state=OrderState.DONE)
    assert signed_in(order.account).get(path(order)).url == "/news/slow-clock"


def test_without_an_article_it_leads_to_the_thanks(order: Order, signed_in: Callable[..., Browser]) -> None:
    Order.objects.update(state=OrderState.DONE, back="")
    assert signed_in(order.account).get(path(order)).heading == "Thank you"


def test_somebody_elses_order_is_none(
    order: Order, account: Callable[..., Account], signed_in: Callable[..., Browser]
) -> None:
    assert signed_in(account("ben@example.com")).get(path(order)).status == 404


def test_who_was_signed_out_at_the_till_signs_in_and_comes_back_here(order: Order, browser: Browser) -> None:
    page = browser.get(path(order))
    assert urlsplit(page.url).path == "/sign-in"
    assert installation().returns.open(parse_qs(urlsplit(page.url).query)["from"][0]) == path(order)
