"""The server answers Stripe's own client as Stripe does: keys, errors, pages, repeats, and being away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import stripe
from stripe import StripeClient

from tests.stripe_server.running import StripeServer, running


def test_a_wrong_key_is_refused(stripe_server: StripeServer) -> None:
    stranger = StripeClient("sk_test_stranger", base_addresses={"api": stripe_server.address})
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.customers.list()


def test_another_version_of_the_api_is_refused(stripe_server: StripeServer) -> None:
    old = StripeClient(stripe_server.key, stripe_version="2020-08-27", base_addresses={"api": stripe_server.address})
    with pytest.raises(stripe.InvalidRequestError, match="Invalid Stripe API version"):
        old.v1.customers.list()


def test_what_does_not_exist_is_named(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.retrieve("cus_nobody")
    assert (refused.value.code, refused.value.http_status) == ("resource_missing", 404)


def test_an_unknown_parameter_and_a_missing_one_are_refused(client: StripeClient) -> None:
    surprising: Any = {"name": "Paper", "surprise": "1"}
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        client.v1.products.create(surprising)
    assert (unknown.value.code, unknown.value.param) == ("parameter_unknown", "surprise")
    lacking: Any = {}
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.v1.products.create(lacking)
    assert (missing.value.code, missing.value.param) == ("parameter_missing", "name")


def test_a_refused_card_is_a_card_error(client: StripeClient) -> None:
    customer = client.v1.customers.create({"email": "ann@example.com"})
    with pytest.raises(stripe.CardError) as refused:
        client.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer.id})
    assert (refused.value.code, refused.value.http_status) == ("card_declined", 402)


def test_the_same_key_and_body_get_the_same_answer(client: StripeClient) -> None:
    once = client.v1.customers.create({"email": "ann@example.com"}, {"idempotency_key": "order-1"})
    again = client.v1.customers.create({"email": "ann@example.com"}, {"idempotency_key": "order-1"})
    assert once.id == again.id
    assert len(client.v1.customers.list().data) == 1


def test_the_same_key_with_another_body_is_refused(client: StripeClient) -> None:
    client.v1.customers.create({"email": "ann@example.com"}, {"idempotency_key": "order-1"})
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({"email": "ben@example.com"}, {"idempotency_key": "order-1"})


def test_a_key_is_forgotten_after_a_day(client: StripeClient, stripe_server: StripeServer) -> None:
    once = client.v1.customers.create({"email": "ann@example.com"}, {"idempotency_key": "order-1"})
    stripe_server.pass_days(1)
    again = client.v1.customers.create({"email": "ann@example.com"}, {"idempotency_key": "order-1"})
    assert once.id != again.id


def test_a_list_is_read_page_by_page_newest_first(client: StripeClient) -> None:
    made = [client.v1.customers.create({"email": f"{n}@example.com"}).id for n in range(7)]
    first = client.v1.customers.list({"limit": 3})
    assert ([one.id for one in first.data], first.has_more) == (made[:3:-1], True)
    assert [one.id for one in first.auto_paging_iter()] == made[::-1]
    before = client.v1.customers.list({"limit": 3, "ending_before": made[2]})
    assert [one.id for one in before.data] == [made[5], made[4], made[3]]


def test_customers_are_found_by_their_address(client: StripeClient) -> None:
    ann = client.v1.customers.create({"email": "ann@example.com"})
    client.v1.customers.create({"email": "ben@example.com"})
    assert [one.id for one in client.v1.customers.list({"email": "ann@example.com"}).data] == [ann.id]
    found = client.v1.customers.search({"query": "email:'ann@example.com'"})
    assert [one.id for one in found.data] == [ann.id]


def test_metadata_is_added_to_and_taken_from(client: StripeClient) -> None:
    customer = client.v1.customers.create({"metadata": {"account": "7", "old": "1"}})
    client.v1.customers.update(customer.id, {"metadata": {"old": "", "new": "2"}})
    metadata = client.v1.customers.retrieve(customer.id).metadata
    assert metadata is not None
    assert metadata.to_dict() == {"account": "7", "new": "2"}


def test_an_id_is_expanded_on_demand(client: StripeClient, price: stripe.Price) -> None:
    shown = client.v1.prices.retrieve(price.id, {"expand": ["product"]})
    assert isinstance(price.product, str)
    assert isinstance(shown.product, stripe.Product)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.prices.retrieve(price.id, {"expand": ["nonsense"]})


def test_while_it_is_down_it_answers_with_errors(client: StripeClient, stripe_server: StripeServer) -> None:
    stripe_server.down(True)
    with pytest.raises(stripe.APIError):
        client.v1.customers.list()
    stripe_server.down(False)
    assert client.v1.customers.list().data == []


def test_it_can_hang_up_without_an_answer(client: StripeClient, stripe_server: StripeServer) -> None:
    stripe_server.down(True, "close")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create({"email": "ann@example.com"})
    stripe_server.down(False)
    assert client.v1.customers.list().data == []


def test_an_answer_that_was_lost_is_given_again_for_the_same_key(
    client: StripeClient, stripe_server: StripeServer
) -> None:
    stripe_server.down(True, "lost")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create({"email": "ann@example.com"}, {"idempotency_key": "order-1"})
    stripe_server.down(False)
    made = client.v1.customers.create({"email": "ann@example.com"}, {"idempotency_key": "order-1"})
    assert [one.id for one in client.v1.customers.list().data] == [made.id]


def test_with_a_state_file_it_goes_on_where_it_ended(tmp_path: Path) -> None:
    for known in (0, 1):
        with running(state_file=tmp_path / "stripe.state") as server:
            client = StripeClient(server.key, base_addresses={"api": server.address})
            assert len(client.v1.customers.list().data) == known
            client.v1.customers.create({"email": "ann@example.com"})


def test_many_who_have_long_paid_are_listed_page_by_page(
    client: StripeClient, stripe_server: StripeServer, price: stripe.Price
) -> None:
    stripe_server.seed(250, price.id)
    expand = ["data.customer", "data.items.data.price.product"]
    found = list(client.v1.subscriptions.list({"limit": 100, "expand": expand}).auto_paging_iter())
    assert len({one.customer.email for one in found if isinstance(one.customer, stripe.Customer)}) == 250
    assert {one.status for one in found} == {"active"}
    product = found[0].items.data[0].price.product
    assert isinstance(product, stripe.Product)
