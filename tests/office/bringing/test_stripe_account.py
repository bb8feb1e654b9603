"""Who subscribes at Stripe already is brought over: nobody types a card again, nobody is charged twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pennypress.office.bringing.applying import apply
from pennypress.office.bringing.comparing import Change, compare
from pennypress.office.bringing.stripe_account import read_account
from pennypress.office.models import Account, Payment, Plan, Subscription
from tests.office.till.conftest import world as world

if TYPE_CHECKING:
    from tests.office.till.world import World


def _priced(world: World) -> str:
    """A price at Stripe that a paper made for itself."""
    product = world.server.api("POST", "/v1/products", name="Gold")
    fields = {
        "product": product["id"],
        "unit_amount": "800",
        "currency": "gbp",
        "recurring[interval]": "month",
        "nickname": "Gold",
    }
    return str(world.server.api("POST", "/v1/prices", **fields)["id"])


def _bring(world: World) -> list[Account]:
    return apply(compare(read_account(), {}, world.clock.moment), world.clock.moment, lambda: None)


def test_who_pays_at_stripe_reads_here_and_is_not_charged(world: World, plan: Callable[..., Plan]) -> None:
    price = _priced(world)
    plan(slug="gold", stripe_price=price)
    world.server.seed(12, price)
    invoices = len(world.listed("invoices"))
    assert len(_bring(world)) == 12
    assert all(world.reads(account) for account in Account.objects.all())
    assert not Payment.objects.exists()
    assert len(world.listed("invoices")) == invoices


def test_a_second_run_changes_nothing(world: World, plan: Callable[..., Plan]) -> None:
    price = _priced(world)
    plan(slug="gold", stripe_price=price)
    world.server.seed(3, price)
    _bring(world)
    before = list(Subscription.objects.values())
    assert compare(read_account(), {}, world.clock.moment).count(Change.SAME) == 3
    assert _bring(world) == []
    assert list(Subscription.objects.values()) == before


def test_a_price_that_is_no_plan_of_ours_is_shown_and_nobody_is_brought_over_by_guess(world: World) -> None:
    price = _priced(world)
    world.server.seed(2, price)
    comparison = compare(read_account(), {}, world.clock.moment)
    assert comparison.unmapped == {price: 2}
    assert comparison.planned == ()


def test_they_go_on_being_renewed_by_stripe(world: World, plan: Callable[..., Plan]) -> None:
    price = _priced(world)
    plan(slug="gold", stripe_price=price)
    world.server.seed(2, price)
    world.lose()
    _bring(world)
    world.pass_days(32)
    assert all(world.reads(account) for account in Account.objects.all())
    assert Payment.objects.count() == 2
    assert compare(read_account(), {}, world.clock.moment).count(Change.SAME) == 2
