"""``pennypress subscriptions reconcile``, as somebody runs it by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pennypress.readers.keys import keys_for_start
from tests.cli.program import Ended, pennypress
from tests.office.till.world import secret_file
from tests.stripe_server.running import StripeServer, running

_CONFIGURATION = """
[paper]
name = "The Skerrow Lantern"
url = "http://paper.test"

[articles]
paths = ["/news/**"]

[gateway]
upstream = "http://127.0.0.1:9"

[office]
enabled = true
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeServer]:
    """A Stripe account in which two subscribe of whom the paper does not know."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running() as stripe:
        facts = {"recurring[interval]": "month", "product_data[name]": "Reader"}
        price = stripe.api("POST", "/v1/prices", currency="gbp", unit_amount="900", **facts)["id"]
        stripe.seed(2, price)
        yield stripe


def reconciled(folder: Path, server: StripeServer | None) -> Ended:
    """What the command says."""
    stripe = ""
    if server is not None:
        secret_file(folder / "stripe.key", server.key)
        stripe = f'\n[stripe]\nkey = "stripe.key"\naddress = "{server.address}"\n'
    keys_for_start(folder / "pennypress.keys", store_is_new=True)
    (folder / "pennypress.toml").write_text(_CONFIGURATION + stripe)
    return pennypress(folder, "subscriptions", "reconcile")


def test_it_says_what_it_compared_and_who_is_unknown_here(server: StripeServer, tmp_path: Path) -> None:
    ended = reconciled(tmp_path, server)
    assert (ended.code, ended.err) == (0, "")
    assert "At Stripe, but of nobody here" in ended.out
    assert ended.out.count("is of nobody here") == 2
    assert "2 subscriptions compared, 0 things mended." in ended.out


def test_while_stripe_is_down_it_says_so_and_to_try_again(server: StripeServer, tmp_path: Path) -> None:
    server.down(True)
    ended = reconciled(tmp_path, server)
    assert ended.code == 1
    assert "try again in a few minutes" in ended.err
    assert "Traceback" not in ended.err


def test_without_a_stripe_account_it_says_which_setting_is_missing(tmp_path: Path) -> None:
    ended = reconciled(tmp_path, None)
    assert ended.code == 1
    assert "[stripe]" in ended.err
