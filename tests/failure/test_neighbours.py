"""What stands beside the gateway fails: the name server, the office's records."""

from __future__ import annotations

import time
from pathlib import Path

import dns.reversename

from tests.failure.world import Paper, Running, free_port, nothing_is_open_and_the_free_page_is_there, used_up
from tests.readers.names import running_names

GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def as_googlebot(gateway: Running, address: str) -> tuple[str, bool]:
    answer = gateway.ask("/news/theirs", User_Agent=GOOGLE, X_Forwarded_For=address)
    return answer.access, answer.holds("theirs")


def test_without_a_name_server_a_crawler_gets_the_preview_and_readers_wait_for_nothing(paper: Paper) -> None:
    paper.more = f'trusted_proxies = ["127.0.0.1"]\nresolver = "127.0.0.1:{free_port()}"\n'
    with paper.gateway() as gateway:
        reader = used_up(gateway)
        began = time.monotonic()
        assert as_googlebot(gateway, "66.249.66.1") == ("preview", False)
        assert time.monotonic() - began < 3
        nothing_is_open_and_the_free_page_is_there(gateway, reader)


def test_a_name_server_that_lies_or_says_nothing_opens_nothing(paper: Paper) -> None:
    with running_names() as names:
        paper.more = f'trusted_proxies = ["127.0.0.1"]\nresolver = "{names.address}"\n'
        names.host("66.249.66.1", "crawl.googlebot.com.evil.example")
        names.host("66.249.66.2", "crawl.googlebot.com", leads_back=False)
        names.silent.add(dns.reversename.from_address("66.249.66.3").to_text())
        names.host("66.249.66.4", "crawl-66-249-66-4.googlebot.com")
        with paper.gateway() as gateway:
            reader = used_up(gateway)
            for number in (1, 2, 3):
                assert as_googlebot(gateway, f"66.249.66.{number}") == ("preview", False)
            assert as_googlebot(gateway, "66.249.66.4") == ("full", True)
            nothing_is_open_and_the_free_page_is_there(gateway, reader)


def test_while_the_offices_records_are_down_readers_read_on_and_sign_in_says_our_fault(paper: Paper) -> None:
    paper.more = '[office]\nenabled = true\n[store]\nrecords = "sqlite:office.db"\n'
    records = paper.folder / "office.db"
    records.mkdir()
    with paper.gateway() as gateway:
        reader = used_up(gateway)
        down = gateway.ask("/sign-in")
        assert (down.status, "our fault" in down.text) == (503, True)
        assert gateway.said("the office cannot begin")
        nothing_is_open_and_the_free_page_is_there(gateway, reader)
        _clear(records)
        assert gateway.ask("/sign-in", patience=60).status == 200  # the tables are made meanwhile


def _clear(folder: Path) -> None:
    for part in folder.iterdir():
        part.unlink()
    folder.rmdir()
