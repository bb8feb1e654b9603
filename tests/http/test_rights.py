"""Who is signed in, and what they read: over the whole middleware, with a real store that counts what it is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pennypress.config import load
from pennypress.core.decision import Decision
from pennypress.core.entitlement import Entitlement, EntitlementKind
from pennypress.core.meter import ReaderId
from pennypress.core.rights import Lapse, LapseKind, Rights
from pennypress.errors import StoreUnavailable
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.readers.keys import Keys
from pennypress.readers.pass_ import Passes
from pennypress.store.memory import MemoryStore
from tests.http.browser import Browser, Site, story, withheld

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYS = Keys((b"k" * 32,))
PASSES = Passes(KEYS, secure=False)
ADA, PHONE, LAPTOP = (ReaderId(letter * 16) for letter in (b"a", b"p", b"l"))
SUBSCRIBED = Rights(ADA, entitlements=(Entitlement(EntitlementKind.SUBSCRIBER, until=NOON + timedelta(days=30)),))
STAFF = Rights(ADA, entitlements=(Entitlement(EntitlementKind.STAFF),))
CONFIG = """
[paper]
name = "The Test Paper"
[meter]
limit = 2
registered_limit = 4
[articles]
paths = ["/news/**"]
[[rules]]
access = "premium"
paths = ["/news/premium/**"]
"""
_OF_VIEWS = frozenset(("spend", "standing", "get", "merge", "forget", "carry", "put", "sign_in", "sign_out"))


class Watched(MemoryStore):
    """A store that notes what is asked of it, and can be out of reach."""

    asked: list[str]
    down = False

    def __getattribute__(self, name: str) -> Any:
        if name in _OF_VIEWS:
            self.asked.append(name)
        if name in (*_OF_VIEWS, "changed_since", "controls", "tally") and self.down:
            raise StoreUnavailable("out of reach")
        return super().__getattribute__(name)


@pytest.fixture
def store() -> Watched:
    store = Watched()
    store.asked = []
    return store


@pytest.fixture
def seen() -> list[Decision | None]:
    return []


@pytest.fixture
async def app(store: Watched, tmp_path: Path, seen: list[Decision | None]) -> AsyncIterator[PaywallApp]:
    site = Site()
    for name in ("one", "two", "three", "four", "five", "premium/six"):
        site.put(f"/news/{name}", story(name))
    path = tmp_path / "pennypress.toml"
    path.write_text(CONFIG)
    app = Paywall(load(path), Parts(store, KEYS, lambda: NOON)).around(
        site, watcher=lambda _, outcome: seen.append(outcome.decision)
    )
    await app.gate.take_up_controls()
    yield app
    store.down = False
    await app.close()


def _browser(app: PaywallApp, device: ReaderId) -> Browser:
    value = PASSES.set_device_cookie(device).decode().partition(";")[0].partition("=")[2]
    return Browser(app, {PASSES.name: value})


@pytest.fixture
async def phone(app: PaywallApp, store: Watched) -> Browser:
    await store.put(ADA, SUBSCRIBED)
    await store.sign_in(PHONE, ADA)
    await app.gate.take_up_controls()
    return _browser(app, PHONE)


async def _reasons(reader: Browser, *names: str) -> list[str | None]:
    return [(await reader.get(f"/news/{name}")).header("pennypress-reason") for name in names]


async def test_a_subscriber_reads_on(phone: Browser) -> None:
    for name in ("one", "two", "three", "four", "five", "premium/six"):
        page = await phone.get(f"/news/{name}")
        assert page.header("pennypress-reason") == "entitled"
        assert page.header("pennypress-remaining") is None
        assert not withheld(page, name.rpartition("/")[2])


async def test_a_subscribers_view_asks_the_store_nothing_and_writes_nothing(phone: Browser, store: Watched) -> None:
    await phone.get("/news/one")
    store.asked.clear()
    await _reasons(phone, "two", "three", "premium/six", "two")
    assert store.asked == []


async def test_who_never_signed_in_costs_no_look_up_of_rights(app: PaywallApp, store: Watched) -> None:
    await _reasons(Browser(app), "one", "two", "three")
    assert "get" not in store.asked


async def test_staff_read_what_only_subscribers_may(phone: Browser, store: Watched, app: PaywallApp) -> None:
    await store.put(ADA, STAFF)
    await app.gate.take_up_controls()
    assert await _reasons(phone, "one", "two", "three", "four", "premium/six") == ["entitled"] * 5


async def test_who_is_registered_is_metered_once_on_all_devices(
    phone: Browser, store: Watched, app: PaywallApp
) -> None:
    await store.put(ADA, Rights(ADA))
    await store.sign_in(LAPTOP, ADA)
    await app.gate.take_up_controls()
    laptop = _browser(app, LAPTOP)
    assert await _reasons(phone, "one", "two") == ["granted"] * 2
    assert await _reasons(laptop, "one", "three", "four", "five") == ["repeated", "granted", "granted", "used-up"]
    assert await _reasons(phone, "five", "four") == ["used-up", "repeated"]


async def test_who_has_not_shown_their_mail_to_be_theirs_has_the_anonymous_number(
    phone: Browser, store: Watched, app: PaywallApp
) -> None:
    await store.put(ADA, Rights(ADA, registered=False))
    await app.gate.take_up_controls()
    assert await _reasons(phone, "one", "two", "three") == ["granted", "granted", "used-up"]


async def test_the_wall_is_told_what_became_of_a_right_that_ended(
    phone: Browser, store: Watched, app: PaywallApp, seen: list[Decision | None]
) -> None:
    assert await _reasons(phone, "one") == ["entitled"]
    await store.put(ADA, Rights(ADA, lapse=Lapse(LapseKind.PAYMENT_FAILED, NOON)))
    await app.gate.take_up_controls()
    await _reasons(phone, "one", "two", "three", "four")
    assert await _reasons(phone, "five", "premium/six") == ["used-up", "premium"]
    for decision in seen[-2:]:
        assert decision is not None
        assert decision.signed_in
        assert decision.lapse == Lapse(LapseKind.PAYMENT_FAILED, NOON)


async def test_while_the_store_is_out_of_reach_a_subscriber_reads_on(phone: Browser, store: Watched) -> None:
    await phone.get("/news/one")
    store.down = True
    assert await _reasons(phone, "two", "three", "four") == ["entitled"] * 3


async def test_a_device_keeps_its_pass_while_nobody_can_say_what_it_may_read(phone: Browser, store: Watched) -> None:
    store.down = True
    before = dict(phone.cookies)
    assert await _reasons(phone, "one", "two", "three") == ["meter-unknown"] * 3
    assert phone.cookies == before
    store.down = False
    assert await _reasons(phone, "one") == ["entitled"]


async def test_a_device_is_given_its_pass_anew_once(phone: Browser) -> None:
    first, second = await phone.get("/news/one"), await phone.get("/news/two")
    assert "Max-Age=" in (first.header("set-cookie") or "")
    assert second.header("set-cookie") is None
    assert first.header("cache-control") == "private, no-store"


async def test_signing_out_hands_nothing_out(phone: Browser, store: Watched, app: PaywallApp) -> None:
    await store.put(ADA, Rights(ADA))
    await app.gate.take_up_controls()
    await _reasons(phone, "one", "two", "three", "four")
    span = app.gate.policy.window.span(NOON)
    await store.sign_out(PHONE)
    await store.carry(ADA, PHONE, span, NOON)
    await app.gate.take_up_controls()
    assert await _reasons(phone, "one", "five") == ["used-up", "used-up"]


async def test_the_readers_own_page_shows_what_the_account_opened_and_forgets_it(
    phone: Browser, store: Watched, app: PaywallApp
) -> None:
    await store.put(ADA, Rights(ADA))
    await store.sign_in(LAPTOP, ADA)
    await app.gate.take_up_controls()
    await _reasons(phone, "one", "two", "three")
    laptop = _browser(app, LAPTOP)
    page = await laptop.get("/-/pennypress/reading")
    assert "The three report" in page.text
    token = page.text.partition('name="token" value="')[2].partition('"')[0]
    assert (await laptop.post("/-/pennypress/reading", f"token={token}".encode())).status == 303
    assert "The three report" not in (await phone.get("/-/pennypress/reading")).text
    assert await _reasons(phone, "four", "five") == ["granted", "used-up"]
