"""Papers under names of their own: by http, and with and without www."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.program import free_port
from tests.doctor.named import Names, pennypress_among
from tests.doctor.paper import ADDRESS, SCHEME, House, gateway, house_in, nginx_in_front
from tests.doctor.tls import certify

GOOD = ADDRESS + SCHEME
NAME, SIBLING = "paper.test", "www.paper.test"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A paper at https://paper.test whose gateway runs."""
    folder = tmp_path_factory.mktemp("paper")
    with house_in(folder, scheme="https") as house:
        certify(folder, house.host, NAME, SIBLING)
        house.write(network='trusted_proxies = ["127.0.0.1"]', paper=f'url = "https://{NAME}"')
        with gateway(house):
            yield house


@pytest.fixture
def house(running: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """That paper, whose certificate we trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(running.folder / "cert.pem"))
    return running


def asked(house: House, plain: int = 0) -> dict[str, Any]:
    """What the doctor tells of https://paper.test, which also answers under www and, at ``plain``, by http."""
    names: Names = {f"{name}:443": (house.host, house.front) for name in (NAME, SIBLING)}
    if plain:
        names[f"{NAME}:80"] = (house.host, plain)
    ended = pennypress_among(names, house.folder, "doctor", NAME, "--json")
    assert ended.out, ended.err
    return {answer["question"]: answer for answer in json.loads(ended.out)["answers"]}


def server(house: House, *lines: str) -> str:
    return f"server {{ {' '.join(lines)} }}".replace("HOST", house.host)


def test_a_name_is_asked_by_https_and_who_comes_by_http_is_led_there(house: House, nginx: str) -> None:
    plain = free_port()
    leads = server(house, f"listen HOST:{plain}; return 301 https://{NAME}$request_uri;")
    with nginx_in_front(house, GOOD, http=leads):
        answers = asked(house, plain)
    assert answers["https"]["colour"] == "green"
    assert "led to it" in answers["https"]["found"]
    assert answers["round"]["colour"] == "green"


def test_a_site_that_is_also_served_by_http_counts_nobody_there(house: House, nginx: str) -> None:
    plain = free_port()
    serves = server(
        house,
        f"listen HOST:{plain}; location / {{ proxy_pass http://127.0.0.1:{house.port};",
        f"proxy_set_header Host {NAME}; {GOOD} }}",
    )
    with nginx_in_front(house, GOOD, http=serves):
        answer = asked(house, plain)["https"]
    assert answer["colour"] == "red"
    assert "return 301 https://$host$request_uri;" in answer["paste"][0]["lines"]


def test_a_site_that_is_served_past_the_gateway_by_http_is_reached_round_it(house: House, nginx: str) -> None:
    plain = free_port()
    serves = server(house, f"listen HOST:{plain}; location / {{ proxy_pass {house.origin.url}; }}")
    with nginx_in_front(house, GOOD, http=serves):
        answer = asked(house, plain)["round"]
    assert answer["colour"] == "red"
    assert f"http://{NAME}." in answer["found"]


def test_the_name_with_www_that_leads_past_the_gateway_is_seen_and_mended(house: House, nginx: str) -> None:
    listen = f"listen HOST:{house.front} ssl; server_name {SIBLING};"
    with nginx_in_front(house, GOOD, http=server(house, listen, f"location / {{ proxy_pass {house.origin.url}; }}")):
        answer = asked(house)["round"]
    assert answer["colour"] == "red"
    assert f"https://{SIBLING}." in answer["found"]
    (line,) = [line for line in answer["paste"][0]["lines"].splitlines() if "return" in line]
    with nginx_in_front(house, GOOD, http=server(house, listen, line)):
        assert asked(house)["round"]["colour"] == "green"
