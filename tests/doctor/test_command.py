"""The command as a process: what it prints, how it ends, and papers on https."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import free_port, pennypress
from tests.doctor.paper import ADDRESS, SCHEME, House, gateway, house_in, nginx_in_front
from tests.doctor.tls import certify

GOOD = ADDRESS + SCHEME
TRUSTED = 'trusted_proxies = ["127.0.0.1"]'


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A paper on https whose gateway runs."""
    folder = tmp_path_factory.mktemp("paper")
    with house_in(folder, scheme="https") as house:
        certify(folder, house.host)
        house.write(network=TRUSTED)
        with gateway(house):
            yield house


@pytest.fixture
def secure(running: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """That paper, whose certificate we trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(running.folder / "cert.pem"))
    return running


def asked(house: House) -> dict[str, Any]:
    """What the doctor tells programs, by question."""
    ended = pennypress(house.folder, "doctor", house.url, "--json")
    told = json.loads(ended.out)
    assert ended.code == (0 if told["healthy"] else 1)
    return {answer["question"]: answer for answer in told["answers"]}


def test_it_prints_a_word_and_a_sentence_for_each_question_and_ends_with_0(house: House, nginx: str) -> None:
    with nginx_in_front(house, GOOD):
        ended = pennypress(house.folder, "doctor", house.url)
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == house.url
    assert "GREEN     Does the name lead to this gateway?" in lines
    assert "NOT SEEN  Is https seen?" in lines
    assert "7 green, 2 not seen." in lines
    assert "\x1b" not in ended.out
    assert lines[-1].endswith("/news/a5 was opened, as 2 readers.")


def test_what_is_red_has_its_lines_and_ends_with_1(house: House, nginx: str) -> None:
    with nginx_in_front(house, SCHEME + 'proxy_set_header X-Forwarded-For "";'):
        ended = pennypress(house.folder, "doctor", house.url)
    assert ended.code == 1
    assert "RED       Does the address that arrives look like yours?" in ended.out
    assert "Paste into nginx, in the location that leads to Pennypress:" in ended.out
    assert "    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n" in ended.out


def test_it_works_without_a_configuration_and_says_what_it_could_not_see(
    house: House, nginx: str, tmp_path: Path
) -> None:
    with nginx_in_front(house, GOOD):
        ended = pennypress(tmp_path, "doctor", house.url)
    assert ended.code == 0
    assert "there is no pennypress.toml here" in ended.out
    assert "The upstream was not tried" in ended.out


def test_keys_that_cannot_be_read_are_a_reason_and_no_end(house: House, nginx: str, tmp_path: Path) -> None:
    (tmp_path / "pennypress.toml").write_bytes((house.folder / "pennypress.toml").read_bytes())
    with nginx_in_front(house, GOOD):
        ended = pennypress(tmp_path, "doctor", house.url)
    assert ended.code == 0
    assert "there is no key file" in ended.out


@pytest.mark.parametrize("url", ["ftp://paper.example", "http://", "https://user:secret@paper.example"])
def test_an_address_that_is_none_is_refused_in_a_sentence(tmp_path: Path, url: str) -> None:
    ended = pennypress(tmp_path, "doctor", url)
    assert ended.code == 1
    assert ended.err.startswith("The address ")
    assert "secret" not in ended.err


def test_a_faulty_file_is_told_with_its_faults(tmp_path: Path) -> None:
    (tmp_path / "pennypress.toml").write_text("[meter]\nlimit = 0\n", encoding="utf-8")
    ended = pennypress(tmp_path, "doctor", "http://127.0.0.1:1")
    assert ended.code == 1
    assert "limit" in ended.err


def test_an_address_at_which_nobody_answers_is_red(tmp_path: Path) -> None:
    ended = pennypress(tmp_path, "doctor", f"http://127.0.0.1:{free_port()}")
    assert ended.code == 1
    assert "does not answer" in ended.out
    assert "1 red, 8 not seen." in ended.out


def test_a_paper_on_https_is_green(secure: House, nginx: str) -> None:
    with nginx_in_front(secure, GOOD):
        answers = asked(secure)
    assert answers["https"]["colour"] == "green"
    assert answers["https"]["found"].startswith("The gateway sees https, and the pass is __Host-pennypress.")
    assert answers["cookies"]["colour"] == "green"


def test_a_front_that_says_http_is_seen_and_mended(secure: House, nginx: str) -> None:
    with nginx_in_front(secure, ADDRESS + "proxy_set_header X-Forwarded-Proto http;"):
        answer = asked(secure)["https"]
    assert answer["colour"] == "red"
    (paste,) = answer["paste"]
    with nginx_in_front(secure, ADDRESS + paste["lines"]):
        assert asked(secure)["https"]["colour"] == "green"


@pytest.mark.parametrize("front", [GOOD, ADDRESS])
def test_a_paper_that_does_not_know_that_it_is_on_https_is_seen_and_mended(
    secure: House, nginx: str, front: str
) -> None:
    secure.take_up(paper="")
    with nginx_in_front(secure, front):
        answer = asked(secure)["https"]
        assert answer["colour"] == "red"
        (paste,) = answer["paste"]
        secure.take_up(paper=paste["lines"])
        assert asked(secure)["https"]["colour"] == "green"


def test_a_certificate_that_nobody_trusts_is_red(secure: House, nginx: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with nginx_in_front(secure, GOOD):
        answers = asked(secure)
    assert answers["name"]["colour"] == "red"
    assert "certificate" in answers["name"]["found"]


def test_a_site_that_takes_https_for_http_is_seen_by_its_circle(secure: House, nginx: str) -> None:
    circle = "location = / { return 301 https://$http_host/; }"
    with nginx_in_front(secure, GOOD, server=circle):
        answer = asked(secure)["https"]
    assert answer["colour"] == "red"
    assert "circle" in answer["found"]
