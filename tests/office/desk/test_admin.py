"""Django's admin: who may change what, and that nobody changes what was written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from auditlog.models import LogEntry

from pennypress.office.beside import beside
from pennypress.office.models import Account, Right, RightKind, Role
from pennypress.office.roles import grants
from tests.office.browser import Browser
from tests.office.conftest import SettableClock

ADMIN = "/-/pennypress/admin/"
MODELS = ("account", "plan", "pricechange", "code", "subscription", "right", "payment", "refund", "letter", "logentry")
CHANGES = {
    Role.NONE: set(),
    Role.READ_ONLY: set(),
    Role.EDITOR: {"plan", "pricechange", "code"},
    Role.SUBSCRIPTIONS: {"account", "subscription", "right"},
    Role.OWNER: {"account", "plan", "pricechange", "code", "subscription", "right"},
}


@pytest.mark.parametrize("role", Role)
def test_each_role_changes_what_is_its_own(role: Role) -> None:
    assert {model for model in MODELS if grants(role, f"office.change_{model}")} == CHANGES[role]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("model", ["payment", "refund", "letter", "logentry"])
@pytest.mark.parametrize("action", ["add", "change", "delete"])
def test_money_letters_and_the_audit_log_are_changed_by_nobody(role: Role, model: str, action: str) -> None:
    assert not grants(role, f"office.{action}_{model}")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.NONE])
def test_the_owner_too_only_looks_at_the_audit_log(
    role: Role, account: Callable[..., Account], signed_in: Callable[..., Browser]
) -> None:
    ann = account(name="Ann")
    entry = LogEntry.objects.get_for_object(ann).first()
    assert entry is not None
    staff = signed_in(account("staff@paper.test", role=role))
    page = staff.get(f"{ADMIN}auditlog/logentry/")
    assert page.status == 200
    assert staff.get(f"{ADMIN}auditlog/logentry/{entry.pk}/delete/").status == 403
    assert staff.get(f"{ADMIN}auditlog/logentry/add/").status == 403


def test_what_is_changed_is_written_down_with_who_and_without_secrets(
    account: Callable[..., Account], signed_in: Callable[..., Browser]
) -> None:
    ann = account(name="Ann", card_code="secret-hash")
    owner = account("owner@paper.test", role="owner")
    staff = signed_in(owner)
    page = staff.get(f"{ADMIN}office/account/{ann.pk}/change/")
    token = page.tree.css_first("[name=csrfmiddlewaretoken]")
    assert token is not None
    staff.post(page.url, {"csrfmiddlewaretoken": token.attributes["value"], "name": "Ann Ash", "role": ""})
    entry = LogEntry.objects.get_for_object(ann).filter(action=LogEntry.Action.UPDATE).latest("pk")
    assert entry.changes == {"name": ["Ann", "Ann Ash"]}
    assert entry.actor == owner
    everything = str([entry.changes for entry in LogEntry.objects.get_for_object(ann)])
    assert "secret-hash" not in everything
    assert ann.meter not in everything


def test_a_right_that_is_given_in_the_admin_reads_at_once(
    account: Callable[..., Account], clock: SettableClock
) -> None:
    from pennypress.core.meter import ReaderId
    from pennypress.office.admin import _follow

    ann = account()
    phone = ReaderId(b"p" * 16)
    beside().sign_in(phone, ann.reader)
    right = Right.objects.create(
        account=ann, kind=RightKind.COMPLIMENTARY, start=clock(), until=clock() + timedelta(days=3), why="a friend"
    )
    _follow(right)
    rights = beside().get(phone)
    assert rights is not None
    assert rights.holds(clock())


def test_who_is_not_signed_in_is_sent_to_our_own_sign_in_and_a_reader_is_not_let_in(
    browser: Browser, account: Callable[..., Account], signed_in: Callable[..., Browser]
) -> None:
    page = browser.get(ADMIN)
    assert page.url.startswith("/sign-in?from=")
    assert 'type="password"' not in page.html
    reader = signed_in(account())
    assert reader.get(ADMIN).status == 403


def test_what_the_libraries_keep_is_shown_to_nobody(
    account: Callable[..., Account], signed_in: Callable[..., Browser]
) -> None:
    owner = signed_in(account("owner@paper.test", role="owner"))
    for path in ("mfa/authenticator/", "socialaccount/socialapp/", "auth/group/", "account/emailaddress/"):
        assert owner.get(f"{ADMIN}{path}").status == 404


def test_the_admin_shows_each_list_to_those_who_may_look(
    account: Callable[..., Account], signed_in: Callable[..., Browser]
) -> None:
    staff = signed_in(account("staff@paper.test", role="read-only"))
    for model in MODELS[:-1]:
        assert staff.get(f"{ADMIN}office/{model}/").status == 200, model
