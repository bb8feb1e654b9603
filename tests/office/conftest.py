"""The office under test: Django set up once, on SQLite or (``--records postgresql``) on a PostgreSQL of our own."""

from __future__ import annotations

import atexit
import dataclasses
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pennypress.config import Config, load
from pennypress.readers.keys import keys_for_start
from tests.office import postgresql

if TYPE_CHECKING:
    from django.core.mail import EmailMessage
    from pytest_django import DjangoDbBlocker

    from pennypress.office.models import Account, Plan
    from tests.office.browser import Browser
    from tests.office.site import RunningSite

_CONFIGURATION = """
[paper]
name = "The Skerrow Lantern"
name_in_sentence = "the Skerrow Lantern"
url = "http://paper.test"
languages = ["en-GB", "de", "fr", "es", "cy"]
help = ["help@paper.test", "01632 960 123"]

[articles]
paths = ["/news/**"]

[store]
meters = "sqlite:meters.db"
records = "{records}"

[secrets]
keys = "pennypress.keys"

[gateway]
upstream = "http://127.0.0.1:9"

[office]
enabled = true
second_factor = false
bank = "The Skerrow Lantern Ltd, 20-00-00, 12345678"

[mail]
sender = "subscriptions@paper.test"
"""


_DJANGOS_OWN = {"auth_permission", "django_content_type"}


def pytest_configure(config: pytest.Config) -> None:
    """Set Django up before any model is imported."""
    from django.conf import settings

    if settings.configured:
        return
    home = Path(tempfile.mkdtemp(prefix="pennypress-office-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    is_postgresql = config.getoption("records") == "postgresql"
    records = postgresql.start() if is_postgresql else "sqlite:records.db"
    (home / "pennypress.toml").write_text(_CONFIGURATION.format(records=records))
    installed = load(home / "pennypress.toml")
    from pennypress.office.settings import configure

    configure(installed, keys_for_start(installed.secrets.keys, store_is_new=True))
    if not is_postgresql:
        settings.DATABASES["default"]["TEST"]["NAME"] = str(home / "test-records.db")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The office's database, made once for all its tests; it ends with the folder or the server that it is in."""
    from django.test.utils import setup_databases

    with django_db_blocker.unblock():
        setup_databases(verbosity=0, interactive=False)


@pytest.fixture(autouse=True)
def records(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The office's database, with real transactions, empty at the end of each test."""
    with django_db_blocker.unblock():
        yield
        _empty()


def _empty() -> None:
    """Take out all rows but those that Django itself makes; its own flush makes those anew each time, slowly."""
    from django.db import connection, transaction

    tables = sorted(set(connection.introspection.django_table_names(include_views=False)) - _DJANGOS_OWN)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
    connection.close()


@pytest.fixture(autouse=True)
def meters() -> Iterator[None]:
    """The store beside the office, empty at the end of each test."""
    yield
    from pennypress.office import beside
    from pennypress.office.installation import installation

    if beside.is_open():
        beside.let_go()
    for file in installation().config.base.glob("meters.db*"):
        file.unlink()


class SettableClock:
    """The office's clock, which goes when it is told to."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        """The moment."""
        return self.moment

    def set(self, moment: datetime) -> None:
        """Go to a moment."""
        self.moment = moment

    def pass_(self, stretch: timedelta) -> None:
        """Let time pass."""
        self.moment += stretch


@pytest.fixture
def clock() -> Iterator[SettableClock]:
    """The clock, at noon on 24 November 2026."""
    from pennypress.office.clock import set_clock

    clock = SettableClock(datetime(2026, 11, 24, 12, tzinfo=UTC))
    set_clock(clock)
    yield clock
    set_clock(None)


@pytest.fixture
def mails() -> list[EmailMessage]:
    """The letters that left, oldest first."""
    from django.core import mail

    outbox: list[EmailMessage] = mail.outbox
    return outbox


@pytest.fixture
def paper() -> Iterator[Callable[..., Config]]:
    """Changes sections of the configuration: ``paper(office={"law": "eu"})``; as it was at the end of the test."""
    from pennypress.office.installation import Installation, install, installation

    before = installation()

    def change(**sections: dict[str, Any]) -> Config:
        held = installation().config
        changed = {name: dataclasses.replace(getattr(held, name), **values) for name, values in sections.items()}
        config = dataclasses.replace(held, **changed)
        install(Installation(config, before.keys))
        return config

    yield change
    install(before)


@pytest.fixture
def browser() -> Browser:
    """A reader's browser, new and without cookies."""
    return new_browser()


def new_browser(**facts: str) -> Browser:
    """Another browser: another device."""
    from tests.office.browser import Browser

    return Browser(**facts)


@pytest.fixture
def account() -> Callable[..., Account]:
    """Makes an account whose mail address is verified."""
    from pennypress.office import clock as office_clock
    from pennypress.office.models import Account

    def make(mail: str | None = "ann@example.com", **facts: Any) -> Account:
        verified = office_clock.now() if mail else None
        return Account.objects.make(mail, **{"mail_verified": verified, **facts})

    return make


@pytest.fixture
def plan() -> Callable[..., Plan]:
    """Makes a plan: £8.00 a month, unless other facts are given."""
    from pennypress.office.models import Plan

    def make(**facts: Any) -> Plan:
        count = Plan.objects.count()
        given = {"slug": f"plan-{count}", "name": "Reader", "price": 800, "currency": "GBP", **facts}
        return Plan.objects.create(**given)

    return make


@pytest.fixture
def signed_in() -> Callable[[Account], Browser]:
    """A browser in which an account is signed in to the office's pages."""

    def sign_in(account: Account, **facts: str) -> Browser:
        browser = new_browser(**facts)
        browser.client.force_login(account)
        return browser

    return sign_in


@pytest.fixture
def site() -> Iterator[RunningSite]:
    """The paper, with the meter around it and the office beside it, by the clock of the office."""
    from pennypress.office import clock as office_clock
    from pennypress.office.installation import installation
    from tests.office.site import running_site

    installed = installation()
    with running_site(installed.config, installed.keys, office_clock.now) as running:
        yield running
