"""The audit as people run it: the program as a process, before papers with planted leaks and faults."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

from tests.audit.paper import (
    LEAKS,
    STORIES,
    PaperSite,
    article,
    clean,
    configure,
    faulty,
    html_of,
    leaky,
    page,
    running_paper,
)
from tests.cli.program import Ended, environment, pennypress

QUICK = ("--rate", "1000")
PROGRAM = "from pennypress.cli.main import main; main()"
FREE = '[[rules]]\naccess = "free"\npaths = ["/news/free/**"]\n'


@dataclass(frozen=True)
class Audited:
    """A paper that was audited: how the program ended, the report, and what the paper was asked."""

    ended: Ended
    report: str
    asked: list[tuple[str, str, dict[str, str]]]
    folder: Path

    def found(self, kind: str) -> list[str]:
        """The addresses under a kind of finding in the report."""
        section = re.search(rf'<section class="card" aria-labelledby="{kind}">(.*?)</section>', self.report, re.DOTALL)
        rows = re.findall(r"<tr><td>(?:<a [^>]*>)?([^<]*)", section[1]) if section is not None else []
        return [unescape(row) for row in rows]


def audited(folder: Path, site: PaperSite, *arguments: str) -> Audited:
    ended = pennypress(folder, "audit", *QUICK, *arguments)
    report = folder / "pennypress-audit.html"
    return Audited(ended, report.read_text("utf-8") if report.exists() else "", list(site.asked), folder)


@pytest.fixture
def site() -> Iterator[PaperSite]:
    with running_paper() as site:
        yield site


@pytest.fixture(scope="module")
def of_clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    folder = tmp_path_factory.mktemp("clean")
    with running_paper() as site:
        clean(site)
        front = '<a href="/private/desk">Desk</a><a href="https://elsewhere.example/">Friends</a><img src="/i.png">'
        site.put("/", page("Front", front + "".join(f'<a href="/news/{name}">{name}</a>' for name in STORIES)))
        configure(folder, site, more='[store]\nmeters = "sqlite:meters.db"\n')
        yield audited(folder, site)


@pytest.fixture(scope="module", params=["withhold", "off"])
def of_leaky(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    folder = tmp_path_factory.mktemp("leaky")
    with running_paper() as site:
        leaky(site)
        configure(folder, site, guard=request.param)
        yield audited(folder, site)


@pytest.fixture(scope="module")
def of_faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    folder = tmp_path_factory.mktemp("faulty")
    with running_paper() as site:
        faulty(site)
        configure(folder, site, more=FREE + '[[rules]]\naccess = "premium"\npaths = ["/news/no-such/**"]\n')
        yield audited(folder, site)


def test_a_clean_paper_passes_and_all_its_articles_were_seen(of_clean: Audited) -> None:
    assert of_clean.ended.code == 0, of_clean.ended.err
    assert "No withheld text leaves." in of_clean.ended.out
    assert "6 articles, 6 of them withheld" in of_clean.ended.out
    assert 'aria-labelledby="' not in of_clean.report, "nothing was found"


def test_the_site_is_only_read_once_an_address_signed_and_not_where_robots_txt_forbids(of_clean: Audited) -> None:
    assert {method for method, _, _ in of_clean.asked} == {"GET"}
    paths = [path for _, path, _ in of_clean.asked]
    assert len(paths) == len(set(paths))
    assert "/news/a6" in paths
    assert "/map-1.xml.gz" in paths
    assert "/private/desk" not in paths
    assert "/i.png" not in paths
    assert all("pennypress-audit" in headers["user-agent"] for _, _, headers in of_clean.asked)
    assert "/private/desk" in of_clean.report, "what was not looked at is said"


def test_the_live_store_and_keys_are_not_touched(of_clean: Audited) -> None:
    assert {path.name for path in of_clean.folder.iterdir()} == {"pennypress.toml", "pennypress-audit.html"}


def test_each_leak_is_found_once_and_none_with_the_guard(of_leaky: Audited) -> None:
    searches = [address for _, address, _ in of_leaky.asked if address.startswith("/find?in=news&find=")]
    assert searches
    planted = sorted([*LEAKS, *searches])
    if 'mode = "off"' in (of_leaky.folder / "pennypress.toml").read_text():
        assert of_leaky.ended.code == 1
        assert sorted(of_leaky.found("leak")) == planted
        for address, name in LEAKS.items():
            row = of_leaky.report[of_leaky.report.index(f">{address.replace('&', '&amp;')}</a>") :]
            assert f"Story of {name}" in row[:400]
    else:
        assert of_leaky.ended.code == 0, of_leaky.ended.out
        assert of_leaky.found("leak") == []
        assert sorted(of_leaky.found("guarded")) == planted
        assert "/llms-full.txt" in of_leaky.found("unlearned"), "a gateway that has just begun does not know it"
        assert "/feed.json" not in of_leaky.found("unlearned"), "an item of an article not yet known goes bare"


def test_each_fault_is_found_once(of_faulty: Audited) -> None:
    assert of_faulty.ended.code == 0, of_faulty.ended.out
    assert {kind: of_faulty.found(kind) for kind in FAULTS} == FAULTS
    kinds = re.findall(r'<section class="card" aria-labelledby="([^"]+)">', of_faulty.report)
    assert set(kinds) == set(FAULTS)


FAULTS = {
    "no-body": ["/news/empty"],
    "no-selector": ["/news/other-template"],
    "no-paid-selector": ["/news/no-paid"],
    "headline": ["/news/headline"],
    "dates": ["/news/dates"],
    "said-free": ["/news/said-free"],
    "said-not-free": ["/news/free/said-not-free"],
    "other-text": ["/news/other-text"],
    "canonical-elsewhere": ["/news/elsewhere"],
    "canonical-dead": ["/news/dead"],
    "canonical-shared": ["/news/shared-1", "/news/shared-2"],
    "canonical-no-article": ["/news/to-the-front"],
    "unmetered": ["/features/long"],
    "no-path": ["/news/no-such/**"],
}


def test_text_that_pages_may_quote_is_no_leak(site: PaperSite, tmp_path: Path) -> None:
    leaky(site)
    configure(tmp_path, site, guard="off")
    config = tmp_path / "pennypress.toml"
    config.write_text(config.read_text().replace('mode = "off"', 'mode = "withhold"\nallow = ["/llms-full.txt"]'))
    quoted = audited(tmp_path, site)
    assert (quoted.ended.code, quoted.found("leak"), quoted.found("allowed")) == (0, [], ["/llms-full.txt"])


def test_no_more_is_asked_than_was_said(site: PaperSite, tmp_path: Path) -> None:
    clean(site)
    for number in range(300):
        site.put(f"/news/{number}", article(str(number)))
    site.put("/", page("Front", "".join(f'<a href="/news/{number}">{number}</a>' for number in range(300))))
    configure(tmp_path, site)
    bounded = audited(tmp_path, site, "--pages", "40")
    assert len(site.asked_for) <= 41  # robots.txt besides
    assert "--pages 40 was the bound" in bounded.ended.out


def test_the_site_is_asked_no_faster_than_was_said(site: PaperSite, tmp_path: Path) -> None:
    clean(site)
    configure(tmp_path, site)
    began = time.monotonic()
    pennypress(tmp_path, "audit", "--rate", "5", "--pages", "6")
    assert len(site.asked_for) == 7
    assert time.monotonic() - began > 1.0, "six requests, five a second"


def test_a_site_that_keeps_programs_out_is_left_alone(site: PaperSite, tmp_path: Path) -> None:
    clean(site)
    site.put("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
    configure(tmp_path, site)
    refused = audited(tmp_path, site)
    assert refused.ended.code == 1
    assert "asks programs to stay away" in refused.ended.err
    assert site.asked_for == ["/robots.txt"]
    site.put("/robots.txt", "User-agent: *\nDisallow: /\n\nUser-agent: pennypress-audit\nAllow: /", "text/plain")
    assert audited(tmp_path, site, "--pages", "20").ended.code == 0


def test_a_site_that_is_not_there_is_said(tmp_path: Path) -> None:
    configure(tmp_path, PaperSite(9, {}, []))
    ended = pennypress(tmp_path, "audit")
    assert ended.code == 1
    assert "does not answer (connection refused); start the site first." in ended.err
    assert "Traceback" not in ended.err


def test_another_host_is_asked_only_after_a_question(site: PaperSite, tmp_path: Path) -> None:
    clean(site)
    site.put("/robots.txt", "", "text/plain")
    del site.replies["/map.xml"]
    configure(tmp_path, site)
    with running_paper() as other:
        locs = f"<url><loc>{site.url}/news/hidden</loc></url><url><loc>{other.url}/theirs</loc></url>"
        other.put("/maps/sitemap.xml", f"<urlset>{locs}</urlset>", "application/xml")
        site.put("/news/hidden", article("hidden"))
        link = f"{other.url}/maps/sitemap.xml"
        refused = audited(tmp_path, site, "--sitemap", link)
        assert refused.ended.code == 1
        assert "is not in the configuration" in refused.ended.err
        assert (other.asked, site.asked) == ([], [])
        asked = audited(tmp_path, site, "--sitemap", link, "--yes")
        assert asked.ended.code == 0, asked.ended.err
        assert other.asked_for == ["/robots.txt", "/maps/sitemap.xml"]
        assert "/news/hidden" in site.asked_for


def in_terminal(folder: Path, *arguments: str, typed: bytes = b"") -> tuple[int, str]:
    """Run the program in a terminal; how it ended, and what it drew."""
    leader, follower = pty.openpty()
    settings = {**environment(), "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(
        [sys.executable, "-m", "pennypress.cli.main", "audit", *arguments],
        cwd=folder, env=settings, stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    os.write(leader, typed)
    drawn, until = b"", time.monotonic() + 60
    while time.monotonic() < until:
        ready, _, _ = select.select([leader], [], [], 1)
        try:
            drawn += os.read(leader, 4096) if ready else b""
        except OSError:
            break
    os.close(leader)
    return process.wait(10), drawn.decode("utf-8", "replace")


def test_in_a_terminal_there_is_a_question_and_a_bar(site: PaperSite, tmp_path: Path) -> None:
    clean(site)
    configure(tmp_path, site)
    with running_paper() as other:
        link = f"{other.url}/sitemap.xml"
        code, drawn = in_terminal(tmp_path, "--sitemap", link, typed=b"n\n")
        assert (code, other.asked, site.asked) == (1, [], [])
        assert "[y/N]" in drawn
        code, drawn = in_terminal(tmp_path, *QUICK, "--pages", "20")
    assert code == 0
    assert "Asking the site" in drawn
    assert "━" in drawn


def test_ctrl_c_writes_the_report_of_what_was_seen(site: PaperSite, tmp_path: Path) -> None:
    leaky(site)
    configure(tmp_path, site)
    process = subprocess.Popen(
        [sys.executable, "-m", "pennypress.cli.main", "audit", "--rate", "20"],
        cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    until = time.monotonic() + 30
    while len(site.asked) < 6 and time.monotonic() < until:
        select.select([], [], [], 0.02)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130, out
    assert "Traceback" not in out
    report = (tmp_path / "pennypress-audit.html").read_text("utf-8")
    assert "broken off while asking the site" in report
    assert "was the bound" not in report
    assert len(site.asked) < 40


def test_a_full_disk_is_said(site: PaperSite, tmp_path: Path) -> None:
    clean(site)
    site.put("/news/a1", article("a1", body=html_of("a1") * 40))
    configure(tmp_path, site)
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000)); {PROGRAM}"
    ended = subprocess.run(
        [sys.executable, "-c", limited, "audit", *QUICK],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "temporary file cannot be written (" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_help_teaches() -> None:
    told = pennypress(Path.cwd(), "audit", "--help").out
    for word in ("--config", "--sitemap", "--report", "--pages", "--rate", "--yes", "Example:", "Exit code 1"):
        assert word in told
