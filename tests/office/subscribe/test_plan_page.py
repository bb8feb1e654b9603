"""The page of one offer: what stands there before the button, and what the button does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.core.mail import EmailMessage

from pennypress.config import Config
from pennypress.office.installation import installation
from pennypress.office.models import (
    Account,
    Code,
    Consent,
    Kind,
    Method,
    Order,
    OrderState,
    Payment,
    Plan,
    Status,
    Subscription,
)
from pennypress.office.subscribe.codes import make_codes
from tests.office.browser import Browser, Page
from tests.office.conftest import SettableClock
from tests.office.signin.steps import code_in

MakePlan = Callable[..., Plan]
ARTICLE = "/news/slow-clock"


@pytest.fixture(autouse=True)
def demo_till(paper: Callable[..., Config]) -> None:
    paper(office={"demo_till": True})


@pytest.fixture
def ann(account: Callable[..., Account], clock: SettableClock) -> Account:
    return account()


@pytest.fixture
def reader(ann: Account, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(ann)


def address(plan: Plan, **values: str) -> str:
    return f"/subscribe/{plan.slug}?{urlencode({'from': installation().returns.seal(ARTICLE), **values})}"


def error_of(page: Page, name: str) -> str:
    """What the page says is wrong with a field, where the field points to it."""
    field = page.tree.css_first(f'[name="{name}"]')
    assert field is not None
    assert field.attributes.get("aria-invalid") == "true"
    (told,) = [
        node.text()
        for node in page.tree.css(".error")
        if node.id in (field.attributes["aria-describedby"] or "").split()
    ]
    return told


def at_till(page: Page) -> bool:
    return page.heading == "This till takes no money"


# Before the sign-in


def test_who_is_not_signed_in_sees_what_it_costs_and_is_asked_for_the_mail_first(
    browser: Browser, plan: MakePlan
) -> None:
    page = browser.get(address(plan()))
    assert "£8.00 a month" in page.text
    assert page.text.index("£8.00") < page.text.index("First, your mail address")
    assert not page.tree.css('[name="method"]')


def test_after_the_sign_in_one_comes_back_to_the_offer_with_the_way_to_the_article(
    browser: Browser, plan: MakePlan
) -> None:
    monthly = plan(slug="monthly")
    form = browser.get(address(monthly, code="K7M3-PQ9T")).tree.css_first("main form")
    assert form is not None
    assert form.attributes["action"] == "/sign-in"
    back = form.css_first('[name="from"]')
    assert back is not None
    opened = installation().returns.open(back.attributes["value"] or "")
    assert opened is not None
    assert urlsplit(opened).path == "/subscribe/monthly"
    query = parse_qs(urlsplit(opened).query)
    assert query["code"] == ["K7M3-PQ9T"]
    assert installation().returns.open(query["from"][0]) == ARTICLE


def test_the_code_of_the_letter_leads_back_to_the_offer_and_then_to_the_article(
    browser: Browser, plan: MakePlan, mails: list[EmailMessage]
) -> None:
    page = browser.get(address(plan(name="Reader"))).submit({"mail": "ann@example.com"}, button="Go on")
    page = page.submit({"code": code_in(mails[-1])}, button="Sign in")
    assert page.heading == "Reader"
    page = page.submit({"at_once": "yes"}, button="Subscribe and pay £8.00 a month")
    assert page.submit(button="Pay").url == ARTICLE


def test_a_form_sent_without_being_signed_in_orders_nothing(browser: Browser, plan: MakePlan) -> None:
    path = address(plan())
    browser.get(path)
    token = browser.get(path).tree.css_first('[name="csrfmiddlewaretoken"]')
    assert token is not None
    browser.post(path, {"csrfmiddlewaretoken": token.attributes["value"], "method": "card", "at_once": "yes"})
    assert not Order.objects.exists()


# The button


def test_the_law_stands_above_the_button_and_the_button_says_what_it_does(reader: Browser, plan: MakePlan) -> None:
    page = reader.get(address(plan()))
    assert page.button("Subscribe and pay £8.00 a month")
    text = page.text
    for fact in ("You pay now", "It renews by itself every month", "Total a year £96.00", "Cancelling"):
        assert text.index(fact) < text.index("Subscribe and pay £8.00 a month")
    assert page.tree.css_first(".facts h2") is not None


def test_the_box_for_reading_at_once_is_not_ticked_for_anybody(reader: Browser, plan: MakePlan) -> None:
    box = reader.get(address(plan())).tree.css_first('[name="at_once"]')
    assert box is not None
    assert "checked" not in box.attributes


def test_pressing_it_leads_to_the_till_and_keeps_what_was_shown_and_agreed(
    reader: Browser, plan: MakePlan, clock: SettableClock
) -> None:
    page = reader.get(address(plan(name="Reader"))).submit({"at_once": "yes"}, button="Subscribe and pay")
    assert at_till(page)
    order = Order.objects.get()
    assert (order.price, order.gift, order.method, order.state) == (800, 0, Method.CARD, OrderState.AT_TILL)
    assert "Total a year: £96.00" in order.shown
    assert "Subscribe and pay £8.00 a month" in order.shown
    assert (order.back, order.language) == (ARTICLE, "en")
    consent = Consent.objects.get(order=order)
    assert consent.wording.startswith("I want to read at once, before the 14 days")
    assert (consent.kind, consent.given, consent.language) == ("at-once", clock.moment, "en")


def test_who_pays_reads_on_at_the_article(reader: Browser, plan: MakePlan, ann: Account) -> None:
    till = reader.get(address(plan())).submit({"at_once": "yes"}, button="Subscribe and pay")
    assert till.submit(button="Pay").url == ARTICLE
    assert Subscription.objects.get(account=ann).status == Status.ACTIVE


def test_who_came_from_no_article_is_thanked(reader: Browser, plan: MakePlan) -> None:
    till = reader.get(f"/subscribe/{plan(name='Reader').slug}").submit({"at_once": "yes"}, button="Subscribe and pay")
    page = till.submit(button="Pay")
    assert page.heading == "Thank you"
    assert "“Reader” has begun" in page.text


def test_nothing_is_ordered_without_the_box_and_the_box_says_why(reader: Browser, plan: MakePlan) -> None:
    page = reader.get(address(plan())).submit(button="Subscribe and pay")
    assert "Nothing was charged. Please look at what is marked below." in page.text
    assert error_of(page, "at_once") == "Please tick this box to read at once."
    assert not Order.objects.exists()


def test_where_no_law_is_kept_no_box_stands(reader: Browser, plan: MakePlan, paper: Callable[..., Config]) -> None:
    paper(office={"law": "none"})
    page = reader.get(address(plan()))
    assert not page.tree.css('[name="at_once"]')
    assert at_till(page.submit(button="Subscribe and pay"))
    assert not Consent.objects.exists()


def test_a_form_that_is_not_ours_orders_nothing(reader: Browser, plan: MakePlan) -> None:
    path = address(plan())
    page = reader.get(path)
    seen = page.tree.css_first('[name="seen"]')
    assert seen is not None
    forged = {"method": "card", "at_once": "yes", "seen": seen.attributes["value"], "csrfmiddlewaretoken": "x" * 32}
    assert reader.post(path, forged, site="cross-site").status == 403
    assert not Order.objects.exists()


def test_the_button_is_good_only_under_the_price_that_it_names(reader: Browser, plan: MakePlan) -> None:
    monthly = plan()
    page = reader.get(address(monthly))
    Plan.objects.filter(pk=monthly.pk).update(price=900)
    again = page.submit({"at_once": "yes"}, button="Subscribe and pay £8.00 a month")
    assert "What you pay has changed. Nothing was charged" in again.text
    assert not Order.objects.exists()
    assert at_till(again.submit(button="Subscribe and pay £9.00 a month"))


def test_what_is_charged_is_what_was_shown_even_if_the_plan_changes_at_the_till(
    reader: Browser, plan: MakePlan
) -> None:
    monthly = plan(trial_days=14)
    till = reader.get(address(monthly)).submit({"at_once": "yes"}, button="Begin the free trial")
    Plan.objects.filter(pk=monthly.pk).update(price=900, trial_days=0)
    till.submit(button="Pay")
    begun = Subscription.objects.get()
    assert (begun.price, begun.status) == (800, Status.TRIALING)
    assert not Payment.objects.exists()


# Amounts


@pytest.mark.parametrize(("typed", "charged"), [("5", 500), ("5,50", 550), ("£ 12.00", 1200), ("3", 300)])
def test_one_pays_what_one_can_from_the_floor_on(reader: Browser, plan: MakePlan, typed: str, charged: int) -> None:
    page = reader.get(address(plan(floor=300))).submit({"price": typed}, button="Show the new total")
    assert not Order.objects.exists()
    page.submit({"at_once": "yes"}, button=f"Subscribe and pay £{charged / 100:.2f} a month")
    assert Order.objects.get().price == charged


def test_a_price_changed_without_looking_at_the_total_is_shown_before_it_is_charged(
    reader: Browser, plan: MakePlan
) -> None:
    page = reader.get(address(plan(floor=300)))
    again = page.submit({"price": "50", "at_once": "yes"}, button="Subscribe and pay £8.00 a month")
    assert "What you pay has changed. Nothing was charged" in again.text
    assert not Order.objects.exists()
    assert again.button("Subscribe and pay £50.00 a month")


@pytest.mark.parametrize("typed", ["2.99", "0", "2"])
def test_below_the_floor_the_field_says_what_the_least_is(reader: Browser, plan: MakePlan, typed: str) -> None:
    page = reader.get(address(plan(floor=300))).submit({"price": typed}, button="Show the new total")
    assert error_of(page, "price") == "The least for this offer is £3.00. Please choose that, or more."


@pytest.mark.parametrize("typed", ["a lot", "1.000", "-5", "9" * 40, ""])
def test_an_amount_that_cannot_be_read_is_asked_for_again(reader: Browser, plan: MakePlan, typed: str) -> None:
    page = reader.get(address(plan(floor=300))).submit({"price": typed, "at_once": "yes"}, button="Subscribe and pay")
    assert error_of(page, "price")
    assert not Order.objects.exists()


def test_a_plan_with_a_price_takes_no_other(reader: Browser, plan: MakePlan) -> None:
    page = reader.get(address(plan()))
    values = {
        str(field.attributes["name"]): field.attributes.get("value") or ""
        for field in page.tree.css('main form input[type="hidden"]')
    }
    reader.post(page.url, {**values, "method": "card", "at_once": "yes", "price": "0.01"})
    assert Order.objects.get().price == 800


def test_a_gift_beside_it_is_part_of_the_total_and_paid_once(reader: Browser, plan: MakePlan, ann: Account) -> None:
    page = reader.get(address(plan())).submit({"gift": "10"}, button="Show the new total")
    assert "£18.00" in page.text
    till = page.submit({"at_once": "yes"}, button="with a gift of £10.00 now")
    assert "£18.00" in till.text
    till.submit(button="Pay")
    assert sorted(Payment.objects.values_list("amount", "is_gift")) == [(800, False), (1000, True)]
    assert Subscription.objects.get().price == 800


def test_a_donation_is_given_once_and_opens_nothing(reader: Browser, plan: MakePlan, ann: Account) -> None:
    page = reader.get(address(plan(kind=Kind.DONATION, floor=100, price=1000)))
    assert not page.tree.css('[name="at_once"], [name="code"], [name="gift"]')
    page = page.submit({"price": "20"}, button="Show the new total")
    page.submit(button="Give and pay £20.00").submit(button="Pay")
    assert Payment.objects.get().amount == 2000
    assert not Subscription.objects.exists()
    assert not ann.rights.exists()


def test_one_may_give_while_one_subscribes(
    reader: Browser, plan: MakePlan, ann: Account, subscribed: Callable[..., Subscription]
) -> None:
    subscribed(ann, plan())
    page = reader.get(address(plan(kind=Kind.DONATION, price=1000)))
    assert at_till(page.submit(button="Give and pay £10.00"))


def test_a_pass_is_paid_once_by_card_and_reads_for_its_days(reader: Browser, plan: MakePlan, ann: Account) -> None:
    page = reader.get(address(plan(kind=Kind.PASS, days=7, price=500)))
    assert [field.attributes["value"] for field in page.tree.css('[name="method"]')] == ["card"]
    page.submit({"at_once": "yes"}, button="Buy and pay £5.00").submit(button="Pay")
    right = ann.rights.get()
    assert right.until is not None
    assert right.until - right.start == timedelta(days=7)
    assert Payment.objects.get().amount == 500


# Ways to pay


@pytest.mark.parametrize(("currency", "debit"), [("GBP", "bacs_debit"), ("EUR", "sepa_debit")])
def test_a_debit_is_offered_in_its_own_currency(
    reader: Browser, plan: MakePlan, paper: Callable[..., Config], currency: str, debit: str
) -> None:
    paper(stripe={"debit": ("bacs_debit", "sepa_debit")})
    page = reader.get(address(plan(currency=currency)))
    values = {field.attributes["value"] for field in page.tree.css('[name="method"]')}
    assert values & {"bacs_debit", "sepa_debit"} == {debit}


def test_a_way_to_pay_that_is_not_offered_is_not_taken(reader: Browser, plan: MakePlan) -> None:
    page = reader.get(address(plan())).submit({"method": "telephone", "at_once": "yes"}, button="Subscribe and pay")
    assert page.tree.css_first("#method-error") is not None
    assert not Order.objects.exists()


# Trials and offers


def test_a_trial_is_had_once(
    reader: Browser, plan: MakePlan, ann: Account, subscribed: Callable[..., Subscription], clock: SettableClock
) -> None:
    monthly = plan(trial_days=14)
    assert reader.get(address(monthly)).button("Begin the free trial, then pay £8.00 a month")
    subscribed(ann, monthly, status=Status.ENDED, trial_end=clock.moment, ended=clock.moment)
    assert reader.get(address(monthly)).button("Subscribe and pay £8.00 a month")


def test_an_introductory_price_is_had_once(
    reader: Browser, plan: MakePlan, ann: Account, subscribed: Callable[..., Subscription], clock: SettableClock
) -> None:
    monthly = plan(intro_price=100, intro_periods=3)
    assert reader.get(address(monthly)).button("Subscribe and pay £1.00 now, later £8.00 a month")
    subscribed(ann, monthly, status=Status.ENDED, intro_price=100, ended=clock.moment)
    assert reader.get(address(monthly)).button("Subscribe and pay £8.00 a month")


# Codes


@pytest.fixture
def half(clock: SettableClock) -> Code:
    (code,) = make_codes(1, until=clock.moment + timedelta(days=30), percent=50, periods=3, why="leaflet")
    return code


def test_a_code_that_came_along_is_in_the_price(reader: Browser, plan: MakePlan, half: Code) -> None:
    page = reader.get(address(plan(), code=half.printed))
    till = page.submit({"at_once": "yes"}, button="Subscribe and pay £4.00 now, later £8.00 a month")
    assert "£4.00" in till.text
    till.submit(button="Pay")
    begun = Subscription.objects.get()
    assert (begun.code, begun.intro_price, begun.intro_left) == (half, 400, 2)
    assert Payment.objects.get().amount == 400


def test_a_code_that_is_typed_changes_the_total_first(reader: Browser, plan: MakePlan, half: Code) -> None:
    page = reader.get(address(plan()))
    again = page.submit({"code": half.printed.lower(), "at_once": "yes"}, button="Subscribe and pay £8.00 a month")
    assert not Order.objects.exists()
    assert again.button("Subscribe and pay £4.00 now")


def test_a_pass_with_a_code_is_discounted_once(reader: Browser, plan: MakePlan, half: Code) -> None:
    week = plan(kind=Kind.PASS, days=7, price=500)
    till = reader.get(address(week, code=half.printed)).submit({"at_once": "yes"}, button="Buy and pay £2.50")
    assert "£2.50" in till.text
    till.submit(button="Pay")
    assert Payment.objects.get().amount == 250


def test_a_code_says_why_it_is_refused_and_what_to_do(
    reader: Browser, plan: MakePlan, half: Code, clock: SettableClock
) -> None:
    path = address(plan(slug="monthly"), code=half.printed)
    (days,) = make_codes(1, until=clock.moment + timedelta(days=60), days=7)
    (other,) = make_codes(1, until=clock.moment + timedelta(days=60), percent=10, plan=plan(name="Yearly"))
    Code.objects.filter(pk=half.pk).update(used=1)
    told = error_of(reader.get(path), "code")
    assert told.startswith("This code has been used as often as it may be. Please go on without it")
    clock.pass_(timedelta(days=31))
    told = error_of(reader.get(path), "code")
    assert told == "This code was good until 24 December 2026. Please go on without it, or ask us for another."
    assert "on the page for codes" in error_of(reader.get(f"/subscribe/monthly?code={days}"), "code")
    assert "“Yearly”" in error_of(reader.get(f"/subscribe/monthly?code={other}"), "code")
    assert "letter by letter" in error_of(reader.get("/subscribe/monthly?code=NOSUCH"), "code")


def test_a_refused_code_is_taken_out_and_one_goes_on_at_the_full_price(reader: Browser, plan: MakePlan) -> None:
    page = reader.get(address(plan(), code="NOSUCH"))
    assert at_till(page.submit({"code": "", "at_once": "yes"}, button="Subscribe and pay £8.00 a month"))


def test_the_last_use_of_a_code_goes_to_one_of_two(
    reader: Browser, plan: MakePlan, half: Code, account: Callable[..., Account], signed_in: Callable[..., Browser]
) -> None:
    monthly = plan()
    ben = signed_in(account("ben@example.com"))
    anns, bens = (browser.get(address(monthly, code=half.printed)) for browser in (reader, ben))
    assert at_till(anns.submit({"at_once": "yes"}, button="Subscribe and pay £4.00 now"))
    page = bens.submit({"at_once": "yes"}, button="Subscribe and pay £4.00 now")
    assert "used as often as it may be" in error_of(page, "code")


# Twice


def test_a_double_click_is_one_order(reader: Browser, plan: MakePlan) -> None:
    page = reader.get(address(plan()))
    first, second = (page.submit({"at_once": "yes"}, button="Subscribe and pay") for _ in range(2))
    assert first.url == second.url
    assert Order.objects.count() == 1
    assert Consent.objects.count() == 1


def test_two_tabs_are_one_subscription(reader: Browser, plan: MakePlan, ann: Account) -> None:
    monthly = plan()
    tabs = [reader.get(address(monthly)).submit({"at_once": "yes"}, button="Subscribe and pay") for _ in range(2)]
    for tab in tabs:
        assert tab.submit(button="Pay").url == ARTICLE
    assert Subscription.objects.get().account == ann
    assert Payment.objects.count() == 1


def test_two_tabs_with_two_offers_are_one_subscription_and_nothing_is_paid_for_the_other(
    reader: Browser, plan: MakePlan
) -> None:
    monthly, yearly = plan(name="Monthly"), plan(name="Yearly", period="year", price=8000)
    tabs = [
        reader.get(address(one)).submit({"at_once": "yes"}, button="Subscribe and pay") for one in (monthly, yearly)
    ]
    tabs[0].submit(button="Pay")
    page = tabs[1].submit(button="Pay")
    assert page.heading == "You subscribe already"
    assert Subscription.objects.get().plan == monthly
    assert Payment.objects.get().amount == 800


def test_who_subscribes_is_told_so_and_sold_nothing(
    reader: Browser, plan: MakePlan, ann: Account, subscribed: Callable[..., Subscription]
) -> None:
    monthly = plan()
    page = reader.get(address(monthly))
    subscribed(ann, plan(name="Yearly"))
    again = page.submit({"at_once": "yes"}, button="Subscribe and pay")
    assert again.heading == "You subscribe already"
    assert "“Yearly”" in again.text
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("facts", "sold"),
    [
        ({"status": Status.PAST_DUE}, False),
        ({"status": Status.PAUSED}, False),
        ({"status": Status.PENDING}, False),
        ({"status": Status.UNPAID}, True),
        ({"status": Status.INCOMPLETE}, True),
        ({"status": Status.PROMISED}, True),
    ],
)
def test_only_who_does_not_read_with_a_subscription_is_sold_another(
    reader: Browser,
    plan: MakePlan,
    ann: Account,
    subscribed: Callable[..., Subscription],
    facts: dict[str, Any],
    sold: bool,
) -> None:
    subscribed(ann, plan(), **facts)
    assert reader.get(address(plan())).button("Subscribe and pay") is sold


def test_in_the_place_of_a_promise_one_may_pay_by_card_but_not_promise_again(
    reader: Browser, plan: MakePlan, ann: Account, subscribed: Callable[..., Subscription]
) -> None:
    promised = subscribed(ann, plan(), status=Status.PROMISED, method=Method.TRANSFER)
    page = reader.get(address(plan(name="Yearly", period="year")))
    assert "If you pay here instead, this takes its place: you pay once." in page.text
    assert "transfer" not in {field.attributes["value"] for field in page.tree.css('[name="method"]')}
    page.submit({"at_once": "yes"}, button="Subscribe and pay").submit(button="Pay")
    promised.refresh_from_db()
    assert promised.status == Status.ENDED
    assert Subscription.objects.get(status=Status.ACTIVE).plan.name == "Yearly"


def test_where_nothing_but_promises_is_taken_nobody_promises_twice(
    reader: Browser,
    plan: MakePlan,
    ann: Account,
    subscribed: Callable[..., Subscription],
    paper: Callable[..., Config],
) -> None:
    paper(office={"demo_till": False})
    assert reader.get(address(plan())).button("Subscribe and pay")
    subscribed(ann, plan(), status=Status.PROMISED, method=Method.TRANSFER)
    assert reader.get(address(plan())).heading == "You subscribe already"


def test_who_cancelled_is_told_how_to_take_it_back(
    reader: Browser, plan: MakePlan, ann: Account, subscribed: Callable[..., Subscription], clock: SettableClock
) -> None:
    subscribed(ann, plan(), cancelled=clock.moment)
    assert "it goes on until 24 December 2026. You can take that back" in reader.get(address(plan())).text


# Faults


def test_while_the_till_is_down_nothing_is_charged_and_the_second_try_is_the_same_order(
    reader: Browser, plan: MakePlan, paper: Callable[..., Config], tmp_path: Any
) -> None:
    key = tmp_path / "stripe.key"
    key.write_text("sk_test_1")
    key.chmod(0o600)
    paper(office={"demo_till": False}, stripe={"key": key, "address": "http://127.0.0.1:9"})
    page = reader.get(address(plan()))
    for _ in range(2):
        page = page.submit({"at_once": "yes"}, button="Subscribe and pay")
        assert page.status == 503
        assert "nothing was charged. Please try again in a few minutes" in page.text
    assert Order.objects.get().state == OrderState.OPEN


def test_a_page_of_thanks_is_seen_by_who_ordered_alone(
    reader: Browser, plan: MakePlan, account: Callable[..., Account], signed_in: Callable[..., Browser]
) -> None:
    reader.get(address(plan())).submit({"at_once": "yes"}, button="Subscribe and pay").submit(button="Pay")
    path = f"/subscribe/done/{Order.objects.get().key}"
    assert reader.get(path).heading == "Thank you"
    assert signed_in(account("ben@example.com")).get(path).status == 404


def test_a_page_of_thanks_without_a_payment_thanks_nobody(reader: Browser, plan: MakePlan) -> None:
    reader.get(address(plan())).submit({"at_once": "yes"}, button="Subscribe and pay")
    page = reader.get(f"/subscribe/done/{Order.objects.get().key}", follow=False)
    assert page.heading != "Thank you"
    assert page.status == 302
    assert not Subscription.objects.exists()
