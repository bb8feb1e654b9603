"""A reader's data: all of it is shown, handed out and deleted, and nothing is kept that is not told."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.core.mail import EmailMessage

from pennypress.core.meter import Claim, ReaderId, Spend
from pennypress.office import clock as office_clock
from pennypress.office import letters
from pennypress.office.beside import beside
from pennypress.office.installation import installation
from pennypress.office.models import (
    Account,
    Device,
    Letter,
    Method,
    Newcomer,
    Payment,
    Plan,
    Right,
    RightKind,
    SignInCode,
    Status,
    Subscription,
)
from pennypress.office.privacy.deletion import delete
from pennypress.office.privacy.export import everything
from pennypress.office.privacy.inventory import INVENTORY
from pennypress.office.privacy.report import privacy_page, report
from pennypress.office.privacy.retention import let_go
from pennypress.store import Store
from tests.conftest import ROOT
from tests.office.browser import Browser

if TYPE_CHECKING:
    from tests.office.conftest import SettableClock

PHONE = ReaderId(b"p" * 16)


def _subscribed(account: Account, plan: Plan, **facts: object) -> Subscription:
    now = office_clock.now()
    given = {"status": Status.ACTIVE, "method": Method.CHEQUE, "price": 800, "currency": "GBP", "period": "month"}
    return Subscription.objects.create(
        account=account, plan=plan, started=now, period_end=now + timedelta(days=30), **{**given, **facts}
    )


def _paid(account: Account) -> Payment:
    return Payment.objects.create(
        number=Payment.objects.count() + 1, account=account, amount=800, currency="GBP", tax=0, method=Method.CHEQUE,
        received=office_clock.now(), what="Reader", note="from Ann",
    )  # fmt: skip


def _read(reader: ReaderId, *articles: str) -> None:
    now = office_clock.now()
    span = installation().config.policy().window.span(now)
    for article in articles:
        beside().do(partial(_spend, Claim(reader, article, 50, span, now)))


def _spend(claim: Claim, store: Store) -> Coroutine[Any, Any, Spend]:
    return store.spend(claim)


def test_every_field_that_is_kept_is_told_of() -> None:
    told = {(kept.table, field) for kept in INVENTORY for field in kept.fields}
    whole = {table for table, field in told if field == "*"}
    kept = {
        (model.__name__, field.name)
        for model in apps.get_app_config("office").get_models()
        for field in model._meta.concrete_fields
        if model.__name__ not in whole
    }
    assert {pair for pair in told if pair[1] != "*"} == kept


def test_the_export_holds_what_is_kept_and_no_secret(
    account: Callable[..., Account], plan: Callable[..., Plan], clock: SettableClock
) -> None:
    ann = account(name="Ann Ash", address="1 High Street", card_code="hash-of-a-card")
    _subscribed(ann, plan())
    _paid(ann)
    _read(ann.reader, "/news/a")
    said = everything(ann)
    assert said["account"]["name"] == "Ann Ash"
    assert said["payments"][0]["amount"] == 800
    assert said["meter"][0]["article"] == "/news/a"
    assert "hash-of-a-card" not in json.dumps(said)
    assert ann.meter not in json.dumps(said)


def test_the_reader_downloads_it_and_nobody_else_does(
    account: Callable[..., Account], signed_in: Callable[..., Browser], browser: Browser
) -> None:
    page = signed_in(account(name="Ann Ash")).get("/account/data.json")
    assert json.loads(page.html)["account"]["name"] == "Ann Ash"
    assert "attachment" in page.headers["Content-Disposition"]
    assert browser.get("/account/data.json", follow=False).status == 302


def test_a_deleted_account_leaves_no_trace_but_its_payments_without_a_name(
    account: Callable[..., Account], plan: Callable[..., Plan], clock: SettableClock
) -> None:
    ann = account(name="Ann Ash")
    _subscribed(ann, plan())
    payment = _paid(ann)
    SignInCode.objects.create(
        address=ann.email or "", code="c", link="l", made=office_clock.now(), expires=office_clock.now()
    )
    Letter.objects.create(
        key="k", kind="code", to=ann.email or "", subject="s", body="b", language="en", made=office_clock.now(),
        due=office_clock.now(),
    )  # fmt: skip
    delete(ann)
    assert not Account.objects.exists()
    assert not Subscription.objects.exists()
    assert not SignInCode.objects.exists()
    assert not Letter.objects.filter(to="ann@example.com", body="b").exists()
    payment.refresh_from_db()
    assert (payment.account, payment.note, payment.amount) == (None, "", 800)


def test_deleting_hands_out_no_fresh_meter(account: Callable[..., Account], clock: SettableClock) -> None:
    ann = account()
    beside().sign_in(PHONE, ann.reader)
    _read(ann.reader, "/news/a", "/news/b", "/news/c")
    delete(ann)
    assert beside().standing(PHONE).spent == 3
    assert all(unit.article is None for unit in beside().standing(PHONE).units)
    assert beside().standing(ann.reader).spent == 0
    assert beside().get(PHONE) is None


def test_the_page_asks_first_and_says_what_stays(
    account: Callable[..., Account], plan: Callable[..., Plan], signed_in: Callable[..., Browser]
) -> None:
    ann = account()
    _subscribed(ann, plan())
    _paid(ann)
    page = signed_in(ann).get("/account/delete")
    assert "ends at once" in page.text
    assert "tax law" in page.text
    refused = page.submit({}, button="Delete my account")
    assert "Please tick the box" in refused.text
    assert Account.objects.exists()
    gone = page.submit({"sure": "on"}, button="Delete my account")
    assert "Your account is deleted" in gone.text
    assert not Account.objects.exists()


def test_what_was_kept_for_long_enough_goes_and_nothing_before(
    account: Callable[..., Account], clock: SettableClock, mails: list[EmailMessage]
) -> None:
    ann = account()
    Newcomer.objects.create(account=ann, address="hash", made=office_clock.now())
    letters.send("brought-over", "k", "ann@example.com", {"days": 1, "link": "x"}, language="en", account=ann)
    Device.objects.create(account=ann, key="k", anonymous="a", made=office_clock.now())
    clock.pass_(timedelta(days=59))
    let_go()
    assert Newcomer.objects.exists()
    clock.pass_(timedelta(days=2))
    let_go()
    assert not Newcomer.objects.exists()
    assert Letter.objects.exists()
    clock.pass_(timedelta(days=30))
    let_go()
    assert not Letter.objects.exists()
    assert Account.objects.exists()


@pytest.mark.parametrize("holds", ["nothing", "subscription", "right", "role"])
def test_an_account_that_nobody_used_for_years_goes_unless_it_holds_something(
    holds: str, account: Callable[..., Account], plan: Callable[..., Plan], clock: SettableClock
) -> None:
    ann = account(role="owner" if holds == "role" else "")
    if holds == "subscription":
        _subscribed(ann, plan())
    if holds == "right":
        Right.objects.create(account=ann, kind=RightKind.COMPLIMENTARY, start=office_clock.now(), why="a friend")
    clock.pass_(timedelta(days=1094))
    let_go()
    assert Account.objects.exists()
    clock.pass_(timedelta(days=3))
    let_go()
    assert Account.objects.exists() is (holds != "nothing")


def test_the_report_speaks_of_this_installation(paper: Callable[..., object]) -> None:
    paper(retention={"newcomer": timedelta(days=11)}, office={"company": "Morning Post Ltd"})
    said = "\n".join(report(installation().config))
    assert "11 days" in said
    assert "Morning Post Ltd" in said
    assert "5 articles in a month" in said
    assert "Stripe" not in said.partition("## Processors")[2]
    assert "`email`, `mail_verified`" in said


def test_the_report_speaks_of_addresses_unless_their_budget_is_off(paper: Callable[..., object]) -> None:
    assert "| address budget |" in "\n".join(report(installation().config))
    paper(network={"budget": "off"})
    assert "| address budget |" not in "\n".join(report(installation().config))


def test_the_page_of_the_docs_is_the_report() -> None:
    assert (ROOT / "docs" / "privacy.md").read_text("utf-8") == privacy_page()
