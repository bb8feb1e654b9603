"""Answers that would fill the memory, and a memory that is at its end."""

from __future__ import annotations

import resource
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import zstandard

from tests.failure.world import (
    HTML,
    Paper,
    Running,
    nothing_is_open_and_the_free_page_is_there,
    story,
    used_up,
    wait_until,
)

UNPACKED = 400_000_000
MOST_GROWTH = 160_000_000
"""Twice what is undone at most: sixteen times the longest article."""

CODINGS = ("gzip", "br", "zstd")
KINDS = {
    "/news/bomb": HTML,
    "/page": HTML,
    "/feed": "application/rss+xml",
    "/data": "application/json",
    "/text": "text/plain",
}


def peak(process: int) -> int:
    """The most memory that a process had so far, in bytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@contextmanager
def in_little_memory(gateway: Running) -> Iterator[None]:
    worker = gateway.workers[0]
    before = peak(worker)
    yield
    assert gateway.workers[0] == worker, "the worker lives on"
    assert peak(worker) - before < MOST_GROWTH


def packed_by(coding: str) -> bytes:
    """Very many blanks in few bytes."""
    pieces = (b" " * 1_000_000 for _ in range(UNPACKED // 1_000_000))
    match coding:
        case "gzip":
            packer = zlib.compressobj(wbits=31)
            return b"".join([*(packer.compress(piece) for piece in pieces), packer.flush()])
        case "br":
            lord = brotli.Compressor(quality=1)
            return b"".join([*(lord.process(piece) for piece in pieces), lord.finish()])
        case _:
            writer = zstandard.ZstdCompressor(write_content_size=False).compressobj()
            return b"".join([*(writer.compress(piece) for piece in pieces), writer.flush()])


def test_a_few_bytes_that_unpack_to_very_many_are_refused_in_little_memory(paper: Paper) -> None:
    for coding in CODINGS:
        bomb = packed_by(coding)
        for kind, content_type in KINDS.items():
            paper.site.put(f"{kind}-{coding}", bomb, content_type, coding)
        paper.site.put(f"/stream-{coding}", bomb, "text/event-stream", coding, streams=True)
    with paper.gateway() as gateway:
        reader = used_up(gateway)
        with in_little_memory(gateway):
            for coding in CODINGS:
                walled = reader.get(f"/news/bomb-{coding}")
                assert (walled.status, walled.access) == (200, "preview")
                for kind in ("/feed", "/data", "/text"):
                    assert reader.get(f"{kind}-{coding}").status == 403
                with suppress(OSError, HTTPException):  # broken off
                    assert not reader.get(f"/stream-{coding}").text
                reader.get(f"/page-{coding}")
            nothing_is_open_and_the_free_page_is_there(gateway, reader)


def test_a_page_without_end_is_refused_in_little_memory(paper: Paper) -> None:
    paper.site.put("/news/huge", story("huge") + " " * 200_000_000)
    with paper.gateway() as gateway:
        reader = used_up(gateway)
        with in_little_memory(gateway):
            answer = gateway.ask("/news/huge")
            assert (answer.status, answer.holds("huge"), answer.headers.get("set-cookie")) == (502, False, None)
            nothing_is_open_and_the_free_page_is_there(gateway, reader)


def test_a_worker_whose_memory_is_at_its_end_gives_nothing_away_and_serves_on(paper: Paper) -> None:
    lines = "".join(f"<p>{number} words of a very long report that stands here.</p>" for number in range(70_000))
    paper.site.put("/news/long", story("long", head=f"<template>{lines}</template>"))
    with paper.gateway() as gateway:
        reader = used_up(gateway)
        worker = gateway.workers[0]
        held = int(Path(f"/proc/{worker}/statm").read_text().split()[0]) * 4096
        resource.prlimit(worker, resource.RLIMIT_AS, (held + 20_000_000, held + 20_000_000))
        with suppress(OSError):  # its worker may end
            assert not reader.get("/news/long").holds("long")
        wait_until(gateway.answers)
        nothing_is_open_and_the_free_page_is_there(gateway, reader)
