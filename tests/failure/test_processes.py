"""Processes are killed and paused, their memory ends, and nobody reads their log."""

from __future__ import annotations

import os
import select
import signal
import socket
from contextlib import ExitStack
from pathlib import Path

from tests.failure.world import Paper, nothing_is_open_and_the_free_page_is_there, used_up, wait_until
from tests.http.gateway import read_to_end


def test_a_worker_that_is_killed_is_replaced_and_nothing_is_forgotten(paper: Paper) -> None:
    with paper.gateway(workers=2) as gateway:
        reader = used_up(gateway)
        killed = gateway.workers
        for worker in killed:
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not set(killed) & set(gateway.workers) and len(gateway.workers) == 2)
        wait_until(gateway.answers)
        nothing_is_open_and_the_free_page_is_there(gateway, reader)
        assert reader.get("/news/mine").access == "full"


def test_a_parent_that_is_killed_takes_its_workers_along(paper: Paper) -> None:
    with paper.gateway(workers=2) as gateway:
        reader = used_up(gateway)
        workers = gateway.workers
        gateway.process.kill()
        gateway.process.wait(10)
        wait_until(lambda: not any(alive(worker) for worker in workers))
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", gateway.port)) != 0
    with paper.gateway(workers=2) as again:
        nothing_is_open_and_the_free_page_is_there(again, reader.at(again))


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_paused_worker_delays_its_own_readers_alone_and_loses_none(paper: Paper) -> None:
    with paper.gateway(workers=2) as gateway, ExitStack() as closing:
        reader = used_up(gateway)
        paused = gateway.workers[0]
        os.kill(paused, signal.SIGSTOP)
        closing.callback(os.kill, paused, signal.SIGCONT)
        asking = [closing.enter_context(asked(gateway.port)) for _ in range(16)]
        answered, _, _ = select.select(asking, (), (), 2)
        assert answered
        os.kill(paused, signal.SIGCONT)
        assert all(read_to_end(connection).startswith(b"HTTP/1.1 200 ") for connection in asking)
        nothing_is_open_and_the_free_page_is_there(gateway, reader)


def asked(port: int) -> socket.socket:
    """A connection on which the free page was asked for."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(b"GET /about HTTP/1.1\r\nHost: paper.test\r\nConnection: close\r\n\r\n")
    return connection


def test_a_log_that_nobody_reads_any_more_holds_nobody_up(paper: Paper) -> None:
    reading, writing = os.pipe()
    try:
        with paper.gateway(stdout=writing) as gateway:
            reader = used_up(gateway)
            for number in range(80):
                assert gateway.ask(f"/nothing/{number}{'x' * 1500}").status == 404
            nothing_is_open_and_the_free_page_is_there(gateway, reader)
    finally:
        os.close(reading)
        os.close(writing)


def test_a_log_whose_reader_is_gone_holds_nobody_up(paper: Paper) -> None:
    reading, writing = os.pipe()
    with paper.gateway(stdout=writing) as gateway:
        os.close(writing)
        reader = used_up(gateway)
        os.close(reading)
        for _ in range(20):
            nothing_is_open_and_the_free_page_is_there(gateway, reader)
