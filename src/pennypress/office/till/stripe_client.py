"""How Stripe is asked: with which key, of which version, with how much patience."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import stripe
from stripe import StripeClient

from pennypress.office.installation import installation
from pennypress.office.till.base import TillDown

API_VERSION = "2026-10-28.endive"
"""The version of Stripe's interface that this was written for; a newer client does not change it."""

_PATIENCE_SECONDS = 10.0
_RETRIES = 1

_log = logging.getLogger("pennypress")


def client() -> StripeClient:
    """Stripe's own client, for the account of this installation. Raises TillDown where there is none."""
    config = installation().config.stripe
    if config.key is None:
        raise TillDown("[stripe] key is missing")
    return _client(installation().secret(config.key, "[stripe] key")[0], config.address.rstrip("/"))


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Raise TillDown for whatever keeps Stripe from doing what is asked, and log it."""
    try:
        yield
    except stripe.StripeError as error:
        _log.warning("Stripe did not %s: %s %s", what, type(error).__name__, error.code or error.http_status or "")
        raise TillDown(f"Stripe did not {what}") from error


@contextmanager
def gone_is_fine() -> Iterator[None]:
    """Let it be where Stripe has no such thing."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        if not is_missing(error):
            raise


def is_missing(error: stripe.StripeError) -> bool:
    """Whether Stripe says that there is no such thing."""
    return error.code == "resource_missing" or error.http_status == 404


@lru_cache(maxsize=4)
def _client(key: str, address: str) -> StripeClient:
    return StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": address},
        max_network_retries=_RETRIES,
        http_client=stripe.RequestsClient(timeout=_PATIENCE_SECONDS),
    )
