"""A paper with accounts of its own hands over rights."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from pennypress.office.models import Account, Right
from pennypress.office.rights import resolve

if TYPE_CHECKING:
    from tests.office.conftest import SettableClock

ADDRESS = "/-/pennypress/api/v1/entitlements"


class Server:
    """The paper's own system."""

    def __init__(self, key: str) -> None:
        self._client = Client(enforce_csrf_checks=True, SERVER_NAME="paper.test")
        self._key = key

    def post(self, said: object, key: str | None = None) -> tuple[int, dict[str, Any]]:
        """Hand over; status and what was answered."""
        body = said if isinstance(said, str) else json.dumps(said)
        answer = self._client.post(
            ADDRESS, body, content_type="application/json", headers={"authorization": f"Bearer {key or self._key}"}
        )
        return answer.status_code, answer.json()


@pytest.fixture
def server(tmp_path: Path, paper: Callable[..., object]) -> Server:
    """A system with the server key."""
    file = tmp_path / "server.key"
    file.write_text("a-secret-of-the-server\nthe-one-before\n")
    file.chmod(0o600)
    paper(office={"server_key": file})
    return Server("a-secret-of-the-server")


def test_who_was_handed_a_right_reads_until_it_ends(server: Server, clock: SettableClock) -> None:
    status, said = server.post({"id": "u-1", "mail": "Ann@Example.com", "until": "2026-12-31T23:59:59Z"})
    assert status == 200
    account = Account.objects.get()
    assert said["entitlements"] == [
        {"id": "u-1", "account": account.number, "until": "2026-12-31T23:59:59+00:00", "new": True}
    ]
    (entitlement,) = resolve(account, clock()).entitlements
    assert entitlement.why == "handed-over"


def test_the_same_twice_is_one_right(server: Server, clock: SettableClock) -> None:
    for _ in range(2):
        server.post({"id": "u-1", "mail": "ann@example.com"})
    assert Right.objects.count() == 1


def test_a_right_is_taken_back_under_its_name(server: Server, clock: SettableClock) -> None:
    server.post({"id": "u-1", "mail": "ann@example.com"})
    server.post({"id": "u-1", "mail": "ann@example.com", "revoked": True})
    assert resolve(Account.objects.get(), clock()).entitlements == ()


def test_a_right_that_moves_to_another_mail_leaves_the_first(server: Server, clock: SettableClock) -> None:
    server.post({"id": "u-1", "mail": "ann@example.com"})
    server.post({"id": "u-1", "mail": "new@example.com"})
    ann, new = Account.objects.order_by("pk")
    assert resolve(ann, clock()).entitlements == ()
    assert resolve(new, clock()).entitlements


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("{", "the body"),
        ([], "entitlements"),
        ({"entitlements": []}, "entitlements"),
        ({"id": "", "mail": "a@b.example"}, "entitlements[0].id"),
        ({"id": "1", "mail": "nobody"}, "entitlements[0].mail"),
        ({"id": "1", "mail": "a@b.example", "until": "tomorrow"}, "entitlements[0].until"),
        ({"id": "1", "mail": "a@b.example", "until": "2026-12-31T00:00:00"}, "entitlements[0].until"),
        ({"id": "1", "mail": "a@b.example", "role": "owner"}, "entitlements[0].role"),
        ({"id": "1", "mail": "a@b.example", "revoked": "yes"}, "entitlements[0].revoked"),
        ({"id": "x" * 129, "mail": "a@b.example"}, "entitlements[0].id"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place_and_writes_nothing(
    server: Server, said: object, place: str
) -> None:
    status, answer = server.post(said)
    assert status == 400
    assert answer["error"]["place"] == place
    assert answer["error"]["mend"]
    assert not Account.objects.exists()


def test_one_fault_in_a_list_writes_none_of_it(server: Server) -> None:
    status, _ = server.post({"entitlements": [{"id": "1", "mail": "a@b.example"}, {"id": "2", "mail": "nobody"}]})
    assert status == 400
    assert not Account.objects.exists()


@pytest.mark.parametrize("key", ["wrong", "é", " "])
def test_without_the_server_key_nothing_is_taken(server: Server, key: str) -> None:
    status, _ = server.post({"id": "1", "mail": "a@b.example"}, key=key)
    assert status == 401
    assert not Account.objects.exists()


def test_the_key_before_still_works_while_it_stands_in_the_file(server: Server) -> None:
    assert server.post({"id": "1", "mail": "a@b.example"}, key="the-one-before")[0] == 200


def test_without_a_key_in_the_configuration_nobody_hands_over() -> None:
    assert Server("any").post({"id": "1", "mail": "a@b.example"})[0] == 401
