"""What the server's own tests share: a server of each test's own, and Stripe's client that speaks to it."""

from __future__ import annotations

import pytest
import stripe
from stripe import StripeClient

from tests.stripe_server.running import StripeServer
from tests.stripe_server.running import stripe_server as stripe_server


@pytest.fixture
def client(stripe_server: StripeServer) -> StripeClient:
    """Stripe's own client, speaking to the server."""
    return StripeClient(stripe_server.key, base_addresses={"api": stripe_server.address}, max_network_retries=0)


@pytest.fixture
def price(client: StripeClient) -> stripe.Price:
    """£8.00 a month."""
    product = client.v1.products.create({"name": "The Harbour Post"})
    return client.v1.prices.create(
        {"product": product.id, "currency": "gbp", "unit_amount": 800, "recurring": {"interval": "month"}}
    )
