"""Who may open what: every page and endpoint of the office, for every kind of person.

A new address without a row fails the build. Each row has a letter a person, first for GET, then for POST, in the order
of PEOPLE: ``o`` open, ``s`` sent to the sign-in, ``f`` forbidden (403), ``n`` not there (404), ``m`` no such
method (405), ``k`` without the server key (401).
Objects belong to the subscriber; what is somebody else's is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.urls import URLPattern, get_resolver, reverse

from pennypress.config import Config
from pennypress.office.bank.references import new_reference
from pennypress.office.installation import installation
from pennypress.office.models import (
    Account,
    BankLine,
    Method,
    Order,
    OrderState,
    Payment,
    Plan,
    Role,
    Status,
    Subscription,
)
from tests.office.browser import Browser
from tests.office.conftest import SettableClock

PEOPLE = ("anonymous", "registered", "subscriber", "lapsed", "read-only", "editor", "subscriptions", "owner")

SUBSCRIBER = "10000002"
ADMINS_LOGIN = "/-/pennypress/admin/login/"

ALL = "oooooooo"
SIGNED_IN = "sooooooo"
OWN = "snonnnnn"
NOBODY = "nnnnnnnn"
NO_METHOD = "mmmmmmmm"
LOOKS = "sfffofoo"
CLERK = "sfffffoo"
STAFF = "sfffoooo"
REFUSED = "sfffffff"
NOT_THERE = "sfffnnnn"
NO_SUCH_METHOD = "sfffmmmm"

TABLE: dict[str, tuple[str, str]] = {
    "account": (SIGNED_IN, NO_METHOD),
    "account-cancel": (OWN, OWN),
    "account-data": (SIGNED_IN, "smmmmmmm"),
    "account-delete": (SIGNED_IN, SIGNED_IN),
    "account-devices": (SIGNED_IN, "snnnnnnn"),
    "account-export": (SIGNED_IN, "smmmmmmm"),
    "account-go-on": (NO_METHOD, OWN),
    "account-mail": (SIGNED_IN, SIGNED_IN),
    "account-passkeys": (SIGNED_IN, SIGNED_IN),
    "account-pause": (OWN, OWN),
    "account-receipt": (OWN, NO_METHOD),
    "account-receipts": (SIGNED_IN, NO_METHOD),
    "account-withdraw": (OWN, OWN),
    "account_login": (ALL, ALL),
    "api-entitlements": (NO_METHOD, "kkkkkkkk"),
    "desk": ("sfffoooo", "sffffmmm"),
    "desk-card": (LOOKS, CLERK),
    "desk-codes": ("sfffoofo", "sffffofo"),
    "desk-due": (LOOKS, "sfffffmm"),
    "desk-letters": (LOOKS, CLERK),
    "desk-line": ("sfffmfmm", CLERK),
    "desk-lines": (LOOKS, "sfffffmm"),
    "desk-lines-sure": ("sfffmfmm", CLERK),
    "desk-payments": (LOOKS, CLERK),
    "desk-person": (LOOKS, CLERK),
    "desk-statement": (LOOKS, CLERK),
    "desk-subscriber": (LOOKS, CLERK),
    "mfa_authenticate": (SIGNED_IN, SIGNED_IN),
    "promise": (OWN, NO_METHOD),
    "sign-in": (ALL, ALL),
    "sign-in-card": (ALL, ALL),
    "sign-in-code": ("ssssssss", "ssssssss"),
    "sign-in-link": (ALL, ALL),
    "sign-in-mail": (ALL, ALL),
    "sign-in-on": (SIGNED_IN, ALL),
    "sign-in-openid": (NO_METHOD, NOBODY),
    "sign-in-openid-back": (NOBODY, NO_METHOD),
    "sign-in-passkey": (ALL, ALL),
    "sign-out": (ALL, ALL),
    "subscribe": (ALL, NO_METHOD),
    "subscribe-code": (ALL, SIGNED_IN),
    "subscribe-done": ("nnonnnnn", NO_METHOD),
    "subscribe-plan": (ALL, ALL),
    "till-demo": ("nnonnnnn", "nnonnnnn"),
    "till-portal": (SIGNED_IN, NO_METHOD),
    "till-return": (OWN, NO_METHOD),
    "till-webhook": (NO_METHOD, ALL),
    "second-factor": (SIGNED_IN, SIGNED_IN),
    "staff-pass": (ALL, ALL),
    "admin:-/pennypress/admin/(?P<url>.*)$": (NOT_THERE, NOT_THERE),
    "admin:-/pennypress/admin/auditlog/logentry/<path:object_id>/": (NOT_THERE, NOT_THERE),
    "admin:-/pennypress/admin/office/account/<path:object_id>/": (NOT_THERE, NOT_THERE),
    "admin:-/pennypress/admin/office/code/<path:object_id>/": (NOT_THERE, NOT_THERE),
    "admin:-/pennypress/admin/office/letter/<path:object_id>/": (NOT_THERE, NOT_THERE),
    "admin:-/pennypress/admin/office/payment/<path:object_id>/": (NOT_THERE, NOT_THERE),
    "admin:-/pennypress/admin/office/plan/<path:object_id>/": (NOT_THERE, NOT_THERE),
    "admin:-/pennypress/admin/office/pricechange/<path:object_id>/": (NOT_THERE, NOT_THERE),
    "admin:-/pennypress/admin/office/refund/<path:object_id>/": (NOT_THERE, NOT_THERE),
    "admin:-/pennypress/admin/office/right/<path:object_id>/": (NOT_THERE, NOT_THERE),
    "admin:-/pennypress/admin/office/subscription/<path:object_id>/": (NOT_THERE, NOT_THERE),
    "admin:app_list": (STAFF, STAFF),
    "admin:auditlog_logentry_add": (REFUSED, REFUSED),
    "admin:auditlog_logentry_change": (STAFF, REFUSED),
    "admin:auditlog_logentry_changelist": (STAFF, STAFF),
    "admin:auditlog_logentry_delete": (REFUSED, REFUSED),
    "admin:auditlog_logentry_history": (STAFF, STAFF),
    "admin:autocomplete": (REFUSED, NO_SUCH_METHOD),
    "admin:index": (STAFF, STAFF),
    "admin:jsi18n": (STAFF, NO_SUCH_METHOD),
    "admin:login": (STAFF, STAFF),
    "admin:logout": ("oooommmm", ALL),
    "admin:office_account_add": (REFUSED, REFUSED),
    "admin:office_account_change": (STAFF, CLERK),
    "admin:office_account_changelist": (STAFF, STAFF),
    "admin:office_account_delete": (REFUSED, REFUSED),
    "admin:office_account_history": (STAFF, STAFF),
    "admin:office_code_add": ("sffffofo", "sffffofo"),
    "admin:office_code_change": (STAFF, "sffffofo"),
    "admin:office_code_changelist": (STAFF, STAFF),
    "admin:office_code_delete": ("sffffofo", "sffffofo"),
    "admin:office_code_history": (STAFF, STAFF),
    "admin:office_letter_add": (REFUSED, REFUSED),
    "admin:office_letter_change": (STAFF, REFUSED),
    "admin:office_letter_changelist": (STAFF, STAFF),
    "admin:office_letter_delete": (REFUSED, REFUSED),
    "admin:office_letter_history": (STAFF, STAFF),
    "admin:office_payment_add": (REFUSED, REFUSED),
    "admin:office_payment_change": (STAFF, REFUSED),
    "admin:office_payment_changelist": (STAFF, STAFF),
    "admin:office_payment_delete": (REFUSED, REFUSED),
    "admin:office_payment_history": (STAFF, STAFF),
    "admin:office_plan_add": ("sffffofo", "sffffofo"),
    "admin:office_plan_change": (STAFF, "sffffofo"),
    "admin:office_plan_changelist": (STAFF, STAFF),
    "admin:office_plan_delete": ("sffffofo", "sffffofo"),
    "admin:office_plan_history": (STAFF, STAFF),
    "admin:office_pricechange_add": ("sffffofo", "sffffofo"),
    "admin:office_pricechange_change": (STAFF, "sffffofo"),
    "admin:office_pricechange_changelist": (STAFF, STAFF),
    "admin:office_pricechange_delete": ("sffffofo", "sffffofo"),
    "admin:office_pricechange_history": (STAFF, STAFF),
    "admin:office_refund_add": (REFUSED, REFUSED),
    "admin:office_refund_change": (STAFF, REFUSED),
    "admin:office_refund_changelist": (STAFF, STAFF),
    "admin:office_refund_delete": (REFUSED, REFUSED),
    "admin:office_refund_history": (STAFF, STAFF),
    "admin:office_right_add": (CLERK, CLERK),
    "admin:office_right_change": (STAFF, CLERK),
    "admin:office_right_changelist": (STAFF, STAFF),
    "admin:office_right_delete": (REFUSED, REFUSED),
    "admin:office_right_history": (STAFF, STAFF),
    "admin:office_subscription_add": (REFUSED, REFUSED),
    "admin:office_subscription_change": (STAFF, CLERK),
    "admin:office_subscription_changelist": (STAFF, STAFF),
    "admin:office_subscription_delete": (REFUSED, REFUSED),
    "admin:office_subscription_history": (STAFF, STAFF),
    "admin:password_change": (STAFF, STAFF),
    "admin:password_change_done": (STAFF, NO_SUCH_METHOD),
    "admin:view_on_site": (NOT_THERE, NOT_THERE),
}


def addresses() -> Iterator[tuple[str, str]]:
    """Every named address of the office, with its pattern."""

    def walk(patterns: list[Any], prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield f"{space}{pattern.name or prefix + str(pattern.pattern)}", prefix + str(pattern.pattern)
            else:
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, prefix + str(pattern.pattern), inner)

    return walk(get_resolver().url_patterns)


NAMES = sorted({name for name, _ in addresses()})


@pytest.fixture
def browsers(
    account: Callable[..., Account],
    plan: Callable[..., Plan],
    signed_in: Callable[..., Browser],
    clock: SettableClock,
    paper: Callable[..., Config],
) -> dict[str, Browser]:
    """A browser for each kind of person, and the things that belong to the subscriber."""
    paper(office={"demo_till": True})
    gold = plan(slug="gold")
    people = {
        name: account(f"{name}@example.com", role=name if name in Role.values else "")
        for name in PEOPLE
        if name != "anonymous"
    }
    Account.objects.filter(pk=people["subscriber"].pk).update(number=SUBSCRIBER)
    now = clock()
    common = {"plan": gold, "method": Method.CARD, "price": 800, "currency": "GBP", "period": "month", "started": now}
    held = Subscription.objects.create(
        pk=1, account=people["subscriber"], status=Status.ACTIVE, period_end=now + timedelta(days=30), **common
    )
    Subscription.objects.create(
        pk=2, account=people["lapsed"], status=Status.ENDED, ended=now - timedelta(days=1), period_end=now, **common
    )
    Order.objects.create(
        key="an-order", account=people["subscriber"], plan=gold, price=800, currency="GBP", method=Method.CARD,
        state=OrderState.AT_TILL, shown="", language="en", made=now,
    )  # fmt: skip
    Order.objects.create(
        key="a-promise", account=people["subscriber"], plan=gold, price=800, currency="GBP", method=Method.CHEQUE,
        state=OrderState.DONE, shown="", language="en", made=now, subscription=held, session=new_reference(),
    )  # fmt: skip
    Payment.objects.create(
        number=1, account=people["subscriber"], subscription=held, amount=800, currency="GBP", tax=0,
        method=Method.CARD, received=now, what="Reader",
    )  # fmt: skip
    BankLine.objects.create(pk=1, key="k", day=now.date(), amount=1, currency="GBP")
    return {name: signed_in(people[name]) if name in people else Browser() for name in PEOPLE}


def path_of(name: str) -> str:
    """An address, with the names of the things that belong to the subscriber."""
    given: dict[str, dict[str, object]] = {
        "sign-in-openid": {"provider": "none"},
        "sign-in-openid-back": {"provider": "none"},
        "subscribe-done": {"key": "a-promise"},
        "subscribe-plan": {"slug": "gold"},
        "till-return": {"key": "an-order"},
        "till-demo": {"key": "an-order"},
        "promise": {"key": "a-promise"},
        "account-receipt": {"number": 1},
        "desk-person": {"number": SUBSCRIBER},
        "desk-card": {"number": SUBSCRIBER},
        "desk-line": {"pk": 1},
    }
    takes_pk = {"account-cancel", "account-go-on", "account-withdraw", "account-pause"}
    if name.startswith("admin:"):
        return _in_admin(name)
    return reverse(name, kwargs={"pk": 1} if name in takes_pk else given.get(name))


def _in_admin(name: str) -> str:
    """An address of Django's admin, with the first thing of its kind."""
    if name == "admin:app_list":
        return reverse(name, kwargs={"app_label": "office"})
    if name.startswith("admin:password_change"):
        return reverse(name)
    if name == "admin:view_on_site":
        return reverse(name, args=[1, 1])
    if name.endswith(("_change", "_delete", "_history")):
        label, _, kind = name.removeprefix("admin:").rpartition("_")[0].partition("_")
        model = apps.get_model(label, kind)
        first = model._default_manager.order_by("pk").values_list("pk", flat=True).first()
        return reverse(name, args=[first or 1])
    if name.startswith("admin:-/") or "(?P" in name:
        return "/-/pennypress/admin/nothing"
    return reverse(name)


def letter_of(browser: Browser, name: str, method: str) -> str:
    """What becomes of one person's request."""
    path = path_of(name)
    if method == "GET":
        page = browser.get(path, site="same-origin", follow=False)
    else:
        page = browser.post(path, _with_token(browser), follow=False)
    if page.status == 302 and page.headers["Location"].startswith(ADMINS_LOGIN):
        page = browser.get(page.headers["Location"], follow=False)
    sign_in = installation().config.office.sign_in
    if page.status == 302 and page.headers["Location"].partition("?")[0] == sign_in:
        return "s"
    return {401: "k", 403: "f", 404: "n", 405: "m"}.get(page.status, "o")


def _with_token(browser: Browser) -> dict[str, str]:
    """An empty form that comes from one of our own pages."""
    page = browser.get("/subscribe/code", site="same-origin")
    token = page.tree.css_first("[name=csrfmiddlewaretoken]")
    return {"csrfmiddlewaretoken": (token.attributes["value"] or "") if token is not None else ""}


def test_every_address_has_a_row() -> None:
    assert sorted(TABLE) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_person_may_open_what_the_table_says(name: str, browsers: dict[str, Browser]) -> None:
    get = "".join(letter_of(browsers[person], name, "GET") for person in PEOPLE)
    post = "".join(letter_of(browsers[person], name, "POST") for person in PEOPLE)
    assert (get, post) == TABLE.get(name)
